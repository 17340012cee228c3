using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>A step whose kernel, with pixels side by side, computes results in float32.</summary>
/// <param name="addition">The addition of an earlier tensor that the kernel also computes; null for none.</param>
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

/// <summary>A step whose kernel, with pixels side by side, computes the codes of the quantizer that follows the layer.</summary>
/// <param name="layout">The layout of these codes.</param>
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
