using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>What a scale adds to its terms, in units of 2^-Fraction.</summary>
internal abstract record ScaleOffset
{
    public abstract BitVectorExpression Plane<TLanes, TVector>(int plane, ConstantReader<TLanes, TVector> constants)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged;

    /// <summary>All columns have the same.</summary>
    public sealed record Shared(int Value) : ScaleOffset
    {
        public override BitVectorExpression Plane<TLanes, TVector>(int plane, ConstantReader<TLanes, TVector> constants) =>
            BitVectorExpression.All((Value >> plane & 1) != 0);
    }

    /// <summary>Each column has its own, the first of its constants.</summary>
    public sealed record OfColumn(ColumnLayout Layout) : ScaleOffset
    {
        public override BitVectorExpression Plane<TLanes, TVector>(int plane, ConstantReader<TLanes, TVector> constants) =>
            constants.Bit(Layout, plane);
    }
}

/// <summary>A scale (<see cref="ShiftAddScale"/>): the code is what stands above the fraction, clamped.</summary>
/// <param name="IsSigned">The top plane of a count is a sign.</param>
internal sealed record ShiftAddPlan(int Thresholds, int Planes, bool IsSigned, ShiftAddScale Scale, ScaleOffset Offset) : ConversionPlan
{
    public override int Thresholds { get; } = Thresholds;
    public override int Planes { get; } = Planes;
    public override int Comparisons => 0;

    public override BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
    {
        var scaled = Scale.Scaled(block, counts, IsSigned, plane => Offset.Plane(plane, constants));
        return Scale.Clamped(block, scaled, this, above: Thresholds).Code;
    }
}

/// <summary>
/// Columns whose thresholds have a scale in common.
/// <code>bits   planes of the column's offset</code>
/// </summary>
/// <param name="Thresholds">Of a column.</param>
/// <param name="CountPlanes">Of a count less the offset.</param>
/// <param name="Offsets">Of each column.</param>
internal sealed record ShiftAddColumns(int Thresholds, int CountPlanes, int CountOffset, ShiftAddScale Scale, int[] Offsets)
    : IColumnConstants
{
    public int BitCount => Scale.Planes;

    /// <summary>The cheapest scale whose terms serve all columns; null where there is none of few terms.</summary>
    /// <param name="columns">Thresholds of each, equally many, ascending.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    public static ShiftAddColumns? Find(IReadOnlyList<int[]> columns, int largestCount)
    {
        var search = new ShiftAddScaleSearch(columns, columns[0], largestCount, mostAhead: 0);
        return search.Scale is null ? null
            : new(columns[0].Length, PlaneCount.OfCounts(largestCount, search.CountOffset, 1), search.CountOffset, search.Scale,
                search.Offsets);
    }

    public ConversionPlan PlanFor(ColumnLayout layout) => PlanWith(new ScaleOffset.OfColumn(layout));

    public ShiftAddPlan PlanWith(ScaleOffset offset) => new(Thresholds, CountPlanes, CountOffset > 0, Scale, offset);

    public void WriteBits(int column, Span<byte> bits)
    {
        for (int plane = 0; plane < bits.Length; plane++) bits[plane] = (byte)(Offsets[column] >> plane & 1);
    }
}
