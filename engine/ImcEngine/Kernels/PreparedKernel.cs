namespace ImcEngine.Kernels;

/// <summary>The kernels of a layer.</summary>
/// <param name="Name">Of the kernel that takes one image.</param>
/// <param name="BatchedName">Of the one that takes several.</param>
/// <param name="Batched">Null where none is better.</param>
internal sealed record PreparedKernel(string Name, ILayerKernel Kernel, string? BatchedName = null, BatchedPixelKernel? Batched = null);
