using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// One way to convert bit-sliced counts to bit-sliced codes. Each way is one file. It holds the plan, which emits this part of a conversion
/// program. Where columns have their own thresholds it also holds their constants (<see cref="IColumnConstants"/>).
/// <code>
/// ShiftAddPlan            a scale: shifted copies of the count are added; the offset is shared, or each column's own
/// CorrectedShiftAddPlan   a scale with each column's own offset; then code - 1 where the fraction is below the code's split
/// ThresholdsPlan          a comparison with each threshold; all columns share the thresholds
/// ColumnThresholdsPlan    a binary search through each column's own thresholds
/// </code>
/// Plans are compared by value, so that conversions with equal plans share a program.
/// </summary>
internal abstract record ConversionPlan
{
    /// <summary>The largest code.</summary>
    public abstract int Thresholds { get; }

    /// <summary>The planes of a count, after the offset is subtracted.</summary>
    public abstract int Planes { get; }

    /// <summary>The number of thresholds that the program compares one by one, each with its own code.</summary>
    public abstract int Comparisons { get; }

    /// <summary>The number of vectors that the code keeps on the stack.</summary>
    public virtual int WorkingVectors => 0;

    /// <summary>The planes of a code.</summary>
    public int CodePlanes => PlaneCount.Holding(Thresholds);

    /// <summary>Emits the conversion; returns the planes of the codes.</summary>
    /// <param name="counts">The planes of the counts, with the offset subtracted.</param>
    /// <param name="constants">The constants that differ by column.</param>
    public abstract BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged;
}

/// <summary>A plan that compares counts with thresholds.</summary>
internal abstract record ComparisonPlan : ConversionPlan
{
    public override int Comparisons => Thresholds;

    /// <summary>The number of low planes of a count that thresholds reach; only these are compared.</summary>
    public abstract int LowPlanes { get; }

    /// <summary>Completes a code by the planes that were not compared: a count with a bit above the compared planes has reached every
    /// threshold, a negative count none.</summary>
    /// <param name="code">The code that follows from the compared planes alone.</param>
    /// <param name="isSigned">The top plane of a count is a sign.</param>
    protected BitVectorExpression[] Bounded<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] code,
        BitVectorExpression[] counts, bool isSigned)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged
    {
        BitVectorExpression within = BitVectorExpression.Ones, positive = isSigned ? ~counts[Planes - 1] : BitVectorExpression.Ones;
        for (int plane = LowPlanes; plane < Planes - (isSigned ? 1 : 0); plane++) within = block.And(within, ~counts[plane]);
        return [
            .. code.Select((digit, bit) =>
                block.And((Thresholds >> bit & 1) != 0 ? ~block.And(~digit, within) : block.And(digit, within), positive))];
    }
}
