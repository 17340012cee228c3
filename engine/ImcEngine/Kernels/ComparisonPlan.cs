using System.Numerics;

namespace ImcEngine.Kernels;

/// <summary>How bit-sliced counts are compared with an ADC's thresholds.</summary>
/// <param name="Thresholds">Comparisons, and so the largest code.</param>
/// <param name="CodePlanes">Planes of a code.</param>
/// <param name="Planes">Planes of a count.</param>
/// <param name="LowPlanes">Of these, the planes that thresholds reach into.</param>
/// <param name="IsSigned">The top plane is a sign: a count below zero has code 0.</param>
internal readonly record struct ComparisonPlan(int Thresholds, int CodePlanes, int Planes, int LowPlanes, bool IsSigned);

/// <summary>
/// Thresholds of counts 0 .. largest, made ready for comparison. Counts are moved down by <c>base</c>, just below the first threshold, where that saves planes:
/// an ADC whose range covers a small part of all sums then compares a few planes only.
/// </summary>
internal sealed class ComparisonThresholds
{
    private readonly int[][] _thresholds;
    private readonly int[] _bases = [0, 0];

    /// <param name="thresholds"><c>[parity][threshold]</c>, ascending; code = number of thresholds t with count >= t.</param>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    public ComparisonThresholds(int[][] thresholds, int largestCount)
    {
        int kept = thresholds.Max(each => each.Count(t => t <= largestCount));
        _thresholds = [.. thresholds.Select(each => each.Take(kept).Select(t => Math.Clamp(t, 0, largestCount + 1)).ToArray())];
        bool moved = kept > 0 && _thresholds.Max(each => BitsOf(each[^1] - BaseOf(each))) < _thresholds.Max(each => BitsOf(each[^1]));
        if (moved) _bases = [.. _thresholds.Select(BaseOf)];
        int low = kept == 0 ? 1 : Enumerable.Range(0, 2).Max(parity => BitsOf(_thresholds[parity][^1] - _bases[parity]));
        int planes = Math.Max(low, BitsOf(largestCount - _bases.Min()));
        if (moved) planes = Math.Max(planes, BitsOf(_bases.Max())) + 1;
        // A vertical counter has at least four planes, one more where it counts by twos.
        Plan = new(kept, Math.Max(1, BitsOf(kept)), Math.Max(planes, VerticalCounter<Lanes64, ulong>.LeastPlanes + 1), low, moved);
    }

    public ComparisonPlan Plan { get; }

    /// <summary>What a count of this parity is lowered by.</summary>
    public int Base(int parity) => _bases[parity];

    /// <summary>Threshold on lowered counts.</summary>
    public int Threshold(int parity, int k) => _thresholds[parity][k] - _bases[parity];

    private static int BaseOf(int[] thresholds) => Math.Max(0, thresholds[0] - 1);
    private static int BitsOf(int count) => BitOperations.Log2((uint)Math.Max(1, count)) + 1;
}
