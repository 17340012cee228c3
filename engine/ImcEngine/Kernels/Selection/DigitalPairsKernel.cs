using System.Numerics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Plain;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// The kernel of a layer on an ideal die some of whose digit pairs digital adders sum (ARITHMETIC §15). It adds up the parts of
/// <see cref="DigitPart"/>: pairs that are converted, by a kernel for them alone, and pairs that are not, by a kernel of exact sums.
/// <code>acc = sum over parts of factor * the part's accumulators</code>
/// </summary>
internal sealed class DigitalPairsKernel : ILayerKernel
{
    private readonly MappedLayer _layer;
    private readonly IReadOnlyList<Part> _parts;

    private DigitalPairsKernel(MappedLayer layer, IReadOnlyList<Part> parts) => (_layer, _parts) = (layer, parts);

    /// <summary>A part and its kernel.</summary>
    /// <param name="Factor">What one unit of the kernel's accumulators counts in the layer's.</param>
    /// <param name="Inputs">The planes of the part's input codes.</param>
    private sealed record Part(MappedLayer Layer, ILayerKernel Kernel, long Factor, Digit Inputs);

    public bool ReadsPlanes => false;
    public int LeastPixels => _parts.Max(part => part.Kernel.LeastPixels);

    /// <summary>Prepares the kernel; returns null where a part's conversions have no kernel.</summary>
    /// <param name="unit">The unit of the layer's accumulators.</param>
    /// <param name="prepare">Prepares the kernel of a part that is converted, given the ADCs of its digit pairs.</param>
    public static DigitalPairsKernel? TryPrepare(MappedLayer layer, IReadOnlyList<RowGroupAdcs> rowGroups, AccumulationUnit unit,
        Func<MappedLayer, IReadOnlyList<RowGroupAdcs>, ILayerKernel?> prepare)
    {
        var map = layer.Map;
        var parts = new List<Part>();
        foreach (var digits in DigitPart.Of(map))
        {
            var part = layer.OfDigits(digits);
            if ((digits.IsDigital ? Exact(part) : prepare(part, [.. rowGroups.Select(adcs => Of(adcs, map, digits, part.Map))]))
                is not { } kernel) return null;
            long factor = (long)map.InputDigits.Weight(digits.FirstInput) * map.WeightDigits.Weight(digits.FirstWeight);
            parts.Add(new(part, kernel, digits.IsDigital && unit != AccumulationUnit.Counts ? factor * AdcTransfer.LevelsPerCount : factor,
                digits.Inputs));
        }
        return new(layer, parts);
    }

    private static ILayerKernel Exact(MappedLayer part) => CountedSums.TryCheaper(part)?.Kernel ?? ExactKernel.Prepare(part);

    /// <summary>Returns the ADCs of a part's digit pairs.</summary>
    private static RowGroupAdcs Of(RowGroupAdcs adcs, LayerMap whole, DigitPart digits, LayerMap part) => adcs.Transfers.Count == 1 ? adcs
        : adcs with
        {
            Transfers = [.. from input in Enumerable.Range(digits.FirstInput, part.InputDigits.Count)
                            from weight in Enumerable.Range(digits.FirstWeight, part.WeightDigits.Count)
                            select adcs.TransferOf(input, weight, whole.WeightDigits.Count)],
        };

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        var geometry = _layer.Map.Geometry;
        var ofPart = scratch.DigitPartSums.Span<long>(geometry.OutputChannels, geometry.OutputPixels);
        for (int channel = 0; channel < geometry.OutputChannels; channel++)
            sums.Slice(channel * geometry.OutputPixels + firstPixel, pixels).Clear();
        foreach (var part in _parts)
        {
            var own = CodesOf(part, codes, scratch);
            if (part.Kernel.ReadsPlanes) scratch.DigitPartPlanes.Pack(own, part.Layer.Inputs, geometry.Groups);
            part.Kernel.Run(own, scratch.DigitPartPlanes, context, firstPixel, pixels, scratch, ofPart);
            for (int channel = 0; channel < geometry.OutputChannels; channel++)
            {
                int first = channel * geometry.OutputPixels + firstPixel;
                Add(ofPart.Slice(first, pixels), part.Factor, sums.Slice(first, pixels));
            }
        }
    }

    private ReadOnlySpan<short> CodesOf(Part part, ReadOnlySpan<short> codes, KernelScratch scratch)
    {
        var format = _layer.Map.InputFormat;
        if (part.Inputs.Planes == format.Bits) return codes;
        var own = scratch.DigitPartCodes.Span<short>(codes.Length, 1);
        format.CodesWithin(part.Inputs, codes, own);
        return own;
    }

    private static void Add(ReadOnlySpan<long> from, long factor, Span<long> to)
    {
        int i = 0;
        for (; i <= to.Length - Vector<long>.Count; i += Vector<long>.Count)
            (new Vector<long>(to[i..]) + (new Vector<long>(from[i..]) * factor)).CopyTo(to[i..]);
        for (; i < to.Length; i++) to[i] += factor * from[i];
    }
}
