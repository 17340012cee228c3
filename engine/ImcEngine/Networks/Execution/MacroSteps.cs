using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>The step of a layer on the macro of one die.</summary>
/// <param name="following">The node that is computed with the layer; null for none.</param>
internal abstract class MacroStep(DieLayer layer, Node? following = null)
    : Step(following is null ? [layer.Node] : [layer.Node, following])
{
    protected DieLayer Layer { get; } = layer;

    public sealed override int ImagesAtOnce => Layer.ImagesAtOnce;

    /// <summary>Prepares the input for the kernel that takes one image: packs it in the thread's memory, or returns its codes.</summary>
    protected TensorMemory<short> ReadInput(ImageState state)
    {
        if (!Layer.Kernel.ReadsPlanes) return state.CodeMemory(Input);
        state.Pack(Input, Layer.Inputs, Layer.Node.Geometry.Groups);
        return default;
    }
}

/// <summary>A step whose kernel computes accumulator sums, which are then scaled to results.</summary>
internal sealed class SummedStep(DieLayer layer) : MacroStep(layer)
{
    public override void Run(ImageState state)
    {
        var (kernel, geometry) = (Layer.Kernel, Layer.Node.Geometry);
        var codes = ReadInput(state);
        state.Tiles.Run(geometry.OutputPixels, kernel.LeastPixels,
            new Tile(kernel, codes, state.Memory.Packed, state.Context, state.Memory.Sums));
        Layer.Scale.Apply(state.Memory.Sums.AsSpan(0, geometry.OutputSize), Layer.Scale.ReadsCodes ? state.Codes(Input) : [],
            Layer.Node.Zeros is { PerImage: true } ? (int)state.Floats(Layer.Node.Inputs[1])[0] : 0, state.Floats(Result));
    }

    private readonly struct Tile(ILayerKernel kernel, TensorMemory<short> codes, PackedImage planes, RunContext context,
        long[] sums) : ITile
    {
        public void Run(int firstPixel, int pixels, KernelScratch scratch) =>
            kernel.Run(codes.Elements, planes, context, firstPixel, pixels, scratch, sums);
    }
}

/// <summary>A step whose kernel computes results in float32.</summary>
internal sealed class ScaledStep(DieLayer layer, IScalingKernel kernel, FloatScale factors) : MacroStep(layer)
{
    public override void Run(ImageState state)
    {
        var codes = ReadInput(state);
        state.Tiles.Run(Layer.Node.Geometry.OutputPixels, kernel.LeastPixels,
            new Tile(kernel, codes, state.Memory.Packed, factors, state.FloatMemory(Result)));
    }

    private readonly struct Tile(IScalingKernel kernel, TensorMemory<short> codes, PackedImage planes, FloatScale factors,
        TensorMemory<float> result) : ITile
    {
        public void Run(int firstPixel, int pixels, KernelScratch scratch) =>
            kernel.Run(codes.Elements, planes, firstPixel, pixels, scratch, factors.Scale, factors.Shift, result.Elements);
    }
}
