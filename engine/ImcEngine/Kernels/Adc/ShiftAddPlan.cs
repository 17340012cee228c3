using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>The number that a scale adds to its terms, in units of 2^-Fraction code.</summary>
internal abstract record ScaleOffset
{
    public abstract BitVectorExpression Plane<TLanes, TVector>(int plane, ConstantReader<TLanes, TVector> constants)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged;

    /// <summary>One offset for all columns.</summary>
    public sealed record Shared(int Value) : ScaleOffset
    {
        public override BitVectorExpression Plane<TLanes, TVector>(int plane, ConstantReader<TLanes, TVector> constants) =>
            BitVectorExpression.All((Value >> plane & 1) != 0);
    }

    /// <summary>Each column's own offset, which comes first among its constants.</summary>
    public sealed record OfColumn(ColumnLayout Layout) : ScaleOffset
    {
        public override BitVectorExpression Plane<TLanes, TVector>(int plane, ConstantReader<TLanes, TVector> constants) =>
            constants.Bit(Layout, plane);
    }
}

/// <summary>Converts by a scale (<see cref="ShiftAddScale"/>): the code is the integer part, clamped.</summary>
/// <param name="IsSigned">Whether the top plane of a count is a sign.</param>
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
/// The constants of columns whose thresholds share the terms of one scale.
/// <code>bits   the planes of the column's offset</code>
/// </summary>
/// <param name="Thresholds">The number of thresholds of a column.</param>
/// <param name="CountPlanes">The planes of a count, after the count offset is subtracted.</param>
/// <param name="Offsets">The offset of v, one per column.</param>
internal sealed record ShiftAddColumns(int Thresholds, int CountPlanes, int CountOffset, ShiftAddScale Scale, int[] Offsets)
    : IColumnConstants
{
    public int BitCount => Scale.Planes;

    /// <summary>Finds the cheapest scale whose terms serve all columns; null where no scale of few terms does.</summary>
    /// <param name="columns">The thresholds of each column, ascending; the same number for every column.</param>
    /// <param name="largestCount">The largest count; the least is 0.</param>
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
