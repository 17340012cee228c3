using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// The integer thresholds of columns with errors (ARITHMETIC §4; ideal cells, no noise), and the cheapest conversion of counts that fits
/// all columns:
/// <code>
/// s >= T[k],  T[k] = floor(below[k] / 4096) + 1
/// the thresholds of all columns are one line, shifted          ShiftAddColumns
/// the thresholds lie near such lines                           CorrectedShiftAddColumns
/// else                                                         ColumnThresholds
/// </code>
/// </summary>
internal sealed unsafe class DieThresholds
{
    private readonly int _sets, _columns;

    /// <param name="hasTernaryLogic">A selection is then one operation. So the search is as fast as the corrected scale and takes less time
    /// to prepare (measured on Zen 4).</param>
    public DieThresholds(MappedLayer layer, CounterEncoding encoding, DieEdges edges, bool hasTernaryLogic)
    {
        (_sets, _columns) = (edges.Sets, layer.Map.GroupDigits);
        int[][] thresholds =
            [.. Enumerable.Range(0, _sets * _columns).Select(i => ThresholdsOf(encoding, edges, i / _columns, i % _columns))];
        Constants = (IColumnConstants?)ShiftAddColumns.Find(thresholds, encoding.LargestCount)
            ?? (hasTernaryLogic ? null : (IColumnConstants?)CorrectedShiftAddColumns.Find(thresholds, encoding.LargestCount))
            ?? new ColumnThresholds(thresholds, encoding.LargestCount);
    }

    public IColumnConstants Constants { get; }

    /// <param name="blocks">The number of vectors that hold the columns of a set.</param>
    /// <param name="laneOf">Returns a column's lane, counted over all blocks.</param>
    public LaneConstants InLanes(int blocks, int vectorBytes, Func<int, int> laneOf) =>
        new(Constants, _sets, _columns, blocks, vectorBytes, laneOf);

    public ByteConstants InBytes(int vectorBytes) => new(Constants, _sets, _columns, vectorBytes);

    /// <summary>Returns a column's thresholds of u. A threshold that no count reaches is above the largest count.</summary>
    private static int[] ThresholdsOf(CounterEncoding encoding, DieEdges edges, int set, int column)
    {
        int* ofColumn = edges.FirstEdge(set, 0, column);
        var thresholds = new int[edges.Count];
        for (int k = 0; k < thresholds.Length; k++) thresholds[k] = encoding.ThresholdOf((ofColumn[k * DieEdges.Stride] >> 12) + 1L);
        return thresholds;
    }
}
