using System.Collections.Immutable;
using System.Numerics;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Levels as a line and what each lies above it, so that levels of any list are sums of small numbers:
/// <code>
/// level[k] = First + Step * k + RestUnit * Rests[k]      Rests >= 0, and none where all levels lie on the line
/// </code>
/// The line is the one of whole steps that leaves the smallest rests.
/// </summary>
/// <param name="Rests">Of each code; empty for none.</param>
internal sealed record LevelLine(long First, long Step, long RestUnit, ImmutableArray<int> Rests)
{
    /// <summary>Null where rests do not fit 32 bits.</summary>
    /// <param name="levels">In the accumulator's unit.</param>
    public static LevelLine? TryOf(long[] levels)
    {
        long unit = 0;
        foreach (long level in levels) unit = Gcd(unit, level - levels[0]);
        if (unit == 0) return new(levels[0], 0, 0, []);
        long[] above = Array.ConvertAll(levels, level => (level - levels[0]) / unit);
        long step = StepOfSmallestRests(above), least = Above(above, step).Min();
        long[] rests = [.. Above(above, step).Select(rest => rest - least)];
        long common = rests.Aggregate(0L, Gcd), first = levels[0] + (least * unit);
        if (common == 0) return new(first, step * unit, 0, []);
        if (rests.Max() / common > int.MaxValue) return null;
        return new(first, step * unit, unit * common, [.. rests.Select(rest => (int)(rest / common))]);
    }

    private static IEnumerable<long> Above(long[] levels, long step) => levels.Select((level, k) => level - (step * k));

    /// <summary>By bisection: how far rests spread is convex in the step.</summary>
    private static long StepOfSmallestRests(long[] levels)
    {
        long[] steps = [.. levels.Skip(1).Select((level, k) => level - levels[k])];
        long low = steps.Min(), high = steps.Max();
        while (low < high)
        {
            long middle = low + ((high - low) >> 1);
            if (Spread(middle) <= Spread(middle + 1)) high = middle;
            else low = middle + 1;
        }
        return low;

        long Spread(long step) => Above(levels, step).Max() - Above(levels, step).Min();
    }

    private static long Gcd(long a, long b) => (long)BigInteger.GreatestCommonDivisor(a, b);
}
