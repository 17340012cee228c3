using System.Numerics;
using System.Runtime.InteropServices;

namespace ImcEngine.Images.Pictures;

/// <summary>The pass over bytes. Sums are exact, so that vectors of any width give the same bytes.</summary>
internal abstract class ByteColumns : IColumnResampling<byte>
{
    private const int Half = 1 << (ResamplingWeights.FixedBits - 1);

    public static void Resize(ReadOnlySpan<byte> plane, ResamplingWeights weights, int width, Span<byte> destination)
    {
        int[] sums = new int[width];
        for (int y = 0; y < weights.Outputs; y++)
        {
            var column = weights.FixedOf(y);
            Array.Fill(sums, Half);
            for (int i = 0; i < column.Length; i++)
                AddScaled(plane.Slice((weights.FirstOf(y) + i) * width, width), column[i], sums);
            ToBytes(sums, destination.Slice(y * width, width));
        }
    }

    private static void AddScaled(ReadOnlySpan<byte> line, int weight, Span<int> sums)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(line);
        var quarters = MemoryMarshal.Cast<int, Vector<int>>(sums);
        var weights = new Vector<int>(weight);
        for (int i = 0; i < vectors.Length; i++)
        {
            Vector.Widen(vectors[i], out var low, out var high);
            Vector.Widen(low, out var first, out var second);
            Vector.Widen(high, out var third, out var fourth);
            var four = quarters.Slice(4 * i, 4);
            four[0] += Vector.AsVectorInt32(first) * weights;
            four[1] += Vector.AsVectorInt32(second) * weights;
            four[2] += Vector.AsVectorInt32(third) * weights;
            four[3] += Vector.AsVectorInt32(fourth) * weights;
        }
        for (int x = vectors.Length * Vector<byte>.Count; x < line.Length; x++) sums[x] += weight * line[x];
    }

    private static void ToBytes(ReadOnlySpan<int> sums, Span<byte> destination)
    {
        var vectors = MemoryMarshal.Cast<byte, Vector<byte>>(destination);
        var quarters = MemoryMarshal.Cast<int, Vector<int>>(sums);
        for (int i = 0; i < vectors.Length; i++)
        {
            var four = quarters.Slice(4 * i, 4);
            vectors[i] =
                Vector.Narrow(Vector.Narrow(Clamped(four[0]), Clamped(four[1])), Vector.Narrow(Clamped(four[2]), Clamped(four[3])));
        }
        for (int x = vectors.Length * Vector<byte>.Count; x < destination.Length; x++)
            destination[x] = (byte)Math.Clamp(sums[x] >> ResamplingWeights.FixedBits, 0, byte.MaxValue);
    }

    private static Vector<uint> Clamped(Vector<int> sums) => Vector.AsVectorUInt32(
        Vector.Min(Vector.Max(sums >> ResamplingWeights.FixedBits, Vector<int>.Zero), new Vector<int>(byte.MaxValue)));
}
