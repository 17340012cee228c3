using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>One image through one prepared kernel, whole, on the calling thread.</summary>
internal static class KernelRun
{
    /// <summary><c>[outputChannel, pixel]</c>.</summary>
    public static long[] Layer(MappedLayer layer, ILayerKernel kernel, ReadOnlySpan<short> codes, RunContext context = default)
    {
        var geometry = layer.Map.Geometry;
        var planes = new PackedImage();
        planes.Pack(codes, layer.Inputs, geometry.Groups);
        var sums = new long[geometry.OutputSize];
        kernel.Run(codes, planes, context, 0, geometry.OutputPixels, new KernelScratch(), sums);
        return sums;
    }
}
