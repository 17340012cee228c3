using System.Collections.Immutable;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Between which numbers the columns' thresholds lie, comparison by comparison, if counts and thresholds are raised alike. A threshold
/// above the largest count is one that nothing reaches.
/// </summary>
internal sealed class ThresholdRanges(int[][] thresholds, int largestCount)
{
    private const int Raises = 16;

    private readonly (int Least, int Most)[] _ranges =
        [.. Enumerable.Range(0, thresholds[0].Length)
            .Select(k => (thresholds.Min(ofColumn => ofColumn[k]), thresholds.Max(ofColumn => ofColumn[k])))];

    /// <summary>Thresholds on either side of 64, say, differ in seven planes, those from 64 to 71 in three.</summary>
    public int RaiseOfFewestMasks() => Enumerable.Range(0, Raises).MinBy(raise => ComparisonMasks.Count(Masked(raise)));

    public ComparisonPlan Plan(int raise)
    {
        int count = _ranges.Length, most = _ranges[^1].Most + raise, planes = ComparisonPlan.BitsOf(Math.Max(most, largestCount + raise));
        return new(count, ComparisonPlan.BitsOf(count), Math.Max(planes, CounterEncoding.LeastPlanes), ComparisonPlan.BitsOf(most),
            IsSigned: false);
    }

    public ImmutableArray<MaskedThreshold> Masked(int raise) =>
        [.. _ranges.Select(range => MaskedThreshold.Spanning(range.Least + raise, range.Most + raise))];
}
