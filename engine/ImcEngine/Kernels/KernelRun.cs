using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>Runs one whole image through a prepared kernel on the calling thread.</summary>
internal static class KernelRun
{
    /// <summary>Returns the accumulators of one image, <c>[outputChannel, pixel]</c>.</summary>
    public static long[] Layer(MappedLayer layer, ILayerKernel kernel, ReadOnlySpan<short> codes, RunContext context = default)
    {
        var geometry = layer.Map.Geometry;
        var planes = new PackedImage();
        planes.Pack(codes, layer.Inputs, geometry.Groups);
        var sums = new long[geometry.OutputSize];
        var scratch = new KernelScratch();
        kernel.Run(codes, planes, context, 0, geometry.OutputPixels, scratch, sums);
        // The kernel uses raw pointers into its tables and the scratch, which do not keep them alive.
        GC.KeepAlive(kernel);
        GC.KeepAlive(scratch);
        return sums;
    }
}
