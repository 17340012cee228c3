using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>Levels that are affine in the code: kernels accumulate codes, sum = first * plane weights + step * (sum of codes).</summary>
internal readonly record struct AffineCodes(long First, long Step)
{
    /// <summary>Null where the layer's ADCs are not one list of levels that is affine in the code.</summary>
    public static AffineCodes? TryOf(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        adcs.Count == 1 && adcs[0].IsAffine(out long first, out long step) ? new(first * layer.Map.PlaneWeightSum, step) : null;

    /// <summary>For sums that are too large by <paramref name="excess"/>.</summary>
    public AffineCodes Less(long excess) => new(First - Step * excess, Step);
}

/// <summary>
/// Numbers that conversion programs make of the codes of one operand's bits. A bit that weighs negatively brings all ones less its code, so that nothing is negative:
/// <code>number = sum over bits of weight * code + excess,   excess = 2^(bits - 1) * (2^code planes - 1) where the top bit weighs negatively, else 0</code>
/// </summary>
internal readonly record struct CodeNumbers(long Most, long Excess)
{
    public static CodeNumbers Of(OperandFormat format, in ComparisonPlan plan)
    {
        long allOnes = (1L << plan.CodePlanes) - 1, weights = (1L << format.Bits) - 1;
        return format.NegativeBit >= 0 ? new(allOnes * weights, allOnes << (format.Bits - 1)) : new(plan.Thresholds * weights, 0);
    }

    /// <summary>Planes that hold every number up to this one.</summary>
    public static int Planes(long most) => 64 - (int)long.LeadingZeroCount(Math.Max(1, most));
}

/// <summary>What bit-sliced kernels can hold.</summary>
internal static class VerticalLimits
{
    // Accumulators are combined in int32. Comparisons are code: beyond so many it is too long.
    private const int MostAccumulatorPlanes = 24, MostComparisons = 128;

    /// <summary>Of a count.</summary>
    public const int MostPlanes = 32;

    public static bool Allow(int accumulatorPlanes, in ComparisonPlan plan) =>
        accumulatorPlanes <= MostAccumulatorPlanes && plan.Planes <= MostPlanes && (plan.Scale is not null || plan.Thresholds <= MostComparisons);
}
