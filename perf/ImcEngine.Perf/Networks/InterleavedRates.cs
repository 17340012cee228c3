using System.Diagnostics;

namespace ImcEngine.Perf.Networks;

/// <summary>A computation that is timed in turn with others.</summary>
/// <param name="Images">The number of images of one pass.</param>
/// <param name="Pass">One pass.</param>
internal sealed record TimedPass(int Images, Action Pass);

/// <summary>Medians of one way of computing, over the rounds.</summary>
/// <param name="Processors">Processor time divided by time: less than the number of threads if the machine was also busy with other
/// work.</param>
internal readonly record struct MedianRate(double ImagesPerSecond, double Processors);

/// <summary>
/// Measures images per second of several ways of computing, in one process and in turn. Every round runs each of them once, so that
/// anything that slows the machine slows all of them. The median over the rounds counts.
/// </summary>
internal static class InterleavedRates
{
    private const int WarmUps = 2;

    // OnnxRuntime's threads spin for a while after a run; what comes next must not share the cores with them.
    private static readonly TimeSpan BetweenPasses = TimeSpan.FromMilliseconds(150);

    /// <returns>Medians, in the order of <paramref name="passes"/>.</returns>
    public static MedianRate[] Measure(IReadOnlyList<TimedPass> passes, int rounds)
    {
        var rates = passes.Select(_ => new List<double>()).ToArray();
        var processors = passes.Select(_ => new List<double>()).ToArray();
        for (int round = -WarmUps; round < rounds; round++)
            for (int i = 0; i < passes.Count; i++)
            {
                Thread.Sleep(BetweenPasses);
                var busy = Environment.CpuUsage.TotalTime;
                long start = Stopwatch.GetTimestamp();
                passes[i].Pass();
                double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
                if (round < 0) continue;
                rates[i].Add(passes[i].Images / seconds);
                processors[i].Add((Environment.CpuUsage.TotalTime - busy).TotalSeconds / seconds);
            }
        return [.. rates.Zip(processors, (rate, processor) => new MedianRate(Median.Of(rate), Median.Of(processor)))];
    }
}
