using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Kernels.Lanes;

/// <summary>Transposes squares of 8 x 8 elements of 32 bits.</summary>
internal static unsafe class Square
{
    public const int Side = 8;

    /// <summary>Sets to[column * toStride + row] = from[row * fromStride + column].</summary>
    public static void Transpose8x8(float* from, int fromStride, float* to, int toStride)
    {
        if (Avx.IsSupported)
        {
            TransposeVectors(from, fromStride, to, toStride);
            return;
        }
        for (int row = 0; row < Side; row++)
            for (int column = 0; column < Side; column++) to[column * toStride + row] = from[row * fromStride + column];
    }

    private static void TransposeVectors(float* from, int fromStride, float* to, int toStride)
    {
        var (a, b, c, d) = FourRows(from, fromStride);
        var (e, f, g, h) = FourRows(from + 4 * fromStride, fromStride);
        StoreColumns(a, e, to, toStride);
        StoreColumns(b, f, to + toStride, toStride);
        StoreColumns(c, g, to + 2 * toStride, toStride);
        StoreColumns(d, h, to + 3 * toStride, toStride);
    }

    /// <summary>Loads four rows. Vector i of the result holds columns i and i + 4.</summary>
    private static (Vector256<float>, Vector256<float>, Vector256<float>, Vector256<float>) FourRows(float* from, int stride)
    {
        Vector256<float> a = Vector256.Load(from), b = Vector256.Load(from + stride), c = Vector256.Load(from + 2 * stride),
            d = Vector256.Load(from + 3 * stride);
        Vector256<double> ab = Avx.UnpackLow(a, b).AsDouble(), cd = Avx.UnpackLow(c, d).AsDouble(),
            abHigh = Avx.UnpackHigh(a, b).AsDouble(), cdHigh = Avx.UnpackHigh(c, d).AsDouble();
        return (Avx.UnpackLow(ab, cd).AsSingle(), Avx.UnpackHigh(ab, cd).AsSingle(), Avx.UnpackLow(abHigh, cdHigh).AsSingle(),
            Avx.UnpackHigh(abHigh, cdHigh).AsSingle());
    }

    private static void StoreColumns(Vector256<float> low, Vector256<float> high, float* to, int stride)
    {
        Avx.Permute2x128(low, high, 0x20).Store(to);
        Avx.Permute2x128(low, high, 0x31).Store(to + 4 * stride);
    }
}
