using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>The bit-sliced kernel with one column per lane, at one vector width (see
/// <see cref="VerticalColumns{TLanes, TVector}"/>).</summary>
internal sealed class ColumnKernel<TLanes, TVector> : IScalingKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly ColumnConversions _conversions;
    private readonly AccumulatorDecoding _codes;

    private ColumnKernel(ColumnConversions conversions, AccumulatorDecoding codes) => (_conversions, _codes) = (conversions, codes);

    public bool ReadsPlanes => true;
    public int LeastPixels => 8;

    /// <summary>Returns null where the layer's plane pairs have different ADCs, the levels lie too far from a line, or the layer has more
    /// rows than lists reach.</summary>
    public static ILayerKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        TableRows.AreReached(layer, TLanes.Bits) && ColumnConversions.Support(layer)
            && AccumulatorDecoding.TryCreate(layer, adcs) is { } codes
            ? TryPrepare(ColumnConversions.Prepare<TLanes, TVector>(layer, adcs[0]), codes) : null;

    /// <summary>Returns null where the kernel cannot hold the conversions' accumulators.</summary>
    public static IScalingKernel? TryPrepare(ColumnConversions conversions, AccumulatorDecoding codes) =>
        conversions.IsAllowed
            ? new ColumnKernel<TLanes, TVector>(conversions, conversions.Decoding(codes)) : null;

    public unsafe void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels,
        KernelScratch scratch, Span<long> sums)
    {
        fixed (long* all = sums)
            VerticalColumns<TLanes, TVector>.Run(_conversions, planes, firstPixel, pixels, scratch,
                new SumRows(all, _conversions.Tables.Layer.Map.Geometry.OutputPixels, _codes));
    }

    public unsafe void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale,
        float[] shift, Span<float> results)
    {
        fixed (float* all = results)
            VerticalColumns<TLanes, TVector>.Run(_conversions, planes, firstPixel, pixels, scratch,
                new ResultRows(all, _conversions.Tables.Layer.Map.Geometry.OutputPixels, _codes, scale, shift));
    }
}
