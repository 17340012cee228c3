using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Converts accumulated codes and residuals (<see cref="AffineLevels"/>) to sums of levels:
/// <code>
/// sum = first + step * (sum of codes) + residual unit * (sum of residuals)
/// first = the line's first level * sum of all plane weights
/// </code>
/// </summary>
internal readonly record struct AccumulatorDecoding(long First, long Step, long ResidualUnit = 0)
{
    /// <summary>Returns null where the layer's plane pairs have different ADCs, or where the levels lie too far from a line.</summary>
    public static AccumulatorDecoding? TryCreate(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        adcs.Count == 1 && AffineLevels.TryFit(adcs[0].UnitOfCode) is { } line ? Of(layer, line) : null;

    /// <summary>Returns the decoding of sums of these levels.</summary>
    public static AccumulatorDecoding Of(MappedLayer layer, AffineLevels line) =>
        new(line.First * layer.Map.DigitWeightSum, line.Step, line.ResidualUnit);

    /// <summary>Returns the decoding for accumulators that are too large by an excess.</summary>
    public AccumulatorDecoding WithoutExcess(Accumulated codes, Accumulated residuals) =>
        this with { First = First - (Step * codes.Excess) - (ResidualUnit * residuals.Excess) };
}

/// <summary>The size of an item's accumulators, and their excess over the true sums.</summary>
/// <param name="Planes">The bit-planes of each sum.</param>
/// <param name="Excess">The amount by which each sum is too large.</param>
internal readonly record struct Accumulated(int Planes, long Excess);

/// <summary>
/// The numbers that a conversion program forms from the codes of one operand's digits (single planes, or several), or from their residuals.
/// A digit of negative weight contributes the complement of its code, so that no number is negative:
/// <code>
/// number = sum over digits of weight * code + excess
/// excess = |weight| * (2^planes - 1) where the top digit has negative weight, else 0
/// </code>
/// </summary>
internal readonly record struct CodeNumbers(long Most, long Excess)
{
    /// <summary>Returns the range and the excess for an operand.</summary>
    /// <param name="planes">The bit-planes of the codes.</param>
    /// <param name="most">The largest code.</param>
    public static CodeNumbers ForOperand(OperandDigits digits, int planes, int most)
    {
        long allOnes = (1L << planes) - 1, weights = Enumerable.Range(0, digits.Count).Sum(digit => Math.Abs((long)digits.Weight(digit)));
        long negative = Math.Max(0, -digits.Weight(digits.Count - 1));
        return negative > 0 ? new(allOnes * weights, allOnes * negative) : new(most * weights, 0);
    }
}

/// <summary>The limits of the bit-sliced kernels.</summary>
internal static class VerticalLimits
{
    // Accumulators are converted to int32, and those of the weight planes are combined in int32.
    // Comparisons and residuals are emitted as code, which would be too long with more of them.
    private const int MostAccumulatorPlanes = 24, MostSumBits = 31, MostComparisons = 128;

    /// <summary>The most bit-planes of a count.</summary>
    public const int MostPlanes = 32;

    /// <param name="combinedBits">The bits of the weights with which accumulators are combined in int32; 0 where they hold whole
    /// sums.</param>
    public static bool Allow(Accumulated codes, Accumulated residuals, ConversionPlan plan, int combinedBits) =>
        Math.Max(codes.Planes, residuals.Planes) <= Math.Min(MostAccumulatorPlanes, MostSumBits - combinedBits) && plan.Planes <= MostPlanes
            && (residuals.Planes > 0 ? plan.Thresholds : plan.Comparisons) <= MostComparisons;
}
