using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>A kernel that can scale its sums to float results as it stores them.</summary>
internal interface IScalingKernel : ILayerKernel
{
    /// <summary>Does the same as <see cref="ILayerKernel.Run"/>, but writes float results.</summary>
    /// <param name="scale">One per output channel, for sums in the accumulator's unit; the sums stay within 2^24.</param>
    /// <param name="shift">One per output channel.</param>
    /// <param name="results">The results, <c>[outputChannel, pixel]</c>. Only the requested pixels are written.</param>
    void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale, float[] shift,
        Span<float> results);
}
