using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>
/// The kernel of a die whose columns err, but whose cells are ideal and which has no noise: codes follow from counts by thresholds of each column's own, so it is
/// the vertical kernel with other programs (see <see cref="VerticalColumns{TLanes, TVector}"/>).
/// </summary>
internal sealed unsafe class DieThresholdKernel<TLanes, TVector> : IDieKernel
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    private readonly ColumnConversions _conversions;
    private readonly AffineCodes _codes;
    private readonly long _cellBytes;

    private DieThresholdKernel(ColumnConversions conversions, AffineCodes codes, long cellBytes) => (_conversions, _codes, _cellBytes) = (conversions, codes, cellBytes);

    public bool ReadsPlanes => true;
    public long Bytes => _cellBytes + _conversions.Bytes;

    /// <summary>Null where codes are not accumulated or the thresholds are too many.</summary>
    public static IDieKernel? TryPrepare(MappedLayer layer, DieCells cells, DieEdges edges, AffineCodes codes)
    {
        var conversions = ColumnConversions.Of<TLanes, TVector>(layer, cells.Weights, edges);
        return conversions.IsAllowed ? new DieThresholdKernel<TLanes, TVector>(conversions, codes.Less(conversions.Excess), cells.Bytes) : null;
    }

    public void Run(ReadOnlySpan<short> codes, PackedImage planes, RunContext context, int firstPixel, int pixels, KernelScratch scratch, Span<long> sums)
    {
        fixed (long* all = sums)
            VerticalColumns<TLanes, TVector>.Run(_conversions, planes, firstPixel, pixels, scratch, new SumRows(all, _conversions.Tables.Layer.Map.Geometry.OutputPixels, _codes));
    }
}
