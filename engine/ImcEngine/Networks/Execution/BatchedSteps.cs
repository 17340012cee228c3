using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>A step whose kernel takes several images at once. Leftover images, too few for the kernel, run one by one.</summary>
/// <param name="single">The step of the same nodes that takes one image.</param>
internal abstract class BatchedStep(DieLayer layer, BatchedPixelKernel kernel, Node? following, Step single) : MacroStep(layer, following)
{
    protected BatchedPixelKernel Kernel { get; } = kernel;

    public sealed override void Run(ImageState state) => single.Run(state);

    public sealed override void Run(ReadOnlySpan<ImageState> states)
    {
        int done = 0;
        for (int batch; states.Length - done >= Kernel.LeastImages; done += batch)
        {
            batch = Math.Min(states.Length - done, Kernel.Images);
            var tiles = states[done].Tiles;
            var scratch = tiles.Take();
            RunBatch(states.Slice(done, batch), scratch);
            tiles.Give(scratch);
        }
        single.Run(states[done..]);
    }

    /// <param name="states">At most as many images as the kernel takes at once.</param>
    protected abstract void RunBatch(ReadOnlySpan<ImageState> states, KernelScratch scratch);
}

/// <summary>A batched step whose kernel computes results in float32.</summary>
/// <param name="addition">As for <see cref="PixelStep"/>.</param>
internal sealed unsafe class BatchedPixelStep(DieLayer layer, BatchedPixelKernel kernel, FloatScale factors, Addition? addition,
    Step single) : BatchedStep(layer, kernel, addition?.Node, single)
{
    protected override void RunBatch(ReadOnlySpan<ImageState> states, KernelScratch scratch)
    {
        var images = stackalloc BatchedImage[states.Length];
        for (int i = 0; i < states.Length; i++)
            images[i] = new(states[i].PixelBits(Input), states[i].FloatMemory(Result).Pointer,
                addition is null ? null : states[i].FloatMemory(addition.Addend).Pointer);
        Kernel.Run(new ReadOnlySpan<BatchedImage>(images, states.Length), scratch, factors.Scale, factors.Shift);
    }
}

/// <summary>A batched step whose kernel computes the codes of the quantizer that follows the layer.</summary>
/// <param name="layout">The layout of these codes.</param>
internal sealed unsafe class BatchedCodesStep(DieLayer layer, BatchedPixelKernel kernel, QuantizeNode quantizer, CodeThresholds thresholds,
    PixelBits layout, Step single) : BatchedStep(layer, kernel, quantizer, single)
{
    protected override void RunBatch(ReadOnlySpan<ImageState> states, KernelScratch scratch)
    {
        nint* images = stackalloc nint[states.Length], codes = stackalloc nint[states.Length];
        for (int i = 0; i < states.Length; i++)
            (images[i], codes[i]) = ((nint)states[i].PixelBits(Input), (nint)states[i].NewPixelBits(Result));
        Kernel.Run(new(images, states.Length), scratch, thresholds, codes, layout);
    }
}
