using System.Collections.Immutable;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Thresholds of counts that all columns share, and the cheaper plan for them: a scale or comparisons. Thresholds that every count or no
/// count reaches are left out. Where it saves planes, the number just below the first threshold is subtracted from counts: an ADC whose
/// range covers a small part of all sums then compares only a few planes.
/// </summary>
internal sealed class SharedThresholds
{
    // In additions of planes, which take two operations with ternary logic, else five.
    // Comparing a plane, with its share of counting the comparisons, takes one to two operations.
    private const double CostOfComparedPlane = 0.6, CostWithoutTernaryLogic = 0.3;

    /// <param name="thresholds">Ascending. The code is the number of thresholds t with count >= t.</param>
    /// <param name="largestCount">The largest count; the least is 0.</param>
    /// <param name="hasTernaryLogic">Whether the kernel's lanes have ternary logic.</param>
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

    /// <summary>The number of thresholds that every count reaches. The plan's codes are lower by this number.</summary>
    public int Certain { get; }

    /// <summary>The number subtracted from every count.</summary>
    public int CountOffset { get; }

    /// <summary>Returns the residuals of the plan's codes (<see cref="AffineLevels"/>); empty where all are 0.</summary>
    /// <param name="adc">The ADC that has these thresholds.</param>
    public ImmutableArray<int> Residuals(IntegerAdc adc)
    {
        ImmutableArray<int> all = AffineLevels.TryFit(adc.UnitOfCode)?.Residuals ?? [], ofPlan = all.IsEmpty ? []
            : all.Slice(Certain, Plan.Thresholds + 1);
        return ofPlan.Any(residual => residual != 0) ? ofPlan : [];
    }
}
