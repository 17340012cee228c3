using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>One image of several that pass a layer together.</summary>
/// <param name="bits">Its activations (<see cref="PixelBits"/>).</param>
/// <param name="results">Written, <c>[outputChannel, pixel]</c>.</param>
/// <param name="addend">Added to the results, laid out as these; null for nothing.</param>
internal readonly unsafe struct BatchedImage(ulong* bits, float* results, float* addend)
{
    public readonly ulong* Bits = bits;
    public readonly float* Addend = addend;
    public readonly float* Results = results;
}

/// <summary>A kernel that takes several images at once, whose pixels fill its vectors together; results are each image's own.</summary>
internal abstract unsafe class BatchedPixelKernel
{
    public const int MostImages = 32;

    /// <summary>At once, at most.</summary>
    public abstract int Images { get; }

    /// <summary>Fewer images, which take as long as all that fit, are better taken one by one.</summary>
    public int LeastImages => Images / 2 + 1;

    /// <summary>How an image's inputs lie.</summary>
    public abstract PixelBits Image { get; }

    /// <param name="scale">Per output channel, of sums in the accumulator's unit, which stay within 2^24.</param>
    /// <param name="shift">Per output channel.</param>
    public abstract void Run(ReadOnlySpan<BatchedImage> images, KernelScratch scratch, float[] scale, float[] shift);

    /// <summary>The same, through the quantizer that follows.</summary>
    /// <param name="images">Bits of each.</param>
    /// <param name="thresholds">Of this kernel.</param>
    /// <param name="codes">Of each, written.</param>
    /// <param name="layout">Of the codes.</param>
    public abstract void Run(ReadOnlySpan<nint> images, KernelScratch scratch, CodeThresholds thresholds, nint* codes, PixelBits layout);

    /// <summary>Null where the quantizer's codes are better made of results.</summary>
    public abstract CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, float[] scale, float[] shift);

    /// <param name="codes">Of as many images as are taken at once or fewer, <c>[image, channel, y, x]</c>.</param>
    /// <param name="sums">Written, in the unit of the layer's ADC, <c>[image, outputChannel, pixel]</c>.</param>
    public abstract void Run(ReadOnlySpan<short> codes, KernelScratch scratch, Span<long> sums);

    /// <summary>How many images of the layer fill a vector.</summary>
    public static int ImagesOf(MappedLayer layer, int lanes) => Math.Clamp(lanes / layer.Map.Geometry.OutputPixels, 1, MostImages);
}
