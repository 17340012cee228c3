namespace ImcEngine.Kernels;

/// <summary>A kernel prepared for one layer of one die.</summary>
internal interface IDieKernel : ILayerKernel
{
    KernelId Id { get; }

    /// <summary>The memory of the die in bytes, in addition to that of the mapped network.</summary>
    long Bytes { get; }

    /// <summary>The kernel of the same layer and die that runs several images at once; null where that is not faster.</summary>
    BatchedPixelKernel? Batched => null;

    /// <summary>The identity of <see cref="Batched"/>; null where there is none.</summary>
    KernelId? BatchedId => null;
}
