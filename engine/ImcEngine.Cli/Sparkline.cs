namespace ImcEngine.Cli;

/// <summary>Numbers as a row of bars, one character each, for terminals.</summary>
internal static class Sparkline
{
    private const string Bars = "\u2581\u2582\u2583\u2584\u2585\u2586\u2587\u2588";

    /// <param name="least">The number of the lowest bar.</param>
    /// <param name="most">The number of the highest bar.</param>
    public static string Of(IEnumerable<double> numbers, double least, double most) => string.Concat(numbers.Select(number =>
        Bars[most > least ? (int)Math.Round(Math.Clamp((number - least) / (most - least), 0, 1) * (Bars.Length - 1)) : 0]));

    /// <summary>Returns the sums of neighbours as bars from 0 on, and a blank where all are 0.</summary>
    /// <param name="bars">The number of bars; fewer where there are fewer numbers.</param>
    public static string OfBins(IReadOnlyList<long> numbers, int bars)
    {
        double[] bins = [.. numbers.Chunk(Math.Max(1, (numbers.Count + bars - 1) / bars)).Select(bin => (double)bin.Sum())];
        double most = bins.DefaultIfEmpty().Max();
        return string.Concat(bins.Select(bin => bin == 0 ? " " : Of([bin], 0, most)));
    }
}
