namespace ImcEngine.Kernels;

/// <summary>A kernel prepared for one layer of one die.</summary>
internal interface IDieKernel : ILayerKernel
{
    KernelId Id { get; }

    /// <summary>What the die takes of memory beyond the mapped network.</summary>
    long Bytes { get; }

    /// <summary>The same for several images at once; null where that is not cheaper.</summary>
    BatchedPixelKernel? Batched => null;

    /// <summary>Of <see cref="Batched"/>.</summary>
    KernelId? BatchedId => null;
}
