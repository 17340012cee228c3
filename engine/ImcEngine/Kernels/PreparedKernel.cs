namespace ImcEngine.Kernels;

/// <summary>The kernels prepared for a layer.</summary>
/// <param name="Id">The identity of <paramref name="Kernel"/>, which runs one image at a time.</param>
/// <param name="BatchedId">The identity of <paramref name="Batched"/>; null where there is none.</param>
/// <param name="Batched">The kernel that runs several images at once; null where that is not faster.</param>
internal sealed record PreparedKernel(KernelId Id, ILayerKernel Kernel, KernelId? BatchedId = null, BatchedPixelKernel? Batched = null);
