using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>One image of a batch.</summary>
/// <param name="bits">The image's activations, laid out as <see cref="PixelBits"/>.</param>
/// <param name="results">The results, <c>[outputChannel, pixel]</c>; written.</param>
/// <param name="addend">Added to the results and laid out like them; null to add nothing.</param>
internal readonly unsafe struct BatchedImage(ulong* bits, float* results, float* addend)
{
    public readonly ulong* Bits = bits;
    public readonly float* Addend = addend;
    public readonly float* Results = results;
}

/// <summary>A kernel that runs several images at once, so that their pixels fill its vectors together. Each image keeps its own
/// results.</summary>
internal abstract unsafe class BatchedPixelKernel
{
    public const int MostImages = 32;

    /// <summary>The most images that one run takes.</summary>
    public abstract int Images { get; }

    /// <summary>The fewest images worth a run. A run takes the same time for any number of images, so fewer than these are faster one by
    /// one.</summary>
    public int LeastImages => Images / 2 + 1;

    /// <summary>The layout of an image's inputs.</summary>
    public abstract PixelBits Image { get; }

    /// <summary>Computes the float results of each image.</summary>
    /// <param name="scale">One per output channel, for sums in the accumulator's unit; the sums stay within 2^24.</param>
    /// <param name="shift">One per output channel.</param>
    public abstract void Run(ReadOnlySpan<BatchedImage> images, KernelScratch scratch, float[] scale, float[] shift);

    /// <summary>Computes, instead of results, the codes that the quantizer after the layer makes of them.</summary>
    /// <param name="images">Pointers to the input bits of each image.</param>
    /// <param name="thresholds">The thresholds that this kernel's <see cref="TryQuantize"/> returned.</param>
    /// <param name="codes">Pointers to the code bits of each image; written.</param>
    /// <param name="layout">The layout of the codes.</param>
    public abstract void Run(ReadOnlySpan<nint> images, KernelScratch scratch, CodeThresholds thresholds, nint* codes, PixelBits layout);

    /// <summary>Returns the thresholds that replace the quantizer; null where quantizing float results is the better way.</summary>
    public abstract CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, float[] scale, float[] shift);

    /// <summary>Computes the sums of each image.</summary>
    /// <param name="codes">The codes of at most <see cref="Images"/> images, <c>[image, channel, y, x]</c>.</param>
    /// <param name="sums">The sums, <c>[image, outputChannel, pixel]</c>, in the unit of the layer's ADC; written.</param>
    public abstract void Run(ReadOnlySpan<short> codes, KernelScratch scratch, Span<long> sums);

    /// <summary>Returns the number of images whose output pixels fill one vector, 1 .. <see cref="MostImages"/>.</summary>
    public static int ImagesOf(MappedLayer layer, int lanes) => Math.Clamp(lanes / layer.Map.Geometry.OutputPixels, 1, MostImages);
}
