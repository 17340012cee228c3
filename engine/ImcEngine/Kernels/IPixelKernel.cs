using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;

namespace ImcEngine.Kernels;

/// <summary>A kernel that reads its inputs' bits with pixels side by side.</summary>
internal unsafe interface IPixelKernel
{
    /// <summary>How an image's inputs lie.</summary>
    PixelBits Image { get; }

    /// <summary>Outputs that are not worth dividing between threads; parts begin at multiples of it.</summary>
    const int LeastOutputs = 8;

    /// <summary>All pixels of some outputs, as
    /// <see cref="IScalingKernel"/>.</summary>
    /// <param name="bits">Of the image.</param>
    /// <param name="addend">Added to the results, laid out as these; null for nothing.</param>
    void Run(ulong* bits, int firstOutput, int outputs, KernelScratch scratch, float[] scale, float[] shift, float* addend,
        Span<float> results);

    /// <summary>The same, through the quantizer that follows.</summary>
    /// <param name="thresholds">Of this kernel.</param>
    /// <param name="codes">Written.</param>
    /// <param name="layout">Of the codes.</param>
    void Run(ulong* bits, int firstOutput, int outputs, KernelScratch scratch, CodeThresholds thresholds, ulong* codes, PixelBits layout);

    /// <summary>Null where the quantizer's codes are better made of results.</summary>
    CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, float[] scale, float[] shift);
}
