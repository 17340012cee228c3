namespace ImcEngine.Kernels;

/// <summary>The kernels of a layer.</summary>
/// <param name="Id">Of the kernel that takes one image.</param>
/// <param name="BatchedId">Of the one that takes several.</param>
/// <param name="Batched">Null where none is better.</param>
internal sealed record PreparedKernel(KernelId Id, ILayerKernel Kernel, KernelId? BatchedId = null, BatchedPixelKernel? Batched = null);
