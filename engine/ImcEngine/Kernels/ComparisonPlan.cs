using System.Numerics;

namespace ImcEngine.Kernels;

/// <summary>How bit-sliced counts become codes (see <see cref="BitSlicedAdc{TLanes, TVector}"/>).</summary>
/// <param name="Thresholds">The largest code.</param>
/// <param name="CodePlanes">Planes of a code.</param>
/// <param name="Planes">Planes of a count.</param>
/// <param name="LowPlanes">Of these, the planes that thresholds reach into.</param>
/// <param name="IsSigned">The top plane is a sign: a count below zero has code 0.</param>
/// <param name="Steps">How codes follow from counts where that takes fewer comparisons than one per threshold.</param>
/// <param name="Scale">How codes follow from counts by additions only, where that is cheapest; else null.</param>
internal readonly record struct ComparisonPlan(int Thresholds, int CodePlanes, int Planes, int LowPlanes, bool IsSigned, CodeSteps Steps, CodeScale? Scale = null)
{
    /// <summary>What counts are compared with: thresholds, or corrections of steps.</summary>
    public int Comparisons => Scale is not null ? 0 : Steps.IsUsed ? Steps.Corrections : Thresholds;

    /// <summary>The largest code is all ones.</summary>
    public bool FillsCodePlanes => Thresholds + 1 == 1 << CodePlanes;

    /// <summary>Comparisons by four, counting a comparison 0 before the first.</summary>
    public int Fours => (Comparisons + 4) / 4;

    /// <summary>Masks of all comparisons, and of the one with the last threshold that steps need, in vectors.</summary>
    public int MaskVectors => Fours * (1 + LowPlanes) * 4 + (Steps.IsUsed ? LowPlanes : 0);
}

/// <summary>
/// Codes as steps: code = (count * 2^Up -+ corrections(count)) / 2^Down up to the last threshold, the largest code from there on. A uniform ADC whose LSB is
/// near a power of two needs few corrections: a full-range ADC of 2^B codes needs one or two.
/// </summary>
/// <param name="IsUsed">False: every threshold is compared with.</param>
/// <param name="Subtracts">Corrections are subtracted, else added.</param>
/// <param name="Corrections">The most that corrections(count), the number of correction thresholds reached, can be.</param>
internal readonly record struct CodeSteps(bool IsUsed, int Up, int Down, bool Subtracts, int Corrections)
{
    public int CorrectionPlanes => BitOperations.Log2((uint)Math.Max(1, Corrections)) + 1;
}

/// <summary>
/// Thresholds of counts 0 .. largest, made ready for comparison. Counts are moved down by <c>base</c>, just below the first threshold, where that saves planes:
/// an ADC whose range covers a small part of all sums then compares a few planes only.
/// </summary>
internal sealed class ComparisonThresholds
{
    // Adding corrections costs about as much as this many comparisons.
    private const int CostOfSteps = 6;

    // An added plane takes two operations, a compared one and its share of the counting of comparisons one to two.
    private const double CostOfComparedPlane = 0.6;
    private const int MostShift = 6;

    private readonly int[][] _thresholds;
    private readonly int[][] _compared;
    private readonly int[] _bases;

    /// <param name="thresholds"><c>[parity][threshold]</c>, ascending; code = number of thresholds t with count >= t.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    public ComparisonThresholds(int[][] thresholds, int largestCount)
    {
        int kept = thresholds.Max(each => each.Count(t => t <= largestCount));
        _thresholds = [.. thresholds.Select(each => each.Take(kept).Select(t => Math.Clamp(t, 0, largestCount + 1)).ToArray())];
        var steps = BestSteps(_thresholds);
        int comparisons = steps.IsUsed ? steps.Corrections + CostOfSteps : kept;
        if (CodeScale.Find(_thresholds, largestCount, out _bases) is { } scale && scale.Cost < comparisons * BitsOf(largestCount) * CostOfComparedPlane)
        {
            _compared = [.. thresholds.Select(_ => Array.Empty<int>())];
            Plan = new(kept, BitsOf(kept), CountPlanes(largestCount, 1, _bases.Any(lowered => lowered > 0)), 0, _bases.Any(lowered => lowered > 0), default, scale);
            return;
        }
        _bases = [.. _thresholds.Select(each => steps.IsUsed ? each[0] - FirstStepCount(steps) : 0)];
        bool moved = steps.IsUsed || (kept > 0 && _thresholds.Max(each => BitsOf(each[^1] - BaseOf(each))) < _thresholds.Max(each => BitsOf(each[^1])));
        if (moved && !steps.IsUsed) _bases = [.. _thresholds.Select(BaseOf)];
        _compared = [.. _thresholds.Select(each => steps.IsUsed ? Corrections(each, steps) : each)];
        int low = kept == 0 ? 1 : Enumerable.Range(0, thresholds.Length).Max(parity => BitsOf(_thresholds[parity][^1] - _bases[parity]));
        Plan = new(kept, BitsOf(kept), CountPlanes(largestCount, low, moved), low, moved, steps);
    }

    /// <summary>Planes of a lowered count, one of them a sign where counts are lowered.</summary>
    private int CountPlanes(int largestCount, int low, bool lowered)
    {
        int planes = Math.Max(low, BitsOf(largestCount - _bases.Min()));
        if (lowered) planes = Math.Max(planes, BitsOf(Math.Max(0, _bases.Max()))) + 1;
        // A vertical counter has at least four planes, up to two more where it counts by twos or fours.
        return Math.Max(planes, VerticalCounter<Lanes64, ulong>.LeastPlanes + 2);
    }

    public ComparisonPlan Plan { get; }

    /// <summary>What a count of this parity is lowered by.</summary>
    public int Base(int parity) => _bases[parity];

    /// <summary>Comparison k, on lowered counts; null where it is never reached.</summary>
    public int? Compared(int parity, int k) => k < _compared[parity].Length ? _compared[parity][k] - _bases[parity] : null;

    /// <summary>The last threshold, on lowered counts.</summary>
    public int Last(int parity) => _thresholds[parity][^1] - _bases[parity];

    /// <summary>Counts are lowered so that the first threshold's count starts step 1.</summary>
    private static int FirstStepCount(CodeSteps steps) => 1 << steps.Down;

    private static CodeSteps BestSteps(int[][] thresholds)
    {
        var best = default(CodeSteps);
        int least = thresholds[0].Length - CostOfSteps;
        void Consider(int up, int down, bool subtracts)
        {
            var steps = new CodeSteps(true, up, down, subtracts, 0);
            if (!thresholds.All(each => each.Length > 1 && Follows(each, steps))) return;
            int corrections = thresholds.Max(each => Corrections(each, steps).Length);
            if (corrections < least) (least, best) = (corrections, steps with { Corrections = corrections });
        }
        for (int shift = 0; shift <= MostShift; shift++)
        {
            Consider(0, shift, true);
            Consider(0, shift, false);
            if (shift > 0) Consider(shift, 0, true);
        }
        return best;
    }

    /// <summary>Whether corrections of one sign suffice.</summary>
    private static bool Follows(int[] thresholds, CodeSteps steps)
    {
        if (steps.Up > 0) return Enumerable.Range(thresholds[0], thresholds[^1] - thresholds[0] + 1).All(count => Jump(thresholds, count) <= 1 << steps.Up);
        for (int k = 1; k < thresholds.Length; k++)
            if (steps.Subtracts ? thresholds[k] - thresholds[k - 1] < 1 << steps.Down : thresholds[k] - thresholds[k - 1] > 1 << steps.Down) return false;
        return true;
    }

    /// <summary>
    /// Ascending counts at which one more correction is due, a count as often as corrections are. Between two thresholds d counts apart a step of 2^Down is
    /// d - 2^Down too long (its last counts do not advance) or 2^Down - d too short (the next threshold advances by more).
    /// </summary>
    private static int[] Corrections(int[] thresholds, CodeSteps steps)
    {
        var corrections = new List<int>();
        if (steps.Up > 0)
        {
            for (int count = thresholds[0]; count <= thresholds[^1]; count++)
                corrections.AddRange(Enumerable.Repeat(count, (1 << steps.Up) - Jump(thresholds, count)));
            return [.. corrections];
        }
        for (int k = 1; k < thresholds.Length; k++)
        {
            int length = thresholds[k] - thresholds[k - 1], step = 1 << steps.Down;
            if (steps.Subtracts)
                for (int count = thresholds[k - 1] + step; count < thresholds[k]; count++) corrections.Add(count);
            else corrections.AddRange(Enumerable.Repeat(thresholds[k], step - length));
        }
        return [.. corrections];
    }

    private static int Jump(int[] thresholds, int count) => thresholds.Count(t => t == count);

    private static int BaseOf(int[] thresholds) => Math.Max(0, thresholds[0] - 1);
    private static int BitsOf(int count) => BitOperations.Log2((uint)Math.Max(1, count)) + 1;
}
