using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// What kernels that accumulate codes and residuals (<see cref="AffineLevels"/>) make of them:
/// <code>
/// sum = first + step * (sum of codes) + residual unit * (sum of residuals)
/// first includes the line's, times all plane weights
/// </code>
/// </summary>
internal readonly record struct AccumulatorDecoding(long First, long Step, long ResidualUnit = 0)
{
    /// <summary>Null where the layer's ADCs are not one list of levels, or one that strays too far from a line.</summary>
    public static AccumulatorDecoding? TryCreate(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        adcs.Count == 1 && AffineLevels.TryFit(adcs[0].UnitOfCode) is { } line
            ? new(line.First * layer.Map.PlaneWeightSum, line.Step, line.ResidualUnit) : null;

    /// <summary>For accumulators that are too large by an excess.</summary>
    public AccumulatorDecoding WithoutExcess(Accumulated codes, Accumulated residuals) =>
        this with { First = First - (Step * codes.Excess) - (ResidualUnit * residuals.Excess) };
}

/// <summary>What an item's accumulators hold.</summary>
/// <param name="Planes">Of each sum.</param>
/// <param name="Excess">What sums are too large by.</param>
internal readonly record struct Accumulated(int Planes, long Excess);

/// <summary>
/// Numbers that conversion programs make of the digits of one operand's bits: codes, or residuals. A bit that weighs negatively brings all
/// ones less its digits, so that nothing is negative:
/// <code>
/// number = sum over bits of weight * digits + excess
/// excess = 2^(bits - 1) * (2^planes - 1) where the top bit weighs negatively, else 0
/// </code>
/// </summary>
internal readonly record struct CodeNumbers(long Most, long Excess)
{
    /// <param name="planes">Of the digits.</param>
    /// <param name="most">That they reach.</param>
    public static CodeNumbers ForOperand(OperandFormat format, int planes, int most)
    {
        long allOnes = (1L << planes) - 1, weights = (1L << format.Bits) - 1;
        return format.NegativeBit >= 0 ? new(allOnes * weights, allOnes << (format.Bits - 1)) : new(most * weights, 0);
    }
}

/// <summary>What bit-sliced kernels can hold.</summary>
internal static class VerticalLimits
{
    // Accumulators become int32, and columns' are combined in it. Comparisons and residuals are code: beyond so many it is too long.
    private const int MostAccumulatorPlanes = 24, MostSumBits = 31, MostComparisons = 128;

    /// <summary>Of a count.</summary>
    public const int MostPlanes = 32;

    /// <param name="combinedBits">Of the weights with which accumulators are combined in int32; 0 where they hold whole sums.</param>
    public static bool Allow(Accumulated codes, Accumulated residuals, ConversionPlan plan, int combinedBits) =>
        Math.Max(codes.Planes, residuals.Planes) <= Math.Min(MostAccumulatorPlanes, MostSumBits - combinedBits) && plan.Planes <= MostPlanes
            && (residuals.Planes > 0 ? plan.Thresholds : plan.Comparisons) <= MostComparisons;
}
