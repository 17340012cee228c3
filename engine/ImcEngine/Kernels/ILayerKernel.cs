using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>A kernel prepared for one layer and its ADC. It is immutable: threads share it, each with its own scratch.</summary>
internal interface ILayerKernel
{
    /// <summary>Whether <see cref="Run"/> reads the packed bit-planes rather than the codes.</summary>
    bool ReadsPlanes { get; }

    /// <summary>The least number of output pixels given to one thread. Each thread's part begins at a multiple of it.</summary>
    int LeastPixels => 16;

    /// <summary>Computes the accumulators of some output pixels of one image.</summary>
    /// <param name="codes">Activation codes, <c>[channel, y, x]</c>; may be empty for a kernel that reads planes.</param>
    /// <param name="planes">The same codes as bit-planes; read only where <see cref="ReadsPlanes"/> is true.</param>
    /// <param name="context">The image and the noise seed, which key the temporal draws.</param>
    /// <param name="firstPixel">The first output pixel, row-major.</param>
    /// <param name="pixels">The number of output pixels.</param>
    /// <param name="scratch">The calling thread's scratch.</param>
    /// <param name="sums">The accumulators of all output pixels, <c>[outputChannel, pixel]</c>, in the unit of the layer's ADC. Only the
    /// requested pixels are written.</param>
    void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums);
}
