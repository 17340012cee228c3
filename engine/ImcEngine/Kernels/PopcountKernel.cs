using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// The general kernel: forms every partial sum as an integer by counting bits of 64 rows at a time, and so can show each one to an observer
/// and take any list of levels.
/// <code>
/// AND    s = count(x &amp; w)
/// gated  s = 2 count(x &amp; w) - count(x)
/// XNOR   s = driven - 2 count((x ^ w) &amp; driven)
/// </code>
/// </summary>
internal static class PopcountKernel
{
    /// <param name="layer">The layer.</param>
    /// <param name="adc">Null: sums pass exactly.</param>
    /// <param name="image">Packed activations.</param>
    /// <param name="firstPixel">Of the output, row-major.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="scratch">Of this thread.</param>
    /// <param name="observer">Sees every conversion; null for none.</param>
    /// <param name="sums"><c>[outputChannel, pixel]</c> with the whole output's pixels as row length; in the ADC's unit.</param>
    public static void Run(
        MappedLayer layer, IntegerAdc? adc, PackedImage image, int firstPixel, int pixels, KernelScratch scratch, ConversionHistogram? observer, Span<long> sums)
    {
        var map = layer.Map;
        var geometry = map.Geometry;
        int words = Patch.Words(geometry), bits = map.WeightFormat.Bits, rowLength = geometry.OutputPixels;
        var patch = scratch.Patches.Span<ulong>(image.Planes, words);
        var driven = scratch.Driven.Span<ulong>(words, 1);
        var levels = PartialSumLevels.Of(layer, adc, scratch);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
            for (int pixel = firstPixel; pixel < firstPixel + pixels; pixel++)
            {
                Patch.Read(image, geometry, convGroup, pixel / geometry.OutputWidth, pixel % geometry.OutputWidth, patch);
                MarkDriven(layer, pixel, patch, words, driven);
                for (int output = 0; output < geometry.GroupOutputChannels; output++)
                {
                    long sum = 0;
                    for (int bit = 0; bit < bits; bit++)
                        sum += map.WeightFormat.PlaneWeight(bit)
                            * Column(layer, levels, layer.Weights.Column(convGroup, output * bits + bit), bit, patch, driven, words, observer);
                    sums[(convGroup * geometry.GroupOutputChannels + output) * rowLength + pixel] = sum;
                }
            }
    }

    private static long Column(
        MappedLayer layer, in PartialSumLevels levels, ReadOnlySpan<ulong> weights, int weightBit, ReadOnlySpan<ulong> patch, ReadOnlySpan<ulong> driven, int words,
        ConversionHistogram? observer)
    {
        var input = layer.Map.InputFormat;
        long sum = 0;
        for (int plane = 0; plane < input.Bits; plane++)
        {
            var bits = patch.Slice(plane * words, words);
            long ofPlane = 0;
            foreach (var group in layer.Map.Groups)
            {
                int s = PartialSum(layer.Map.Product, bits, weights, driven, group);
                observer?.Add(plane, weightBit, s);
                ofPlane += levels[s];
            }
            sum += input.PlaneWeight(plane) * ofPlane;
        }
        return sum;
    }

    private static int PartialSum(CellProduct product, ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> weights, ReadOnlySpan<ulong> driven, RowGroup group)
    {
        int both = 0, of = 0;
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
        {
            ulong mask = BitRuns.Masked(product == CellProduct.Xnor ? driven[word] : bits[word], word, group.FirstRow, group.EndRow);
            of += BitOperations.PopCount(mask);
            both += BitOperations.PopCount(mask & (product == CellProduct.Xnor ? ~(bits[word] ^ weights[word]) : weights[word]));
        }
        return product == CellProduct.And ? both : 2 * both - of;
    }

    private static void MarkDriven(MappedLayer layer, int pixel, ReadOnlySpan<ulong> patch, int words, Span<ulong> driven)
    {
        if (layer.Map.Product != CellProduct.Xnor) return;
        if (layer.InputMayBeUndriven)
        {
            patch.Slice(layer.Map.InputFormat.Bits * words, words).CopyTo(driven);
            return;
        }
        var geometry = layer.Map.Geometry;
        layer.Borders.MarkDriven(layer.Borders.Of(pixel / geometry.OutputWidth, pixel % geometry.OutputWidth), geometry.GroupInputChannels, driven);
    }
}

/// <summary>What every partial sum of a layer becomes in the accumulator: a table over s, from the least that can occur.</summary>
internal readonly ref struct PartialSumLevels
{
    private readonly ReadOnlySpan<long> _levels;
    private readonly int _least;

    private PartialSumLevels(ReadOnlySpan<long> levels, int least)
    {
        _levels = levels;
        _least = least;
    }

    public long this[int partialSum] => _levels[partialSum - _least];

    public static PartialSumLevels Of(MappedLayer layer, IntegerAdc? adc, KernelScratch scratch)
    {
        int least = layer.LeastPartialSum, count = layer.LargestGroup - least + 1;
        var levels = scratch.Levels.Span<long>(count, 1);
        for (int i = 0; i < count; i++) levels[i] = adc is null ? i + least : adc.UnitOfCode[adc.CodeOf(i + least)];
        return new(levels, least);
    }
}
