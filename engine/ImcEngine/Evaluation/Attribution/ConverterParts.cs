using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Attribution;

/// <summary>
/// Separates an ADC into its range and its resolution. The range ends half an LSB beyond the end levels, where conversions start to clip
/// (ARITHMETIC §10):
/// <code>
/// clipping alone      s clamped to [first level - lsb/2, last level + lsb/2], else exact
/// resolution alone    the same levels and edges, continued in steps of one LSB beyond the ends
/// finer               the same range in steps of lsb / 8
/// </code>
/// All of them keep the LSB in which column offsets, edge errors and comparator noise are stated.
/// </summary>
internal static class ConverterParts
{
    private const int StepsOfLsb = 8;

    /// <summary>The margin beyond the partial sums, in LSB, by which errors may move a sum before the extended range ends.</summary>
    private const int MarginLsb = 8;

    /// <summary>Returns an ADC that clips as <paramref name="adc"/> does and is otherwise exact.</summary>
    /// <param name="adc">The ADC.</param>
    /// <param name="least">The least partial sum.</param>
    /// <param name="most">The greatest partial sum.</param>
    public static AdcTransfer ClippingAlone(AdcTransfer adc, int least, int most)
    {
        if (adc.PassesSums) return adc;
        double low = Low(adc), high = High(adc);
        var levels = new List<double>();
        if (least < low) levels.Add(low);
        for (int s = Math.Max(least, (int)Math.Ceiling(low)); s <= Math.Min(most, (int)Math.Floor(high)); s++)
            if (levels.Count == 0 || s > levels[^1]) levels.Add(s);
        if (most > high && (levels.Count == 0 || high > levels[^1])) levels.Add(high);
        // An ADC needs two levels, even if the range holds only one sum or none.
        if (levels.Count < 2) levels.Add(levels.Count == 1 ? levels[0] + 1 : 1);
        return Listed(levels, adc.LsbCounts);
    }

    public static AdcTransfer ResolutionAlone(AdcTransfer adc, int least, int most)
    {
        if (adc.PassesSums) return adc;
        double lsb = adc.LsbCounts, first = adc.LevelCounts.Min(), last = adc.LevelCounts.Max();
        int below = Steps(Low(adc) - least, lsb), above = Steps(most - High(adc), lsb);
        double firstEdge = first - lsb / 2, lastEdge = last + lsb / 2;
        double[] edges = [.. Enumerable.Range(0, below).Select(k => firstEdge - (below - 1 - k) * lsb), .. adc.EdgeCounts,
            .. Enumerable.Range(0, above).Select(k => lastEdge + k * lsb)];
        double[] levels = [.. Enumerable.Range(0, below).Select(k => first - (below - k) * lsb), .. adc.LevelCounts,
            .. Enumerable.Range(1, above).Select(k => last + k * lsb)];
        // Steps of an LSB need not be levels of a list's coarser unit.
        return new(edges, levels, adc.Ties, lsb, adc.Unit == AccumulationUnit.Sixteenths ? AccumulationUnit.Levels : adc.Unit);
    }

    public static AdcTransfer Finer(AdcTransfer adc)
    {
        if (adc.PassesSums) return adc;
        double step = adc.LsbCounts / StepsOfLsb;
        int codes = (int)Math.Round((High(adc) - Low(adc)) / step);
        return Listed([.. Enumerable.Range(0, codes).Select(k => Low(adc) + (k + 0.5) * step)], adc.LsbCounts);
    }

    private static double Low(AdcTransfer adc) => adc.LevelCounts.Min() - adc.LsbCounts / 2;
    private static double High(AdcTransfer adc) => adc.LevelCounts.Max() + adc.LsbCounts / 2;

    private static int Steps(double missingCounts, double lsbCounts) =>
        Math.Max(0, (int)Math.Ceiling(missingCounts / lsbCounts)) + MarginLsb;

    private static AdcTransfer Listed(IReadOnlyList<double> levels, double lsbCounts) =>
        new([.. levels.Skip(1).Select((level, k) => (levels[k] + level) / 2)], [.. levels], TieRule.Down, lsbCounts,
            AccumulationUnit.Levels);
}
