namespace ImcEngine.Kernels;

/// <summary>
/// Integer thresholds of columns that err (ARITHMETIC §4; ideal cells, no noise), a threshold per lane:
/// <code>s >= T[k],  T[k] = floor(below[k] / 4096) + 1        masks [error set or one][block of columns][comparison], see ComparisonMasks</code>
/// </summary>
internal sealed unsafe class DieThresholds
{
    private readonly AlignedBuffer _masks;
    private readonly VerticalTables _tables;
    private readonly ComparisonPlan _plan;
    private readonly int _sets;

    /// <param name="plan">Of <see cref="PlanOf"/>.</param>
    public DieThresholds(VerticalTables tables, CountScale scale, DieEdges edges, in ComparisonPlan plan)
    {
        (_tables, _plan, _sets) = (tables, plan, edges.Sets);
        _masks = new(edges.Sets * tables.Blocks * BlockBytes);
        int lanes = tables.VectorBytes * 8;
        for (int set = 0; set < edges.Sets; set++)
            for (int column = 0; column < tables.Layer.Map.GroupColumns; column++)
            {
                int place = tables.LaneOf(column);
                for (int k = 0; k < edges.Count; k++)
                {
                    int threshold = Threshold(scale, edges.Of(set, 0, column), k);
                    if (threshold <= scale.LargestCount) ComparisonMasks.Set((ulong*)Of(set, place / lanes), plan, tables.VectorBytes, k, place % lanes, threshold);
                }
            }
    }

    public long Bytes => _masks.Length;

    private long BlockBytes => ComparisonMasks.Bytes(_plan, _tables.VectorBytes);

    public void* Of(int errorSet, int block) => _masks.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_tables.Blocks + block) * BlockBytes;

    public static ComparisonPlan PlanOf(MappedLayer layer, CountScale scale, DieEdges edges)
    {
        int most = 0;
        for (int set = 0; set < edges.Sets; set++)
            for (int column = 0; column < layer.Map.GroupColumns; column++) most = Math.Max(most, Threshold(scale, edges.Of(set, 0, column), edges.Count - 1));
        int planes = Math.Max(ComparisonPlan.BitsOf(scale.LargestCount), CountScale.LeastPlanes);
        // A count with a bit above the compared planes would reach even what nothing reaches.
        return new(edges.Count, ComparisonPlan.BitsOf(edges.Count), planes, most > scale.LargestCount ? planes : ComparisonPlan.BitsOf(most), IsSigned: false);
    }

    /// <summary>In u; above the largest count where no count reaches it.</summary>
    private static int Threshold(CountScale scale, int* ofColumn, int k) => scale.ThresholdOf((ofColumn[k * DieEdges.Stride] >> 12) + 1L);
}
