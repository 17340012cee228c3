using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Images.Pictures.Jpeg;

/// <summary>
/// The inverse cosine transform of 8 x 8 coefficients (ITU-T T.81, A.3.3), in the integers of libjpeg's default method, so that it rounds
/// as libjpeg does: the algorithm of C. Loeffler, A. Ligtenberg and G. S. Moschytz (ICASSP 1989), with factors of 13 fractional bits.
/// Columns are transformed first and keep 2 fractional bits; rows follow, and 128 is added.
/// </summary>
internal static class InverseCosine
{
    /// <summary>Coefficients of 8-bit samples are at most 2^11, and are off by half a step of quantization.</summary>
    private const int MostCoefficient = 1 << 12;

    private const int FactorBits = 13, ColumnBits = 2, Size = JpegComponent.BlockSize, Center = 128;

    // round(x * 2^13)
    private const int F0298 = 2446, F0390 = 3196, F0541 = 4433, F0765 = 6270, F0899 = 7373, F1175 = 9633, F1501 = 12299, F1847 = 15137,
        F1961 = 16069, F2053 = 16819, F2562 = 20995, F3072 = 25172;

    /// <param name="coefficients"><c>[y, x]</c></param>
    /// <param name="quantization">What each is multiplied by.</param>
    /// <param name="samples"><c>[y, x]</c></param>
    /// <exception cref="InvalidDataException">A coefficient is none of 8-bit samples; decoders differ in what they make of it.</exception>
    public static void Transform(ReadOnlySpan<short> coefficients, ReadOnlySpan<ushort> quantization, Span<byte> samples)
    {
        Span<int> block = stackalloc int[Size * Size];
        for (int i = 0; i < block.Length; i++)
        {
            block[i] = coefficients[i] * quantization[i];
            if (Math.Abs(block[i]) > MostCoefficient + quantization[i])
                throw new InvalidDataException($"its data are damaged: a coefficient is {block[i]}");
        }
        TransformColumns(block, FactorBits - ColumnBits);
        Transpose(block);
        TransformColumns(block, FactorBits + ColumnBits + 3);
        for (int y = 0; y < Size; y++)
            for (int x = 0; x < Size; x++)
                samples[(y * Size) + x] = (byte)Math.Clamp(block[(x * Size) + y] + Center, 0, byte.MaxValue);
    }

    private static void Transpose(Span<int> block)
    {
        for (int y = 0; y < Size; y++)
            for (int x = y + 1; x < Size; x++)
                (block[(y * Size) + x], block[(x * Size) + y]) = (block[(x * Size) + y], block[(y * Size) + x]);
    }

    /// <summary>Transforms the 8 columns side by side, and rounds them to fewer fractional bits.</summary>
    private static void TransformColumns(Span<int> block, int shift)
    {
        var rows = MemoryMarshal.Cast<int, Vector256<int>>(block);
        Vector256<int> s0 = rows[0], s1 = rows[1], s2 = rows[2], s3 = rows[3], s4 = rows[4], s5 = rows[5], s6 = rows[6], s7 = rows[7];
        var half = Vector256.Create(1 << (shift - 1));

        Vector256<int> both = (s2 + s6) * F0541, low = both - (s6 * F1847), high = both + (s2 * F0765);
        Vector256<int> sum = ((s0 + s4) << FactorBits) + half, difference = ((s0 - s4) << FactorBits) + half;
        Vector256<int> e0 = sum + high, e3 = sum - high, e1 = difference + low, e2 = difference - low;

        var all = (s7 + s3 + s5 + s1) * F1175;
        Vector256<int> a = (s7 + s1) * -F0899, b = (s5 + s3) * -F2562, c = all - ((s7 + s3) * F1961), d = all - ((s5 + s1) * F0390);
        Vector256<int> o3 = (s7 * F0298) + a + c, o2 = (s5 * F2053) + b + d, o1 = (s3 * F3072) + b + c, o0 = (s1 * F1501) + a + d;

        rows[0] = (e0 + o0) >> shift;
        rows[1] = (e1 + o1) >> shift;
        rows[2] = (e2 + o2) >> shift;
        rows[3] = (e3 + o3) >> shift;
        rows[4] = (e3 - o3) >> shift;
        rows[5] = (e2 - o2) >> shift;
        rows[6] = (e1 - o1) >> shift;
        rows[7] = (e0 - o0) >> shift;
    }
}
