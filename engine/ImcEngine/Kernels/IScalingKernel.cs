using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>A kernel that scales its sums as it stores them.</summary>
internal interface IScalingKernel : ILayerKernel
{
    /// <summary>As <see cref="ILayerKernel.Run"/>, into float results.</summary>
    /// <param name="scale">Per output channel, of sums in the accumulator's unit, which stay within 2^24.</param>
    /// <param name="shift">Per output channel.</param>
    /// <param name="results"><c>[outputChannel, pixel]</c>; only the named pixels are written.</param>
    void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale, float[] shift,
        Span<float> results);
}
