using System.Collections.Immutable;
using System.Numerics;
using ImcEngine.Kernels.Compiled;

namespace ImcEngine.Kernels.Adc;

/// <summary>How bit-sliced counts become codes (see <see cref="AdcEmitter{TLanes, TVector}"/>).</summary>
/// <param name="Thresholds">The largest code.</param>
/// <param name="CodePlanes">Planes of a code.</param>
/// <param name="Planes">Planes of a count.</param>
/// <param name="LowPlanes">Of these, the planes that thresholds reach into.</param>
/// <param name="IsSigned">The top plane is a sign: a count below zero has code 0.</param>
/// <param name="Scale">How codes follow from counts by additions, where that is cheaper than a comparison per threshold; else null.</param>
/// <param name="IsNearScale">The scale's codes are corrected, see <see cref="CorrectedShiftAddScale"/>.</param>
internal readonly record struct ComparisonPlan(int Thresholds, int CodePlanes, int Planes, int LowPlanes, bool IsSigned,
    ShiftAddScale? Scale = null, bool IsNearScale = false)
{
    /// <summary>The largest code is all ones.</summary>
    public bool FillsCodePlanes => Thresholds + 1 == 1 << CodePlanes;

    public static int BitsOf(int count) => BitOperations.Log2((uint)Math.Max(1, count)) + 1;
}

/// <summary>
/// Thresholds of counts 0 .. largest, made ready for comparison. Those that every count reaches or none are left out. Counts are moved down
/// by <c>base</c>, just below the first threshold, where that saves planes:
/// an ADC whose range covers a small part of all sums then compares a few planes only.
/// </summary>
internal sealed class ComparisonThresholds
{
    // In additions of planes, which are two operations with ternary logic, else five:
    // a compared plane and its share of the counting of comparisons are one to two.
    private const double CostOfComparedPlane = 0.6, CostWithoutTernaryLogic = 0.3;

    private readonly int[] _thresholds;

    /// <param name="thresholds">Ascending; code = number of thresholds t with count >= t.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    /// <param name="hasTernaryLogic">Of the lanes that compare.</param>
    public ComparisonThresholds(int[] thresholds, int largestCount, bool hasTernaryLogic)
    {
        Certain = thresholds.Count(threshold => threshold <= 0);
        _thresholds = [.. thresholds.Skip(Certain).TakeWhile(threshold => threshold <= largestCount)];
        int kept = _thresholds.Length, last = kept == 0 ? 0 : _thresholds[^1];
        if (ShiftAddScale.Find(_thresholds, largestCount, out int countOffset) is { } scale
            && scale.Cost < kept * ComparisonPlan.BitsOf(largestCount) * (hasTernaryLogic ? CostOfComparedPlane : CostWithoutTernaryLogic))
        {
            CountOffset = countOffset;
            Plan = new(kept, ComparisonPlan.BitsOf(kept), CountPlanes(largestCount, CountOffset, 1), 0, CountOffset > 0, scale);
            return;
        }
        int below = kept == 0 ? 0 : Math.Max(0, _thresholds[0] - 1);
        if (ComparisonPlan.BitsOf(last - below) < ComparisonPlan.BitsOf(last)) CountOffset = below;
        int low = ComparisonPlan.BitsOf(last - CountOffset);
        Plan = new(kept, ComparisonPlan.BitsOf(kept), CountPlanes(largestCount, CountOffset, low), low, CountOffset > 0);
    }

    public ComparisonPlan Plan { get; }

    /// <summary>Thresholds that every count reaches: the plan's codes are lower by so many.</summary>
    public int Certain { get; }

    /// <summary>What is subtracted from every count.</summary>
    public int CountOffset { get; }

    /// <summary>Of counts less the offset.</summary>
    public ImmutableArray<int> OffsetThresholds => Plan.Scale is null ? [.. _thresholds.Select(threshold => threshold - CountOffset)] : [];

    /// <summary>Residuals of the plan's codes (<see cref="AffineLevels"/>); empty for none.</summary>
    /// <param name="adc">Whose thresholds these are.</param>
    public ImmutableArray<int> Residuals(IntegerAdc adc)
    {
        ImmutableArray<int> all = AffineLevels.TryFit(adc.UnitOfCode)?.Residuals ?? [], ofPlan = all.IsEmpty ? []
            : all.Slice(Certain, Plan.Thresholds + 1);
        return ofPlan.Any(residual => residual != 0) ? ofPlan : [];
    }

    /// <summary>Planes of a count less the offset, one of them a sign where there is an offset.</summary>
    /// <param name="low">At least so many.</param>
    public static int CountPlanes(int largestCount, int countOffset, int low)
    {
        int planes = Math.Max(low, ComparisonPlan.BitsOf(largestCount - countOffset));
        if (countOffset > 0) planes = Math.Max(planes, ComparisonPlan.BitsOf(countOffset)) + 1;
        return Math.Max(planes, CounterEncoding.LeastPlanes);
    }
}
