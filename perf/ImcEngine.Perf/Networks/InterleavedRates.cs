using System.Diagnostics;

namespace ImcEngine.Perf.Networks;

/// <summary>Something that is timed beside others.</summary>
/// <param name="Images">Images of one pass.</param>
/// <param name="Pass">One pass.</param>
internal sealed record TimedPass(int Images, Action Pass);

/// <summary>
/// Images per second of several ways of computing, in one process and in turn: every round runs each once, so that what slows the machine down slows all of
/// them, and the median over the rounds counts.
/// </summary>
internal static class InterleavedRates
{
    private const int WarmUps = 2;

    // OnnxRuntime's threads spin for a while after a run; what comes next must not share the cores with them.
    private static readonly TimeSpan BetweenPasses = TimeSpan.FromMilliseconds(30);

    /// <returns>Medians, in the order of <paramref name="passes"/>.</returns>
    public static double[] Measure(IReadOnlyList<TimedPass> passes, int rounds)
    {
        var rates = passes.Select(_ => new List<double>()).ToArray();
        for (int round = -WarmUps; round < rounds; round++)
            for (int i = 0; i < passes.Count; i++)
            {
                Thread.Sleep(BetweenPasses);
                long start = Stopwatch.GetTimestamp();
                passes[i].Pass();
                double rate = passes[i].Images / Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (round >= 0) rates[i].Add(rate);
            }
        return [.. rates.Select(Median)];
    }

    private static double Median(List<double> rates)
    {
        rates.Sort();
        int middle = rates.Count / 2;
        return rates.Count % 2 == 1 ? rates[middle] : (rates[middle - 1] + rates[middle]) / 2;
    }
}
