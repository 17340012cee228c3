namespace ImcEngine.Kernels;

/// <summary>One image of several that pass a layer together.</summary>
/// <param name="codes">Its activation codes, <c>[channel, y, x]</c>.</param>
/// <param name="results">Written, <c>[outputChannel, pixel]</c>.</param>
internal readonly unsafe struct TogetherImage(short* codes, float* results)
{
    public readonly short* Codes = codes;
    public readonly float* Results = results;
}

/// <summary>A kernel that takes several images at once, whose pixels fill its vectors together; results are each image's own.</summary>
internal abstract class TogetherKernel
{
    public const int MostImages = 8;

    /// <summary>At once, at most.</summary>
    public abstract int Images { get; }

    /// <param name="scale">Per output channel, of sums in the accumulator's unit, which stay within 2^24.</param>
    /// <param name="shift">Per output channel.</param>
    public abstract void Run(ReadOnlySpan<TogetherImage> images, KernelScratch scratch, float[] scale, float[] shift);

    /// <summary>How many images of the layer fill a vector; 1 where one does or they do not fit.</summary>
    public static int ImagesOf(MappedLayer layer, int lanes)
    {
        int pixels = layer.Map.Geometry.OutputPixels;
        return pixels % 64 == 0 && lanes % pixels == 0 ? Math.Min(lanes / pixels, MostImages) : 1;
    }
}

/// <summary>At one width.</summary>
internal sealed unsafe class TogetherKernel<TLanes, TVector> : TogetherKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly PixelConversions _conversions;
    private readonly PixelPlanes _planes;
    private readonly AffineCodes _codes;

    private TogetherKernel(PixelConversions conversions, AffineCodes codes, int images)
    {
        var layer = conversions.Tables.Layer;
        (_conversions, _codes, Images) = (conversions, codes, images);
        _planes = new(layer.Map.Geometry, layer.Map.InputFormat, layer.InputMayBeUndriven, images);
    }

    public override int Images { get; }

    /// <summary>Null where images do not fit together, or the layer's ADCs are not one list of levels that is affine in the code.</summary>
    public static TogetherKernel? TryPrepare(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs)
    {
        int images = ImagesOf(layer, TLanes.Bits);
        if (images == 1 || AffineCodes.TryOf(layer, adcs) is not { } codes) return null;
        var conversions = PixelConversions.Of<TLanes, TVector>(layer, adcs[0], images);
        return conversions.IsAllowed ? new TogetherKernel<TLanes, TVector>(conversions, codes.Less(conversions.Excess), images) : null;
    }

    public override void Run(ReadOnlySpan<TogetherImage> images, KernelScratch scratch, float[] scale, float[] shift)
    {
        int pixels = _conversions.Tables.Layer.Map.Geometry.OutputPixels;
        Span<nint> codes = stackalloc nint[images.Length];
        for (int i = 0; i < images.Length; i++) codes[i] = (nint)images[i].Codes;
        fixed (TogetherImage* all = images)
            VerticalPixels<TLanes, TVector>.Run(_conversions, _planes, codes, 0, images.Length * pixels, scratch, new TogetherRows(all, pixels, _codes, scale, shift));
    }

    /// <summary>Every image's part of a row of sums to its results.</summary>
    private readonly struct TogetherRows(TogetherImage* images, int pixels, AffineCodes codes, float[] scale, float[] shift) : IRowSink
    {
        public void Store(int output, int firstPixel, ReadOnlySpan<int> sums)
        {
            for (int i = 0; i * pixels < sums.Length; i++)
                new ResultRows(images[i].Results, pixels, codes, scale, shift).Store(output, 0, sums.Slice(i * pixels, pixels));
        }
    }
}
