using ImcEngine.Kernels.BitVectors;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// One way from bit-sliced counts to bit-sliced codes. A way is a file: its plan, which writes the code of a conversion program, and, where
/// columns have thresholds of their own, the constants of each column that this code reads (<see cref="IColumnConstants"/>).
/// <code>
/// ShiftAddPlan            a scale: moved planes of the count, added; its offset is one for all columns or each column's own
/// CorrectedShiftAddPlan   the same with an offset of each column, then less one where the fraction does not reach what the code says
/// ThresholdsPlan          a comparison with each threshold; all columns have the same
/// ColumnThresholdsPlan    a search through the thresholds of each column
/// </code>
/// Plans are equal by value, so that conversions of equal plans share a program.
/// </summary>
internal abstract record ConversionPlan
{
    /// <summary>The largest code.</summary>
    public abstract int Thresholds { get; }

    /// <summary>Planes of a count less the offset.</summary>
    public abstract int Planes { get; }

    /// <summary>Thresholds that the program compares one by one: each of them is code.</summary>
    public abstract int Comparisons { get; }

    /// <summary>Vectors on the stack that the code writes and reads again.</summary>
    public virtual int WorkingVectors => 0;

    /// <summary>Planes of a code.</summary>
    public int CodePlanes => PlaneCount.Holding(Thresholds);

    /// <summary>Writes the code down; returns the planes of the codes.</summary>
    /// <param name="counts">Planes of counts less the offset.</param>
    /// <param name="constants">Those that differ by column.</param>
    public abstract BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
        where TLanes : ILanes<TVector>
        where TVector : unmanaged;
}

/// <summary>A plan that compares counts with thresholds.</summary>
internal abstract record ComparisonPlan : ConversionPlan
{
    public override int Comparisons => Thresholds;

    /// <summary>The lowest planes of a count, into which thresholds reach.</summary>
    public abstract int LowPlanes { get; }

    /// <summary>A count with a bit above the compared planes has reached every threshold, a negative one none.</summary>
    /// <param name="code">By the compared planes alone.</param>
    /// <param name="isSigned">The top plane is a sign.</param>
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
