using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>The bit-sliced kernel with one output pixel per lane, at one vector width (see
/// <see cref="VerticalPixels{TLanes, TVector}"/>).</summary>
internal sealed unsafe class PixelKernel<TLanes, TVector> : IScalingKernel, IPixelKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly PixelConversions _conversions;
    private readonly PixelPlanes _planes;
    private readonly AccumulatorDecoding _codes;

    private PixelKernel(PixelConversions conversions, AccumulatorDecoding codes)
    {
        var layer = conversions.Tables.Layer;
        (_conversions, _codes) = (conversions, codes);
        _planes = new(layer.Map.Geometry, layer.Inputs, imagesAtOnce: 1);
    }

    public bool ReadsPlanes => false;
    public int LeastPixels => TLanes.Bits;

    /// <summary>Returns null where the layer's plane pairs have different ADCs, the levels lie too far from a line, or the layer has more
    /// rows than lists reach.</summary>
    public static ILayerKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        TableRows.AreReached(layer, TLanes.Bits) && PixelConversions.Support(layer.Map)
            && AccumulatorDecoding.TryCreate(layer, adcs) is { } codes
            ? TryPrepare(PixelConversions.Prepare<TLanes, TVector>(layer, adcs[0], imagesAtOnce: 1), codes) : null;

    /// <summary>Returns null where the kernel cannot hold the conversions' accumulators.</summary>
    public static IScalingKernel? TryPrepare(PixelConversions conversions, AccumulatorDecoding codes) =>
        conversions.IsAllowed ? new PixelKernel<TLanes, TVector>(conversions, conversions.Decoding(codes)) : null;

    public PixelBits Image => _planes.Image;

    public CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, float[] scale, float[] shift) =>
        _conversions.TryQuantize(format, quantize, _codes, scale, shift);

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums)
    {
        fixed (long* all = sums)
            VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, [Pack(codes, scratch)],
                PixelPart.OfPixels(Geometry, firstPixel, pixels), scratch,
                new IntegerPixels<TLanes, TVector, SumRows>(new(all, Geometry.OutputPixels, _codes)));
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale,
        float[] shift, Span<float> results)
    {
        fixed (float* all = results)
            VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, [Pack(codes, scratch)],
                PixelPart.OfPixels(Geometry, firstPixel, pixels), scratch,
                new IntegerPixels<TLanes, TVector, ResultRows>(new(all, Geometry.OutputPixels, _codes, scale, shift)));
    }

    public void Run(ulong* bits, int firstOutput, int outputs, KernelScratch scratch, float[] scale, float[] shift, float* addend,
        Span<float> results)
    {
        fixed (float* all = results)
            VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, [(nint)bits],
                PixelPart.OfOutputs(Geometry, firstOutput, outputs), scratch,
                new IntegerPixels<TLanes, TVector, ResultRows>(new(all, Geometry.OutputPixels, _codes, scale, shift, addend)));
    }

    public void Run(ulong* bits, int firstOutput, int outputs, KernelScratch scratch, CodeThresholds thresholds, ulong* codes,
        PixelBits layout)
    {
        nint image = (nint)codes;
        VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, [(nint)bits], PixelPart.OfOutputs(Geometry, firstOutput, outputs),
            scratch, new QuantizedPixels<TLanes, TVector>(thresholds, &image, layout));
    }

    private ConvGeometry Geometry => _conversions.Tables.Layer.Map.Geometry;

    private nint Pack(ReadOnlySpan<short> codes, KernelScratch scratch)
    {
        var layout = _planes.Image;
        var words = (ulong*)scratch.ImageBits.Pointer((long)layout.Length * sizeof(ulong));
        layout.Pack(codes, words);
        return (nint)words;
    }
}
