using System.Collections.Immutable;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Thresholds of counts 0 .. largest that all columns share, and the plan that is cheaper for them: a scale or comparisons. Those that
/// every count reaches or none are left out. Counts are moved down by <c>base</c>, just below the first threshold, where that saves planes:
/// an ADC whose range covers a small part of all sums then compares a few planes only.
/// </summary>
internal sealed class SharedThresholds
{
    // In additions of planes, which are two operations with ternary logic, else five:
    // a compared plane and its share of the counting of comparisons are one to two.
    private const double CostOfComparedPlane = 0.6, CostWithoutTernaryLogic = 0.3;

    /// <param name="thresholds">Ascending; code = number of thresholds t with count >= t.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    /// <param name="hasTernaryLogic">Of the lanes that compare.</param>
    public SharedThresholds(int[] thresholds, int largestCount, bool hasTernaryLogic)
    {
        Certain = thresholds.Count(threshold => threshold <= 0);
        int[] kept = [.. thresholds.Skip(Certain).TakeWhile(threshold => threshold <= largestCount)];
        double costOfComparisons = kept.Length * PlaneCount.Holding(largestCount)
            * (hasTernaryLogic ? CostOfComparedPlane : CostWithoutTernaryLogic);
        if (ShiftAddColumns.Find([kept], largestCount) is { } scaled && scaled.Scale.Cost < costOfComparisons)
        {
            CountOffset = scaled.CountOffset;
            Plan = scaled.PlanWith(new ScaleOffset.Shared(scaled.Offsets[0]));
            return;
        }
        int last = kept.Length == 0 ? 0 : kept[^1], below = kept.Length == 0 ? 0 : Math.Max(0, kept[0] - 1);
        if (PlaneCount.Holding(last - below) < PlaneCount.Holding(last)) CountOffset = below;
        int planes = PlaneCount.OfCounts(largestCount, CountOffset, PlaneCount.Holding(last - CountOffset));
        Plan = new ThresholdsPlan([.. kept.Select(threshold => threshold - CountOffset)], planes, CountOffset > 0);
    }

    public ConversionPlan Plan { get; }

    /// <summary>Thresholds that every count reaches: the plan's codes are lower by so many.</summary>
    public int Certain { get; }

    /// <summary>What is subtracted from every count.</summary>
    public int CountOffset { get; }

    /// <summary>Residuals of the plan's codes (<see cref="AffineLevels"/>); empty for none.</summary>
    /// <param name="adc">Whose thresholds these are.</param>
    public ImmutableArray<int> Residuals(IntegerAdc adc)
    {
        ImmutableArray<int> all = AffineLevels.TryFit(adc.UnitOfCode)?.Residuals ?? [], ofPlan = all.IsEmpty ? []
            : all.Slice(Certain, Plan.Thresholds + 1);
        return ofPlan.Any(residual => residual != 0) ? ofPlan : [];
    }
}
