using System.Numerics;

namespace ImcEngine.Kernels;

/// <summary>How bit-sliced counts become codes (see <see cref="BitSlicedAdc{TLanes, TVector}"/>).</summary>
/// <param name="Thresholds">The largest code.</param>
/// <param name="CodePlanes">Planes of a code.</param>
/// <param name="Planes">Planes of a count.</param>
/// <param name="LowPlanes">Of these, the planes that thresholds reach into.</param>
/// <param name="IsSigned">The top plane is a sign: a count below zero has code 0.</param>
/// <param name="Scale">How codes follow from counts by additions, where that is cheaper than a comparison per threshold; else null.</param>
internal readonly record struct ComparisonPlan(int Thresholds, int CodePlanes, int Planes, int LowPlanes, bool IsSigned, CodeScale? Scale = null)
{
    /// <summary>What counts are compared with.</summary>
    public int Comparisons => Scale is null ? Thresholds : 0;

    /// <summary>The largest code is all ones.</summary>
    public bool FillsCodePlanes => Thresholds + 1 == 1 << CodePlanes;

    /// <summary>Comparisons by four, counting a comparison 0 before the first.</summary>
    public int Fours => (Comparisons + 4) / 4;

    /// <summary>Masks of all comparisons, or the planes of a scale's constant, in vectors.</summary>
    public int MaskVectors => Scale?.Planes ?? Fours * (1 + LowPlanes) * 4;
}

/// <summary>
/// Thresholds of counts 0 .. largest, made ready for comparison. Counts are moved down by <c>base</c>, just below the first threshold, where that saves planes:
/// an ADC whose range covers a small part of all sums then compares a few planes only.
/// </summary>
internal sealed class ComparisonThresholds
{
    // An added plane takes two operations, a compared one and its share of the counting of comparisons one to two.
    private const double CostOfComparedPlane = 0.6;

    private readonly int[][] _thresholds;
    private readonly int[] _bases;

    /// <param name="thresholds"><c>[parity][threshold]</c>, ascending; code = number of thresholds t with count >= t.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    public ComparisonThresholds(int[][] thresholds, int largestCount)
    {
        int kept = thresholds.Max(each => each.Count(t => t <= largestCount));
        _thresholds = [.. thresholds.Select(each => each.Take(kept).Select(t => Math.Clamp(t, 0, largestCount + 1)).ToArray())];
        if (CodeScale.Find(_thresholds, largestCount, out _bases) is { } scale && scale.Cost < kept * BitsOf(largestCount) * CostOfComparedPlane)
        {
            bool isSigned = _bases.Max() > 0;
            Plan = new(kept, BitsOf(kept), CountPlanes(largestCount, 1, isSigned), 0, isSigned, scale);
            return;
        }
        _bases = new int[thresholds.Length];
        bool moved = kept > 0 && _thresholds.Max(each => BitsOf(each[^1] - BaseOf(each))) < _thresholds.Max(each => BitsOf(each[^1]));
        if (moved) _bases = [.. _thresholds.Select(BaseOf)];
        int low = kept == 0 ? 1 : Enumerable.Range(0, thresholds.Length).Max(parity => BitsOf(_thresholds[parity][^1] - _bases[parity]));
        Plan = new(kept, BitsOf(kept), CountPlanes(largestCount, low, moved), low, moved);
    }

    /// <summary>Planes of a lowered count, one of them a sign where counts are lowered.</summary>
    private int CountPlanes(int largestCount, int low, bool lowered)
    {
        int planes = Math.Max(low, BitsOf(largestCount - _bases.Min()));
        if (lowered) planes = Math.Max(planes, BitsOf(Math.Max(0, _bases.Max()))) + 1;
        // A vertical counter has a least number of planes, and counts one or two planes up where rows add by twos or fours.
        return Math.Max(planes, VerticalCounter<Lanes64, ulong>.LeastPlanes + 2);
    }

    public ComparisonPlan Plan { get; }

    /// <summary>What a count of this parity is lowered by.</summary>
    public int Base(int parity) => _bases[parity];

    /// <summary>Comparison k, on lowered counts.</summary>
    public int Compared(int parity, int k) => _thresholds[parity][k] - _bases[parity];

    private static int BaseOf(int[] thresholds) => Math.Max(0, thresholds[0] - 1);
    private static int BitsOf(int count) => BitOperations.Log2((uint)Math.Max(1, count)) + 1;
}
