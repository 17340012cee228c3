using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>Vertical counters, output pixels in the lanes, at one vector width (see <see cref="VerticalPixels{TLanes, TVector}"/>).</summary>
internal sealed class VerticalPixelKernel<TLanes, TVector> : IScalingKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly PixelConversions _conversions;
    private readonly PixelPlanes _planes;
    private readonly AffineCodes _codes;

    private VerticalPixelKernel(PixelConversions conversions, AffineCodes codes)
    {
        var layer = conversions.Tables.Layer;
        (_conversions, _codes) = (conversions, codes);
        _planes = new(layer.Map.Geometry, layer.Map.InputFormat, layer.InputMayBeUndriven, imagesAtOnce: 1);
    }

    public bool ReadsPlanes => false;
    public int LeastPixels => TLanes.Bits;

    /// <summary>Null where the layer's ADCs are not one list of levels that is affine in the code.</summary>
    public static ILayerKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        AffineCodes.TryOf(layer, adcs) is { } codes ? TryPrepare(PixelConversions.Of<TLanes, TVector>(layer, adcs[0], imagesAtOnce: 1), codes) : null;

    /// <summary>Null where the conversions cannot be held.</summary>
    public static IScalingKernel? TryPrepare(PixelConversions conversions, AffineCodes codes) =>
        conversions.IsAllowed ? new VerticalPixelKernel<TLanes, TVector>(conversions, codes.Less(conversions.Excess)) : null;

    public unsafe void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        fixed (short* image = codes)
        fixed (long* all = sums)
            VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, [(nint)image], firstPixel, pixels, scratch, new SumRows(all, _conversions.Tables.Layer.Map.Geometry.OutputPixels, _codes));
    }

    public unsafe void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale, float[] shift, Span<float> results)
    {
        fixed (short* image = codes)
        fixed (float* all = results)
            VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, [(nint)image], firstPixel, pixels, scratch, new ResultRows(all, _conversions.Tables.Layer.Map.Geometry.OutputPixels, _codes, scale, shift));
    }
}
