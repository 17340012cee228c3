namespace ImcEngine.Kernels;

/// <summary>Levels that are affine in the code: kernels accumulate codes, sum = first * plane weights + step * (sum of codes).</summary>
internal readonly record struct AffineCodes(long First, long Step)
{
    /// <summary>Null where the layer's ADCs are not one list of levels that is affine in the code.</summary>
    public static AffineCodes? TryOf(MappedLayer layer, IReadOnlyList<IntegerAdc> adcs) =>
        adcs.Count == 1 && adcs[0].IsAffine(out long first, out long step) ? new(first * layer.Map.PlaneWeightSum, step) : null;
}

/// <summary>What bit-sliced kernels can hold.</summary>
internal static class VerticalLimits
{
    // Accumulators are combined in int32; planes of a count live on the stack.
    private const int MostAccumulatorPlanes = 24;

    public static bool Allow(int accumulatorPlanes, in ComparisonPlan plan) => accumulatorPlanes <= MostAccumulatorPlanes && plan.Planes <= CodeScale.MostPlanes;
}
