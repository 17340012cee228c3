using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Plain;

/// <summary>
/// The general kernel. It forms every partial sum as an integer, by counting bits of 64 rows at a time. So it can show each sum to an
/// observer, and it supports any levels.
/// <code>
/// AND    s = count(x &amp; w)
/// gated  s = 2 count(x &amp; w) - count(x)
/// XNOR   s = driven - 2 count((x ^ w) &amp; driven)
/// planes of ternary weights: as AND, or with inputs -1 and +1 s = 2 count(x &amp; w) - count(w &amp; driven)
/// </code>
/// </summary>
internal sealed class PopcountKernel : ILayerKernel
{
    private readonly MappedLayer _layer;
    private readonly PartialSumLevels[] _levels;
    private readonly PartialSumObserver? _observer;

    /// <param name="layer">The layer.</param>
    /// <param name="adcs">One ADC, or one per plane pair <c>[inputBit, weightBit]</c>; none for exact sums.</param>
    /// <param name="observer">Receives every partial sum, on the thread that runs the kernel; null for none.</param>
    public PopcountKernel(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs, PartialSumObserver? observer = null)
    {
        _layer = layer;
        _levels = adcs.Count == 0 ? [new(layer, null)] : [.. adcs.Select(adc => new PartialSumLevels(layer, adc))];
        _observer = observer;
    }

    public bool ReadsPlanes => true;

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        var map = _layer.Map;
        var geometry = map.Geometry;
        int words = _layer.Patch.Words, bits = map.WeightFormat.Bits, rowLength = geometry.OutputPixels;
        var patch = scratch.WindowBits.Span<ulong>(planes.Planes, words);
        for (int convGroup = 0; convGroup < geometry.Groups; convGroup++)
            for (int pixel = firstPixel; pixel < firstPixel + pixels; pixel++)
            {
                _layer.Patch.Read(planes, convGroup, pixel, patch);
                var driven = map.Product.HasSignedInputBits() ? _layer.Driven(pixel, patch) : [];
                for (int output = 0; output < geometry.GroupOutputChannels; output++)
                {
                    long sum = 0;
                    for (int bit = 0; bit < bits; bit++)
                        sum += map.WeightFormat.PlaneWeight(bit)
                            * Column(_layer.Weights.Column(convGroup, output * bits + bit), bit, patch, driven, words);
                    sums[(convGroup * geometry.GroupOutputChannels + output) * rowLength + pixel] = sum;
                }
            }
    }

    private long Column(ReadOnlySpan<ulong> weights, int weightBit, ReadOnlySpan<ulong> patch, ReadOnlySpan<ulong> driven, int words)
    {
        var input = _layer.Map.InputFormat;
        long sum = 0;
        for (int plane = 0; plane < input.Bits; plane++)
        {
            var bits = patch.Slice(plane * words, words);
            var levels = _levels[_levels.Length == 1 ? 0 : plane * _layer.Map.WeightFormat.Bits + weightBit];
            long ofPlane = 0;
            for (int group = 0; group < _layer.Map.Groups.Length; group++)
            {
                int s = PartialSum(_layer.Map.Product, bits, weights, driven, _layer.Map.Groups[group]);
                _observer?.Invoke(group, plane, weightBit, s);
                ofPlane += levels[s];
            }
            sum += input.PlaneWeight(plane) * ofPlane;
        }
        return sum;
    }

    private static int PartialSum(CellProduct product, ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> weights, ReadOnlySpan<ulong> driven,
        RowGroup group)
    {
        int both = 0, of = 0;
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
        {
            ulong x = bits[word], w = weights[word];
            var (counted, all) = product switch
            {
                CellProduct.Xnor => (~(x ^ w), driven[word]),
                CellProduct.TernaryXnor => (x, w & driven[word]),
                _ => (w, x),
            };
            ulong mask = BitRuns.Masked(all, word, group.FirstRow, group.EndRow);
            of += BitOperations.PopCount(mask);
            both += BitOperations.PopCount(mask & counted);
        }
        return product is CellProduct.And or CellProduct.TernaryGated ? both : 2 * both - of;
    }
}

/// <summary>Receives the partial sum of one conversion, in counts.</summary>
internal delegate void PartialSumObserver(int rowGroup, int inputBit, int weightBit, int partialSum);
