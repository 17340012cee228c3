using System.Numerics;
using System.Runtime.InteropServices;

namespace ImcEngine.Images.Pictures;

/// <summary>The passes over bytes. Sums are exact, so that vectors of any width give the same bytes.</summary>
internal abstract class BytePasses : IResamplingPasses<byte>
{
    private const int Half = 1 << (ResamplingWeights.FixedBits - 1);

    public static void AlongRows(ReadOnlySpan<byte> lines, ResamplingWeights weights, int width, Span<byte> destination)
    {
        for (int x = 0; x < weights.Outputs; x++)
        {
            var line = weights.FixedOf(x);
            for (int from = weights.FirstOf(x), to = x; to < destination.Length; from += width, to += weights.Outputs)
            {
                var pixels = lines.Slice(from, line.Length);
                int sum = Half;
                for (int i = 0; i < line.Length; i++) sum += line[i] * pixels[i];
                destination[to] = ToByte(sum);
            }
        }
    }

    public static void AlongColumns(ReadOnlySpan<byte> plane, ResamplingWeights weights, int width, Span<byte> destination)
    {
        int[] sums = new int[width];
        for (int y = 0; y < weights.Outputs; y++)
        {
            var column = weights.FixedOf(y);
            Array.Fill(sums, Half);
            for (int i = 0; i < column.Length; i++)
                AddScaled(plane.Slice((weights.FirstOf(y) + i) * width, width), column[i], sums);
            var result = destination.Slice(y * width, width);
            for (int x = 0; x < result.Length; x++) result[x] = ToByte(sums[x]);
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

    private static byte ToByte(int sum) => (byte)Math.Clamp(sum >> ResamplingWeights.FixedBits, 0, byte.MaxValue);
}
