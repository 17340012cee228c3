using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>Vertical counters, columns in the lanes, at one vector width (see <see cref="VerticalColumns{TLanes, TVector}"/>).</summary>
internal sealed class VerticalKernel<TLanes, TVector> : IScalingKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly VerticalTables _tables;
    private readonly AffineCodes _codes;

    private VerticalKernel(MappedLayer layer, IntegerAdc adc, AffineCodes codes)
    {
        _tables = new(layer, adc, TLanes.Bits);
        _codes = codes;
    }

    public bool ReadsPlanes => true;

    /// <summary>Null where the layer's ADCs are not one list of levels that is affine in the code.</summary>
    public static ILayerKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs)
    {
        if (AffineCodes.TryOf(layer, adcs) is not { } codes) return null;
        var kernel = new VerticalKernel<TLanes, TVector>(layer, adcs[0], codes);
        return VerticalLimits.Allow(kernel._tables.AccumulatorPlanes, kernel._tables.Plan) ? kernel : null;
    }

    public unsafe void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        fixed (long* all = sums)
            VerticalColumns<TLanes, TVector>.Run(_tables, planes, firstPixel, pixels, scratch, new SumRows(all, _tables.Layer.Map.Geometry.OutputPixels, _codes));
    }

    public unsafe void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale, float[] shift, Span<float> results)
    {
        fixed (float* all = results)
            VerticalColumns<TLanes, TVector>.Run(_tables, planes, firstPixel, pixels, scratch, new ResultRows(all, _tables.Layer.Map.Geometry.OutputPixels, _codes, scale, shift));
    }
}
