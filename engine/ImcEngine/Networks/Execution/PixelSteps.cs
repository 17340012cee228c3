using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>The kernel, with pixels side by side, makes results.</summary>
/// <param name="addition">The sum that it makes at once of its results and a tensor that is there before; null for none.</param>
internal sealed unsafe class PixelStep(DieLayer layer, IPixelKernel kernel, FloatScale factors, Addition? addition)
    : MacroStep(layer, addition?.Node)
{
    public override void Run(ImageState state) =>
        state.Tiles.Run(Layer.Node.Geometry.OutputChannels, IPixelKernel.LeastOutputs,
            new Tile(kernel, state.PixelBits(Input), factors, addition is null ? null : state.FloatMemory(addition.Addend).Pointer,
                state.FloatMemory(Result)));

    private readonly struct Tile(IPixelKernel kernel, ulong* bits, FloatScale factors, float* addend, TensorMemory<float> result) : ITile
    {
        public void Run(int firstOutput, int outputs, KernelScratch scratch) =>
            kernel.Run(bits, firstOutput, outputs, scratch, factors.Scale, factors.Shift, addend, result.Elements);
    }
}

/// <summary>The kernel, with pixels side by side, makes the codes of the quantizer that follows.</summary>
/// <param name="layout">Of these codes.</param>
internal sealed unsafe class PixelCodesStep(DieLayer layer, IPixelKernel kernel, QuantizeNode quantizer, CodeThresholds thresholds,
    PixelBits layout) : MacroStep(layer, quantizer)
{
    public override void Run(ImageState state) =>
        state.Tiles.Run(Layer.Node.Geometry.OutputChannels, IPixelKernel.LeastOutputs,
            new Tile(kernel, state.PixelBits(Input), thresholds, state.NewPixelBits(Result), layout));

    private readonly struct Tile(IPixelKernel kernel, ulong* bits, CodeThresholds thresholds, ulong* codes, PixelBits layout) : ITile
    {
        public void Run(int firstOutput, int outputs, KernelScratch scratch) =>
            kernel.Run(bits, firstOutput, outputs, scratch, thresholds, codes, layout);
    }
}
