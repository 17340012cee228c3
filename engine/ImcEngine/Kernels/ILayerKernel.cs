using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>A kernel prepared for one layer and its ADC. Immutable; threads differ in their scratch only.</summary>
internal interface ILayerKernel
{
    /// <summary>Whether <see cref="Run"/> reads the packed bit-planes rather than the codes.</summary>
    bool ReadsPlanes { get; }

    /// <summary>Pixels that are not worth dividing between threads; parts begin at multiples of it.</summary>
    int LeastPixels => 16;

    /// <summary>The accumulators of some output pixels of one image.</summary>
    /// <param name="codes">Activation codes, <c>[channel, y, x]</c>; may be empty for a kernel that reads planes.</param>
    /// <param name="planes">The same as bit-planes; of no meaning to other kernels.</param>
    /// <param name="context">Which image and which noise.</param>
    /// <param name="firstPixel">Of the output, row-major.</param>
    /// <param name="pixels">How many.</param>
    /// <param name="scratch">Of this thread.</param>
    /// <param name="sums"><c>[outputChannel, pixel]</c> of the whole output, in the unit of the layer's ADC;
    /// only the named pixels are written.</param>
    void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums);
}
