using ImcEngine.Kernels.BitVectors;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Thresholds of each column's own, searched bit by bit of the code: the threshold in the middle of what the bits above leave is the one
/// that the count is compared with.
/// <code>reached = 1; for plane p upwards: at least two of count, reached, complement of the threshold's bit</code>
/// </summary>
/// <param name="Masked">What columns' thresholds have in common, comparison by comparison.</param>
internal sealed record ColumnThresholdsPlan(ValueList<MaskedThreshold> Masked, int Planes, ColumnLayout Layout) : ComparisonPlan
{
    public override int Thresholds => Masked.Count;
    public override int Planes { get; } = Planes;
    public override int LowPlanes => PlanesOf(Masked);

    /// <summary>Planes into which thresholds reach.</summary>
    public static int PlanesOf(ValueList<MaskedThreshold> ascending) => ascending.Count == 0 ? PlaneCount.Holding(0) : ascending[^1].Planes;

    public override BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
    {
        int[] starts = new int[Thresholds];
        for (int k = 1; k < starts.Length; k++) starts[k] = starts[k - 1] + Masked[k - 1].LowPlanes;
        var code = new BitVectorExpression[CodePlanes];
        for (int bit = code.Length - 1; bit >= 0; bit--)
        {
            // The threshold that this bit's code is the first to reach, by the bits above. Code k reaches threshold k - 1.
            var reached = Selected(1 << bit, bit + 1, k => BitVectorExpression.All(k <= Thresholds));
            for (int plane = 0; plane < LowPlanes; plane++)
                reached = block.Carry(counts[plane], reached, Selected(1 << bit, bit + 1, k => Complement(k - 1, plane)));
            code[bit] = reached;
        }
        return Bounded(block, code, counts, isSigned: false);

        BitVectorExpression Selected(int k, int bit, Func<int, BitVectorExpression> of) =>
            bit == code.Length ? of(k) : block.Select(code[bit], Selected(k | 1 << bit, bit + 1, of), Selected(k, bit + 1, of));

        BitVectorExpression Complement(int k, int plane) => k >= Thresholds ? BitVectorExpression.Zero
            : plane < Masked[k].LowPlanes ? constants.Bit(Layout, starts[k] + plane) : BitVectorExpression.All(Masked[k].IsClear(plane));
    }
}

/// <summary>What a comparison's thresholds have in common in all columns.</summary>
/// <param name="LowPlanes">Planes in which they differ.</param>
/// <param name="High">What stands above these.</param>
internal readonly record struct MaskedThreshold(int LowPlanes, int High)
{
    /// <summary>Planes of the greatest of the columns' thresholds.</summary>
    public int Planes => LowPlanes > 0 && High == 0 ? LowPlanes : LowPlanes + PlaneCount.Holding(High);

    /// <param name="least">Of the columns' thresholds.</param>
    /// <param name="most">Of the columns' thresholds.</param>
    public static MaskedThreshold Spanning(int least, int most)
    {
        int low = least == most ? 0 : PlaneCount.Holding(least ^ most);
        return new(low, most >> low);
    }

    /// <summary>Whether the threshold's bit is clear in every column; of a plane in which columns do not differ.</summary>
    public bool IsClear(int plane) => (High >> (plane - LowPlanes) & 1) == 0;
}

/// <summary>
/// The columns of a <see cref="ColumnThresholdsPlan"/>.
/// <code>bits   [comparison][low plane]   the complement of the threshold's; planes that all columns share are left out</code>
/// Counts and thresholds are raised alike where columns then differ in fewer planes: thresholds on either side of 64, say, differ in seven,
/// those from 64 to 71 in three. A threshold above the largest count is one that nothing reaches.
/// </summary>
internal sealed class ColumnThresholds : IColumnConstants
{
    private const int Raises = 16;

    private readonly int[][] _thresholds;
    private readonly ValueList<MaskedThreshold> _masked;
    private readonly int _largestCount, _raise;

    /// <param name="columns">Thresholds of each, equally many, ascending.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    public ColumnThresholds(int[][] columns, int largestCount)
    {
        (_thresholds, _largestCount) = (columns, largestCount);
        (int Least, int Most)[] ranges = [.. Enumerable.Range(0, columns[0].Length)
            .Select(k => (columns.Min(ofColumn => ofColumn[k]), columns.Max(ofColumn => ofColumn[k])))];
        ValueList<MaskedThreshold> Masked(int raise) =>
            [.. ranges.Select(range => MaskedThreshold.Spanning(range.Least + raise, range.Most + raise))];
        _raise = Enumerable.Range(0, Raises).MinBy(raise => BitsOf(Masked(raise)));
        _masked = Masked(_raise);
    }

    public int CountOffset => -_raise;
    public int BitCount => BitsOf(_masked);

    public ConversionPlan PlanFor(ColumnLayout layout) =>
        new ColumnThresholdsPlan(_masked, PlaneCount.OfCounts(_largestCount, CountOffset, ColumnThresholdsPlan.PlanesOf(_masked)), layout);

    public void WriteBits(int column, Span<byte> bits)
    {
        for (int k = 0, at = 0; k < _masked.Count; k++)
            for (int plane = 0; plane < _masked[k].LowPlanes; plane++, at++)
                bits[at] = (byte)(~(_thresholds[column][k] + _raise) >> plane & 1);
    }

    private static int BitsOf(ValueList<MaskedThreshold> masked) => masked.Sum(threshold => threshold.LowPlanes);
}
