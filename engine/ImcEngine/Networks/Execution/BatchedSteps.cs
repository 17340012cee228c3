using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>The kernel takes several images at once. Those that are left over are too few for it.</summary>
/// <param name="single">The step that takes one image, of the same nodes.</param>
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

    /// <param name="states">As many images as the kernel takes.</param>
    protected abstract void RunBatch(ReadOnlySpan<ImageState> states, KernelScratch scratch);
}

/// <summary>It makes results.</summary>
/// <param name="addition">As of <see cref="PixelStep"/>.</param>
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

/// <summary>It makes the codes of the quantizer that follows.</summary>
/// <param name="layout">Of these codes.</param>
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
