using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;

namespace ImcEngine.Kernels;

/// <summary>A kernel that reads its inputs as bits with neighbouring pixels in one word (<see cref="PixelBits"/>).</summary>
internal unsafe interface IPixelKernel
{
    /// <summary>The layout of an image's inputs.</summary>
    PixelBits Image { get; }

    /// <summary>The least number of output channels given to one thread. Each thread's part begins at a multiple of it.</summary>
    const int LeastOutputs = 8;

    /// <summary>Computes all pixels of some output channels, scaled as in <see cref="IScalingKernel"/>.</summary>
    /// <param name="bits">The image's input bits.</param>
    /// <param name="addend">Added to the results and laid out like them; null to add nothing.</param>
    void Run(ulong* bits, int firstOutput, int outputs, KernelScratch scratch, float[] scale, float[] shift, float* addend,
        Span<float> results);

    /// <summary>Computes, instead of results, the codes that the quantizer after the layer makes of them.</summary>
    /// <param name="thresholds">The thresholds that this kernel's <see cref="TryQuantize"/> returned.</param>
    /// <param name="codes">The bits of the codes; written.</param>
    /// <param name="layout">The layout of the codes.</param>
    void Run(ulong* bits, int firstOutput, int outputs, KernelScratch scratch, CodeThresholds thresholds, ulong* codes, PixelBits layout);

    /// <summary>Returns the thresholds that replace the quantizer; null where quantizing float results is the better way.</summary>
    CodeThresholds? TryQuantize(OperandFormat format, CodesOfResults quantize, float[] scale, float[] shift);
}
