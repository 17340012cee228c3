namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// Brings colours of halved resolution to that of the picture, as libjpeg does: pixels lie between samples, a quarter of the way to the
/// next, so that three parts are of the nearer sample and one of the next.
/// <code>
/// halved rows         pixel 2i     = (3 s[i] + s[i - 1] + 1) / 4
///                     pixel 2i + 1 = (3 s[i] + s[i + 1] + 2) / 4
/// halved columns      the same from row to row
/// both                column sums t = 3 near + far of the rows, then (3 t[i] + t[i - 1] + 8) / 16 and (3 t[i] + t[i + 1] + 7) / 16
/// </code>
/// Beyond the edge is the sample at the edge. Other ratios, and widths of up to 2 samples where rows are halved, repeat their samples.
/// </summary>
internal static class ChromaUpsampling
{
    private const int LeastWidth = 3;

    /// <param name="samples"><c>[y, x]</c> of <paramref name="size"/></param>
    /// <param name="ratio">Pixels to a sample in x and y.</param>
    /// <param name="pixels"><c>[y, x]</c>, with <paramref name="width"/> of a row.</param>
    public static void Run(ReadOnlySpan<byte> samples, (int Width, int Height) size, (int Columns, int Rows) ratio, Span<byte> pixels,
        int width)
    {
        bool isHalved = ratio is (2, 1 or 2) && size.Width >= LeastWidth, isInterpolated = isHalved || ratio is (1, 2);
        Span<int> sums = isInterpolated ? new int[size.Width] : [];
        for (int y = 0; y < pixels.Length / width; y++)
        {
            var row = pixels.Slice(y * width, width);
            var near = samples.Slice(y / ratio.Rows * size.Width, size.Width);
            if (!isInterpolated)
            {
                for (int x = 0; x < width; x++) row[x] = near[x / ratio.Columns];
                continue;
            }
            int next = Math.Clamp((y / ratio.Rows) + (y % 2 == 0 ? -1 : 1), 0, size.Height - 1);
            AddRows(near, ratio.Rows == 2 ? samples.Slice(next * size.Width, size.Width) : [], sums);
            if (isHalved) AddColumns(sums, ratio.Rows == 2 ? (8, 7, 4) : (1, 2, 2), row);
            else for (int x = 0; x < width; x++) row[x] = (byte)((sums[x] + (y % 2 == 0 ? 1 : 2)) >> 2);
        }
    }

    /// <summary>Three parts of a row and one of the next; the row itself without a next.</summary>
    private static void AddRows(ReadOnlySpan<byte> near, ReadOnlySpan<byte> far, Span<int> sums)
    {
        for (int x = 0; x < sums.Length; x++) sums[x] = far.IsEmpty ? near[x] : (3 * near[x]) + far[x];
    }

    /// <summary>Two pixels of each sum; a row of odd width has one of the last.</summary>
    private static void AddColumns(ReadOnlySpan<int> sums, (int Even, int Odd, int Shift) rounding, Span<byte> row)
    {
        int before = sums[0];
        for (int i = 0, x = 0; x < row.Length; i++)
        {
            int here = sums[i], next = i + 1 < sums.Length ? sums[i + 1] : here;
            row[x++] = (byte)(((3 * here) + before + rounding.Even) >> rounding.Shift);
            if (x < row.Length) row[x++] = (byte)(((3 * here) + next + rounding.Odd) >> rounding.Shift);
            before = here;
        }
    }
}
