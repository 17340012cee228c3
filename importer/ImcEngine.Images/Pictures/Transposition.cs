namespace ImcEngine.Images.Pictures;

/// <summary>Exchanges the rows and the columns of a plane.</summary>
internal static class Transposition
{
    /// <summary>Pixels of a block's side: the lines of two blocks fit into the nearest cache.</summary>
    private const int Block = 32;

    /// <param name="plane">Lines of <paramref name="width"/> elements.</param>
    /// <param name="width">The length of a line.</param>
    /// <param name="destination">Receives <paramref name="width"/> lines.</param>
    public static void Transpose<T>(ReadOnlySpan<T> plane, int width, Span<T> destination)
        where T : unmanaged
    {
        int height = plane.Length / width;
        for (int top = 0; top < height; top += Block)
            for (int left = 0; left < width; left += Block)
                TransposeBlock(plane, width, height, top, left, destination);
    }

    private static void TransposeBlock<T>(ReadOnlySpan<T> plane, int width, int height, int top, int left, Span<T> destination)
        where T : unmanaged
    {
        int rows = Math.Min(Block, height - top), right = Math.Min(width, left + Block);
        for (int x = left; x < right; x++)
        {
            var column = destination.Slice((x * height) + top, rows);
            for (int y = 0, from = (top * width) + x; y < column.Length; y++, from += width) column[y] = plane[from];
        }
    }
}
