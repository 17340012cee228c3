using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitSliced.Columns;
using ImcEngine.Kernels.BitSliced.Pixels;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Kernels.PerConversion;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// The kernel of a die whose columns err, but whose cells are ideal and which has no noise: codes follow from counts by thresholds of each column's own, so it is
/// one of the vertical kernels with other programs.
/// </summary>
internal sealed class ColumnThresholdKernel(IScalingKernel kernel, BatchedPixelKernel? together, long bytes) : IDieKernel, IScalingKernel
{
    private static readonly Dictionary<string, Func<MappedLayer, PackedWeights, DieEdges, AccumulatorDecoding, (IScalingKernel? Kernel, long Bytes)>> All = new()
    {
        ["vertical-512-ternary"] = ColumnsOf<Lanes512Ternary, Vector512<ulong>>,
        ["pixels-512-ternary"] = PixelsOf<Lanes512Ternary, Vector512<ulong>>,
        ["vertical-256-ternary"] = ColumnsOf<Lanes256Ternary, Vector256<ulong>>,
        ["pixels-256-ternary"] = PixelsOf<Lanes256Ternary, Vector256<ulong>>,
        ["vertical-256"] = ColumnsOf<Lanes256, Vector256<ulong>>,
        ["pixels-256"] = PixelsOf<Lanes256, Vector256<ulong>>,
        ["vertical-64"] = ColumnsOf<Lanes64, ulong>,
        ["pixels-64"] = PixelsOf<Lanes64, ulong>,
    };

    private static readonly Dictionary<string, Func<MappedLayer, PackedWeights, DieEdges, AccumulatorDecoding, int, (BatchedPixelKernel? Kernel, long Bytes)>> AllBatched = new()
    {
        ["pixels-512-ternary"] = BatchedOf<Lanes512Ternary, Vector512<ulong>>,
        ["pixels-256-ternary"] = BatchedOf<Lanes256Ternary, Vector256<ulong>>,
        ["pixels-256"] = BatchedOf<Lanes256, Vector256<ulong>>,
    };

    private const int MostThresholds = 64, MostRows = 1 << 16;

    /// <summary>Kernels of the ideal die that it can be like.</summary>
    public static IReadOnlyCollection<string> Likes => All.Keys;

    public bool ReadsPlanes => kernel.ReadsPlanes;
    public int LeastPixels => kernel.LeastPixels;
    public long Bytes => bytes;
    public BatchedPixelKernel? Batched => together;

    /// <summary>The kernel, where it reads bits with pixels side by side.</summary>
    public IPixelKernel? Pixels => kernel as IPixelKernel;

    /// <summary>By the ideal die's kernel of least estimated cost; null where the thresholds or rows are too many.</summary>
    /// <param name="like">Only by this kernel; null for any.</param>
    public static ColumnThresholdKernel? TryPrepare(MappedLayer layer, WholeCounts counts, string? like = null)
    {
        var (weights, weightBytes, edges, codes) = counts;
        if (edges.Count is 0 or > MostThresholds || layer.LargestGroup > MostRows) return null;
        foreach (string name in All.Keys.Where(name => like is null ? KernelRegistry.ByNameOrNull(name)!.IsAccelerated : name == like).OrderBy(name => KernelCost.Estimate(name, layer)))
            if (All[name](layer, weights, edges, codes) is ({ } kernel, var bytes))
            {
                var (together, more) = TryBatched(layer, weights, edges, codes, name, like);
                return new(kernel, together, bytes + more + weightBytes);
            }
        return null;
    }

    private static (BatchedPixelKernel? Kernel, long Bytes) TryBatched(MappedLayer layer, PackedWeights weights, DieEdges edges, AccumulatorDecoding codes, string single, string? like)
    {
        foreach (var (name, images) in KernelRegistry.CheaperBatched(layer, single, like))
            if (AllBatched[name](layer, weights, edges, codes, images) is { Kernel: not null } prepared) return prepared;
        return (null, 0);
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums) =>
        kernel.Run(codes, planes, context, firstPixel, pixels, scratch, sums);

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale, float[] shift, Span<float> results) =>
        kernel.Run(codes, planes, firstPixel, pixels, scratch, scale, shift, results);

    private static (IScalingKernel?, long) ColumnsOf<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges, AccumulatorDecoding codes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversions = ColumnConversions.Prepare<TLanes, TVector>(layer, weights, edges);
        return (ColumnKernel<TLanes, TVector>.TryPrepare(conversions, codes), conversions.Bytes);
    }

    private static (IScalingKernel?, long) PixelsOf<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges, AccumulatorDecoding codes)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversions = PixelConversions.Prepare<TLanes, TVector>(layer, weights, edges, imagesAtOnce: 1);
        return (PixelKernel<TLanes, TVector>.TryPrepare(conversions, codes), conversions.Bytes);
    }

    private static (BatchedPixelKernel?, long) BatchedOf<TLanes, TVector>(MappedLayer layer, PackedWeights weights, DieEdges edges, AccumulatorDecoding codes, int images)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversions = PixelConversions.Prepare<TLanes, TVector>(layer, weights, edges, images);
        return (BatchedPixelKernel<TLanes, TVector>.TryPrepare(conversions, codes, images), conversions.Bytes);
    }
}
