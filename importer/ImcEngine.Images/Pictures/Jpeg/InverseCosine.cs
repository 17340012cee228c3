using System.Runtime.CompilerServices;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// The inverse cosine transform of 8 x 8 coefficients (ITU-T T.81, A.3.3), in the integers of libjpeg's default method, so that it rounds as
/// libjpeg does: the algorithm of C. Loeffler, A. Ligtenberg and G. S. Moschytz (ICASSP 1989), with factors of 13 fractional bits.
/// Columns are transformed first and keep 2 fractional bits; rows follow, and 128 is added.
/// </summary>
internal static class InverseCosine
{
    private const int FactorBits = 13, ColumnBits = 2, Size = JpegComponent.BlockSize, Center = 128;

    // round(x * 2^13)
    private const int F0298 = 2446, F0390 = 3196, F0541 = 4433, F0765 = 6270, F0899 = 7373, F1175 = 9633, F1501 = 12299, F1847 = 15137,
        F1961 = 16069, F2053 = 16819, F2562 = 20995, F3072 = 25172;

    /// <param name="coefficients"><c>[y, x]</c></param>
    /// <param name="quantization">What each is multiplied by.</param>
    /// <param name="samples"><c>[y, x]</c></param>
    public static void Transform(ReadOnlySpan<short> coefficients, ReadOnlySpan<ushort> quantization, Span<byte> samples)
    {
        Span<int> columns = stackalloc int[Size * Size];
        for (int x = 0; x < Size; x++)
        {
            for (int y = 0; y < Size; y++) columns[(y * Size) + x] = coefficients[(y * Size) + x] * quantization[(y * Size) + x];
            Transform(columns[x..], Size, FactorBits - ColumnBits);
        }
        for (int y = 0; y < Size; y++)
        {
            var row = columns.Slice(y * Size, Size);
            Transform(row, 1, FactorBits + ColumnBits + 3);
            for (int x = 0; x < Size; x++) samples[(y * Size) + x] = (byte)Math.Clamp(row[x] + Center, 0, byte.MaxValue);
        }
    }

    /// <summary>Transforms 8 numbers in place, and rounds them to fewer fractional bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Transform(Span<int> x, int stride, int shift)
    {
        int s0 = x[0], s1 = x[stride], s2 = x[2 * stride], s3 = x[3 * stride], s4 = x[4 * stride], s5 = x[5 * stride], s6 = x[6 * stride],
            s7 = x[7 * stride];
        int half = 1 << (shift - 1);

        int both = (s2 + s6) * F0541, low = both - (s6 * F1847), high = both + (s2 * F0765);
        int sum = ((s0 + s4) << FactorBits) + half, difference = ((s0 - s4) << FactorBits) + half;
        int e0 = sum + high, e3 = sum - high, e1 = difference + low, e2 = difference - low;

        int all = (s7 + s3 + s5 + s1) * F1175;
        int a = -(s7 + s1) * F0899, b = -(s5 + s3) * F2562, c = all - ((s7 + s3) * F1961), d = all - ((s5 + s1) * F0390);
        int o3 = (s7 * F0298) + a + c, o2 = (s5 * F2053) + b + d, o1 = (s3 * F3072) + b + c, o0 = (s1 * F1501) + a + d;

        x[0] = (e0 + o0) >> shift;
        x[stride] = (e1 + o1) >> shift;
        x[2 * stride] = (e2 + o2) >> shift;
        x[3 * stride] = (e3 + o3) >> shift;
        x[4 * stride] = (e3 - o3) >> shift;
        x[5 * stride] = (e2 - o2) >> shift;
        x[6 * stride] = (e1 - o1) >> shift;
        x[7 * stride] = (e0 - o0) >> shift;
    }
}
