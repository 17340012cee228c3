using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.BitSliced.Columns;
using ImcEngine.Kernels.BitSliced.Pixels;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Selection;

/// <summary>
/// The kernel of a die with errors of columns, but with ideal cells and no noise. Each column's own thresholds give the codes from the
/// counts, so this is a bit-sliced kernel with other programs.
/// </summary>
/// <param name="like">The kernel of the ideal die that this one is derived from.</param>
/// <param name="batchedLike">The kernel of the ideal die from which <paramref name="batched"/> is derived; null where there is
/// none.</param>
internal sealed class ColumnThresholdKernel(
    KernelId like, IScalingKernel kernel, KernelId? batchedLike, BatchedPixelKernel? batched, long bytes) : IDieKernel, IScalingKernel
{
    private static readonly Dictionary<KernelId,
        Func<MappedLayer, WholeCounts, (IScalingKernel? Kernel, long Bytes)>> All = new()
    {
        [new(KernelFamily.Columns, KernelVectors.Bits512Ternary)] = ColumnsOf<Lanes512Ternary, Vector512<ulong>>,
        [new(KernelFamily.Pixels, KernelVectors.Bits512Ternary)] = PixelsOf<Lanes512Ternary, Vector512<ulong>>,
        [new(KernelFamily.Columns, KernelVectors.Bits256Ternary)] = ColumnsOf<Lanes256Ternary, Vector256<ulong>>,
        [new(KernelFamily.Pixels, KernelVectors.Bits256Ternary)] = PixelsOf<Lanes256Ternary, Vector256<ulong>>,
        [new(KernelFamily.Columns, KernelVectors.Bits256)] = ColumnsOf<Lanes256, Vector256<ulong>>,
        [new(KernelFamily.Pixels, KernelVectors.Bits256)] = PixelsOf<Lanes256, Vector256<ulong>>,
        [new(KernelFamily.Columns, KernelVectors.Bits64)] = ColumnsOf<Lanes64, ulong>,
        [new(KernelFamily.Pixels, KernelVectors.Bits64)] = PixelsOf<Lanes64, ulong>,
    };

    private static readonly Dictionary<KernelId,
        Func<MappedLayer, WholeCounts, int, (BatchedPixelKernel? Kernel, long Bytes)>> AllBatched = new()
    {
        [new(KernelFamily.Pixels, KernelVectors.Bits512Ternary)] = BatchedOf<Lanes512Ternary, Vector512<ulong>>,
        [new(KernelFamily.Pixels, KernelVectors.Bits256Ternary)] = BatchedOf<Lanes256Ternary, Vector256<ulong>>,
        [new(KernelFamily.Pixels, KernelVectors.Bits256)] = BatchedOf<Lanes256, Vector256<ulong>>,
    };

    private const int MostThresholds = 64, MostRows = 1 << 16;

    /// <summary>The kernels of the ideal die from which this one can be derived.</summary>
    public static IReadOnlyCollection<KernelId> Likes => All.Keys;

    public KernelId Id => like with { HasColumnThresholds = true };
    public KernelId? BatchedId => batchedLike is { } id ? id with { HasColumnThresholds = true } : null;
    public bool ReadsPlanes => kernel.ReadsPlanes;
    public int LeastPixels => kernel.LeastPixels;
    public long Bytes => bytes;
    public BatchedPixelKernel? Batched => batched;

    /// <summary>The kernel as an <see cref="IPixelKernel"/>; null where it is none.</summary>
    public IPixelKernel? Pixels => kernel as IPixelKernel;

    /// <summary>Returns the kernels to derive from that this machine accelerates, that of least estimated cost first.</summary>
    public static IEnumerable<KernelId> LikesFor(MappedLayer layer) =>
        All.Keys.Where(id => KernelRegistry.EntryOf(id).IsAccelerated).OrderBy(id => KernelCost.Estimate(id, layer));

    /// <summary>Prepares the kernel derived from the ideal die's kernel of least estimated cost. Returns null where there are too many
    /// thresholds or rows.</summary>
    /// <param name="like">The only kernel to derive from; null for any.</param>
    /// <param name="isPart">Whether the kernel is a part of another one, which takes one image at a time.</param>
    public static ColumnThresholdKernel? TryPrepare(MappedLayer layer, WholeCounts counts, KernelId? like = null, bool isPart = false)
    {
        if (counts.Edges.Count is 0 or > MostThresholds || layer.LargestGroup > MostRows) return null;
        foreach (var id in like is { } only ? All.Keys.Where(id => id == only) : LikesFor(layer))
            if (All[id](layer, counts) is ({ } kernel, var bytes))
            {
                var (batchedLike, batched, more) = isPart ? default
                    : TryBatched(layer, counts, id, isForced: like is not null);
                return new(id, kernel, batchedLike, batched, bytes + more + counts.WeightBytes);
            }
        return null;
    }

    private static (KernelId? Like, BatchedPixelKernel? Kernel, long Bytes) TryBatched(
        MappedLayer layer, WholeCounts counts, KernelId single, bool isForced)
    {
        foreach (var (id, images) in KernelRegistry.CheaperBatched(layer, single, isForced))
            if (AllBatched[id](layer, counts, images) is ({ } kernel, var bytes)) return (id, kernel, bytes);
        return (null, null, 0);
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch,
        Span<long> sums) =>
        kernel.Run(codes, planes, context, firstPixel, pixels, scratch, sums);

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, int firstPixel, int pixels, KernelScratch scratch, float[] scale,
        float[] shift, Span<float> results) =>
        kernel.Run(codes, planes, firstPixel, pixels, scratch, scale, shift, results);

    private static (IScalingKernel?, long) ColumnsOf<TLanes, TVector>(MappedLayer layer, WholeCounts counts)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversions = ColumnConversions.Prepare<TLanes, TVector>(layer, counts);
        return (ColumnKernel<TLanes, TVector>.TryPrepare(conversions, counts.Codes), conversions.Bytes);
    }

    private static (IScalingKernel?, long) PixelsOf<TLanes, TVector>(MappedLayer layer, WholeCounts counts)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversions = PixelConversions.Prepare<TLanes, TVector>(layer, counts, imagesAtOnce: 1);
        return (PixelKernel<TLanes, TVector>.TryPrepare(conversions, counts.Codes), conversions.Bytes);
    }

    private static (BatchedPixelKernel?, long) BatchedOf<TLanes, TVector>(MappedLayer layer, WholeCounts counts, int images)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        var conversions = PixelConversions.Prepare<TLanes, TVector>(layer, counts, images);
        return (BatchedPixelKernel<TLanes, TVector>.TryPrepare(conversions, counts.Codes, images), conversions.Bytes);
    }
}
