using System.Collections.Immutable;
using System.Numerics;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// A list of levels as a straight line plus small residuals above it, so that small integers can be summed in place of levels:
/// <code>
/// level[k] = First + Step * k + ResidualUnit * Residuals[k]      Residuals >= 0; empty where all levels lie on the line
/// </code>
/// Of all lines with integer steps, this one has the smallest residuals.
/// </summary>
/// <param name="Residuals">One per code; empty where all are 0.</param>
internal sealed record AffineLevels(long First, long Step, long ResidualUnit, ImmutableArray<int> Residuals)
{
    /// <summary>Returns null where the residuals do not fit 32 bits.</summary>
    /// <param name="levels">The levels, in the accumulator's unit.</param>
    public static AffineLevels? TryFit(long[] levels)
    {
        long unit = 0;
        foreach (long level in levels) unit = Gcd(unit, level - levels[0]);
        if (unit == 0) return new(levels[0], 0, 0, []);
        long[] above = Array.ConvertAll(levels, level => (level - levels[0]) / unit);
        long step = StepOfSmallestResiduals(above), least = Above(above, step).Min();
        long[] residuals = [.. Above(above, step).Select(residual => residual - least)];
        long common = residuals.Aggregate(0L, Gcd), first = levels[0] + (least * unit);
        if (common == 0) return new(first, step * unit, 0, []);
        if (residuals.Max() / common > int.MaxValue) return null;
        return new(first, step * unit, unit * common, [.. residuals.Select(residual => (int)(residual / common))]);
    }

    private static IEnumerable<long> Above(long[] levels, long step) => levels.Select((level, k) => level - (step * k));

    /// <summary>Searches by bisection, since the spread of the residuals is convex in the step.</summary>
    private static long StepOfSmallestResiduals(long[] levels)
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
