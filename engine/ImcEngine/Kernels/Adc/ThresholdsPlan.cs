using ImcEngine.Kernels.BitVectors;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Compares the count with each of the thresholds, which all columns share:
/// <code>
/// reached = 1; for each plane p from the lowest: reached = threshold bit p ? count bit &amp; reached : count bit | reached;
/// thresholds with the same low bits share these steps
/// bit b of the code = exclusive or of every 2^b-th comparison, since the thresholds ascend
/// </code>
/// </summary>
/// <param name="Values">The thresholds of the counts after the offset is subtracted, ascending.</param>
/// <param name="IsSigned">Whether the top plane of a count is a sign; a count below zero has code 0.</param>
internal sealed record ThresholdsPlan(ValueList<int> Values, int Planes, bool IsSigned) : ComparisonPlan
{
    public override int Thresholds => Values.Count;
    public override int Planes { get; } = Planes;
    public override int LowPlanes => PlaneCount.Holding(Values.Count == 0 ? 0 : Values[^1]);

    public override BitVectorExpression[] Convert<TLanes, TVector>(BitVectorBuilder<TLanes, TVector> block, BitVectorExpression[] counts,
        ConstantReader<TLanes, TVector> constants)
    {
        BitVectorExpression[] compared = counts[..LowPlanes],
            comparisons = [.. Values.Select(threshold => block.Reaches(compared, threshold))];
        var code = new BitVectorExpression[CodePlanes];
        for (int bit = 0; bit < code.Length; bit++)
        {
            code[bit] = BitVectorExpression.Zero;
            for (int k = 1 << bit; k <= comparisons.Length; k += 2 << bit)
                code[bit] = block.Sum(code[bit], comparisons[k - 1],
                    k + (1 << bit) <= comparisons.Length ? comparisons[k + (1 << bit) - 1] : BitVectorExpression.Zero);
        }
        return Bounded(block, code, counts, IsSigned);
    }
}
