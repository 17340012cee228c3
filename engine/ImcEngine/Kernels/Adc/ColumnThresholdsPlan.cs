using ImcEngine.Kernels.BitVectors;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// A binary search through each column's own thresholds. Each step decides one bit of the code, from the top: the count is compared with
/// the middle one of the thresholds that the higher bits leave.
/// <code>reached = 1; for each plane from the lowest: reached = majority(count bit, reached, not threshold bit)</code>
/// </summary>
/// <param name="Masked">For each threshold, the bits that all columns share.</param>
internal sealed record ColumnThresholdsPlan(ValueList<MaskedThreshold> Masked, int Planes, ColumnLayout Layout) : ComparisonPlan
{
    public override int Thresholds => Masked.Count;
    public override int Planes { get; } = Planes;
    public override int LowPlanes => PlanesOf(Masked);

    /// <summary>Returns the number of planes that the largest threshold takes.</summary>
    public static int PlanesOf(ValueList<MaskedThreshold> ascending) => ascending.Count == 0 ? PlaneCount.Holding(0) : ascending[^1].Planes;

    public override BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
    {
        int[] starts = new int[Thresholds];
        for (int k = 1; k < starts.Length; k++) starts[k] = starts[k - 1] + Masked[k - 1].LowPlanes;
        var code = new BitVectorExpression[CodePlanes];
        for (int bit = code.Length - 1; bit >= 0; bit--)
        {
            // Code k has reached threshold k - 1. So a bit is set where the count reaches the first threshold of the codes
            // that have this bit and the higher bits found so far.
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

/// <summary>The bits that one threshold shares in all columns.</summary>
/// <param name="LowPlanes">The lowest planes, in which the columns differ.</param>
/// <param name="High">The common bits above these planes, shifted down.</param>
internal readonly record struct MaskedThreshold(int LowPlanes, int High)
{
    /// <summary>The planes of the largest of the columns' thresholds.</summary>
    public int Planes => LowPlanes > 0 && High == 0 ? LowPlanes : LowPlanes + PlaneCount.Holding(High);

    /// <param name="least">The smallest of the columns' thresholds.</param>
    /// <param name="most">The largest of the columns' thresholds.</param>
    public static MaskedThreshold Spanning(int least, int most)
    {
        int low = least == most ? 0 : PlaneCount.Holding(least ^ most);
        return new(low, most >> low);
    }

    /// <summary>Returns whether the threshold's bit is 0 in every column. Only for planes in which the columns do not differ.</summary>
    public bool IsClear(int plane) => (High >> (plane - LowPlanes) & 1) == 0;
}

/// <summary>
/// The constants of the columns of a <see cref="ColumnThresholdsPlan"/>.
/// <code>bits   [threshold][low plane]   the complement of the threshold's bit; planes that all columns share are left out</code>
/// The same number is added to counts and thresholds where the columns then differ in fewer planes: thresholds 60 and 67 differ in seven
/// planes, 64 and 71 in three. No count reaches a threshold above the largest count.
/// </summary>
internal sealed class ColumnThresholds : IColumnConstants
{
    private const int Raises = 16;

    private readonly int[][] _thresholds;
    private readonly ValueList<MaskedThreshold> _masked;
    private readonly int _largestCount, _raise;

    /// <param name="columns">The thresholds of each column, ascending; the same number for every column.</param>
    /// <param name="largestCount">The largest count; the least is 0.</param>
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
