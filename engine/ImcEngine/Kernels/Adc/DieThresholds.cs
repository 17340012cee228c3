using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Integer thresholds of columns that err (ARITHMETIC §4; ideal cells, no noise), and the way from counts to codes that is the cheapest for
/// all columns:
/// <code>
/// s >= T[k],  T[k] = floor(below[k] / 4096) + 1
/// thresholds of all columns are one line moved up and down     ShiftAddColumns
/// thresholds lie near such lines                               CorrectedShiftAddColumns
/// else                                                         ColumnThresholds
/// </code>
/// </summary>
internal sealed unsafe class DieThresholds
{
    private readonly int _sets, _columns;

    /// <param name="hasTernaryLogic">A selection is one operation, so that a search is as fast as a corrected scale,
    /// and ready sooner (measured on Zen 4).</param>
    public DieThresholds(MappedLayer layer, CounterEncoding encoding, DieEdges edges, bool hasTernaryLogic)
    {
        (_sets, _columns) = (edges.Sets, layer.Map.GroupColumns);
        int[][] thresholds =
            [.. Enumerable.Range(0, _sets * _columns).Select(i => ThresholdsOf(encoding, edges, i / _columns, i % _columns))];
        Constants = (IColumnConstants?)ShiftAddColumns.Find(thresholds, encoding.LargestCount)
            ?? (hasTernaryLogic ? null : (IColumnConstants?)CorrectedShiftAddColumns.Find(thresholds, encoding.LargestCount))
            ?? new ColumnThresholds(thresholds, encoding.LargestCount);
    }

    public IColumnConstants Constants { get; }

    /// <param name="blocks">Vectors that hold the columns.</param>
    /// <param name="laneOf">A column's lane, of all blocks'.</param>
    public LaneConstants InLanes(int blocks, int vectorBytes, Func<int, int> laneOf) =>
        new(Constants, _sets, _columns, blocks, vectorBytes, laneOf);

    public ByteConstants InBytes(int vectorBytes) => new(Constants, _sets, _columns, vectorBytes);

    /// <summary>In u; above the largest count where no count reaches it.</summary>
    private static int[] ThresholdsOf(CounterEncoding encoding, DieEdges edges, int set, int column)
    {
        int* ofColumn = edges.FirstEdge(set, 0, column);
        var thresholds = new int[edges.Count];
        for (int k = 0; k < thresholds.Length; k++) thresholds[k] = encoding.ThresholdOf((ofColumn[k * DieEdges.Stride] >> 12) + 1L);
        return thresholds;
    }
}
