using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>The batched kernel at one vector width.</summary>
internal sealed unsafe class BatchedPixelKernel<TLanes, TVector> : BatchedPixelKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly PixelConversions _conversions;
    private readonly PixelPlanes _planes;
    private readonly AccumulatorDecoding _codes;

    private BatchedPixelKernel(PixelConversions conversions, AccumulatorDecoding codes, int images)
    {
        var layer = conversions.Tables.Layer;
        (_conversions, _codes, Images) = (conversions, codes, images);
        _planes = new(layer.Map.Geometry, layer.Inputs, images);
    }

    public override int Images { get; }

    /// <summary>Returns null where the layer's plane pairs have different ADCs, the levels lie too far from a line, or the layer has more
    /// rows than lists reach.</summary>
    public static BatchedPixelKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs, int images) =>
        TableRows.AreReached(layer, TLanes.Bits) && PixelConversions.Support(layer.Map)
            && AccumulatorDecoding.TryCreate(layer, adcs) is { } codes
            ? TryPrepare(PixelConversions.Prepare<TLanes, TVector>(layer, adcs[0], images), codes, images) : null;

    /// <summary>Returns null where the kernel cannot hold the conversions' accumulators.</summary>
    public static BatchedPixelKernel? TryPrepare(PixelConversions conversions, AccumulatorDecoding codes, int images) =>
        conversions.IsAllowed ? new BatchedPixelKernel<TLanes, TVector>(conversions, conversions.Decoding(codes), images) : null;

    public override PixelBits Image => _planes.Image;

    public override CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, float[] scale, float[] shift) =>
        _conversions.TryQuantize(format, quantize, _codes, scale, shift);

    public override void Run(ReadOnlySpan<BatchedImage> images, KernelScratch scratch, float[] scale, float[] shift)
    {
        Span<nint> bits = stackalloc nint[images.Length];
        for (int i = 0; i < images.Length; i++) bits[i] = (nint)images[i].Bits;
        fixed (BatchedImage* all = images)
            Run<ResultsOfImages, ResultRows>(bits, scratch, new(all, Geometry.OutputPixels, _codes, scale, shift));
    }

    public override void Run(ReadOnlySpan<nint> images, KernelScratch scratch, CodeThresholds thresholds, nint* codes, PixelBits layout) =>
        VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, images,
            PixelPart.OfPixels(Geometry, 0, images.Length * Geometry.OutputPixels), scratch,
            new QuantizedPixels<TLanes, TVector>(thresholds, codes, layout));

    public override void Run(ReadOnlySpan<short> codes, KernelScratch scratch, Span<long> sums)
    {
        var layout = _planes.Image;
        Span<nint> images = stackalloc nint[codes.Length / Geometry.InputSize];
        var words = (ulong*)scratch.ImageBits.Pointer((long)images.Length * layout.Length * sizeof(ulong));
        for (int i = 0; i < images.Length; i++, words += layout.Length)
        {
            layout.Pack(codes.Slice(i * Geometry.InputSize, Geometry.InputSize), words);
            images[i] = (nint)words;
        }
        fixed (long* results = sums) Run<SumsOfImages, SumRows>(images, scratch, new(results, Geometry, _codes));
    }

    private ConvGeometry Geometry => _conversions.Tables.Layer.Map.Geometry;

    private void Run<TSinks, TSink>(ReadOnlySpan<nint> images, KernelScratch scratch, TSinks sinks) where TSinks : struct, ISinks<TSink>
        where TSink : struct, IRowSink =>
        VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, images,
            PixelPart.OfPixels(Geometry, 0, images.Length * Geometry.OutputPixels), scratch,
            new IntegerPixels<TLanes, TVector, ImageRows<TSinks, TSink>>(new(sinks, Geometry.OutputPixels)));

    private interface ISinks<TSink>
    {
        TSink SinkOf(int image);
    }

    private readonly struct ResultsOfImages(BatchedImage* images, int pixels, AccumulatorDecoding codes, float[] scale, float[] shift)
        : ISinks<ResultRows>
    {
        public ResultRows SinkOf(int image) => new(images[image].Results, pixels, codes, scale, shift, images[image].Addend);
    }

    private readonly struct SumsOfImages(long* sums, ConvGeometry geometry, AccumulatorDecoding codes) : ISinks<SumRows>
    {
        public SumRows SinkOf(int image) => new(sums + (long)image * geometry.OutputSize, geometry.OutputPixels, codes);
    }

    /// <summary>Divides a tile among the images to which its pixels belong.</summary>
    private readonly struct ImageRows<TSinks, TSink>(TSinks sinks, int pixels) : IRowSink where TSinks : struct, ISinks<TSink>
        where TSink : struct, IRowSink
    {
        public void Store(int firstOutput, int firstPixel, in SumTile tile)
        {
            for (int done = 0; done < tile.Pixels;)
            {
                int pixel = firstPixel + done, image = pixel / pixels, first = pixel - image * pixels,
                    count = Math.Min(pixels - first, tile.Pixels - done);
                sinks.SinkOf(image).Store(firstOutput, first, tile.OfPixels(done, count));
                done += count;
            }
        }
    }
}
