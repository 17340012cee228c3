namespace ImcEngine.Macro;

/// <summary>Findings about a measured table to check before trusting it; none is an error.</summary>
/// <param name="Source">The file.</param>
/// <param name="LeastSum">The first line's partial sum.</param>
/// <param name="MostSum">The last line's partial sum.</param>
/// <param name="InterpolatedSums">The s between the first and the last line that have no line.</param>
/// <param name="DecreasingSums">The s whose mean level lies below that of s - 1,
/// by more than <see cref="DecreaseShare"/> of a mean code step.</param>
/// <param name="UnusedCodes">Codes that no s makes with a probability of <see cref="UnusedProbability"/> or more.</param>
/// <param name="BimodalSums">The s whose distribution has two separate peaks.</param>
/// <param name="IsSingleStep">Whether nearly every conversion gives one of the two end codes, as of a comparator.</param>
internal sealed record MeasuredTableReport(
    string Source, int LeastSum, int MostSum, IReadOnlyList<int> InterpolatedSums, IReadOnlyList<int> DecreasingSums,
    IReadOnlyList<int> UnusedCodes,
    IReadOnlyList<int> BimodalSums, bool IsSingleStep)
{
    /// <summary>A decrease of the mean by less than this share of a code step is regarded as measurement error.</summary>
    public const double DecreaseShare = 0.05;

    public const double UnusedProbability = 1e-3;

    /// <summary>The smallest probability of a peak. Two peaks count as separate if the valley between them is below half of the lower
    /// one.</summary>
    public const double PeakProbability = 0.05;

    /// <summary>
    /// The widest gap between lines, in code steps, that is not reported. (Gaps of up to two counts are never reported: the sums of an XNOR
    /// layer are two apart.) Interpolation over a wider gap mixes codes that no conversion there would give.
    /// </summary>
    public const double MostGapLsb = 2;

    /// <summary>The allowed slope of the mean level over s within the range of the levels. Outside it, the levels are probably not in
    /// counts.</summary>
    public const double LeastGain = 0.5, MostGain = 1.5;

    private const int LeastGapCounts = 2, LeastSumsOfGain = 3;

    /// <summary>The neighbouring lines that are furthest apart, if the gap is too wide; else null.</summary>
    public (int Below, int Above)? WideGap { get; private init; }

    /// <summary>The slope of the mean level over s, by least squares over the sums within the range of the levels, if it is far from 1;
    /// else null.</summary>
    public double? OddGain { get; private init; }

    /// <summary>Whether nothing suggests a faulty chip or a faulty table. Interpolation over a narrow gap does not count.</summary>
    public bool LooksSound => DecreasingSums.Count == 0 && UnusedCodes.Count == 0 && BimodalSums.Count == 0 && !IsSingleStep
        && WideGap is null && OddGain is null;

    public static MeasuredTableReport Create(MeasuredTable table)
    {
        var sums = Enumerable.Range(table.LeastSum, table.MostSum - table.LeastSum + 1).ToArray();
        double[] means = Array.ConvertAll(sums, s => MeanLevel(table, s));
        double allowedDecrease = DecreaseShare * Math.Abs(AdcTransfer.LsbOf(table.LevelCounts));
        return new(
            table.Source, table.LeastSum, table.MostSum, table.InterpolatedSums,
            [.. sums.Where((_, i) => i > 0 && means[i] < means[i - 1] - allowedDecrease)],
            [.. Enumerable.Range(0, table.Codes).Where(code => sums.All(s => table.Probability(s, code) < UnusedProbability))],
            [.. sums.Where(s => IsBimodal(table, s))],
            table.Codes > 2 && sums.All(s => table.Probability(s, 0) + table.Probability(s, table.Codes - 1) > 1 - UnusedProbability))
        {
            WideGap = WidestGap(table) is var gap
                && gap.Above - gap.Below > Math.Max(LeastGapCounts, MostGapLsb * Math.Abs(AdcTransfer.LsbOf(table.LevelCounts)))
                ? gap : null,
            OddGain = Gain(table, sums, means) is { } gain && gain is < LeastGain or > MostGain ? gain : null,
        };
    }

    private static (int Below, int Above) WidestGap(MeasuredTable table)
    {
        var widest = (Below: table.LeastSum, Above: table.LeastSum);
        var interpolated = table.InterpolatedSums.ToHashSet();
        for (int s = table.LeastSum + 1, below = table.LeastSum; s <= table.MostSum; s++)
        {
            if (interpolated.Contains(s)) continue;
            if (s - below > widest.Above - widest.Below) widest = (below, s);
            below = s;
        }
        return widest;
    }

    /// <summary>The slope over the sums within the end levels, beyond which an ADC clips; null if there are too few such sums.</summary>
    private static double? Gain(MeasuredTable table, int[] sums, double[] means)
    {
        double low = table.LevelCounts.Min(), high = table.LevelCounts.Max();
        int[] within = [.. Enumerable.Range(0, sums.Length).Where(i => sums[i] >= low && sums[i] <= high)];
        if (within.Length < LeastSumsOfGain) return null;
        double meanSum = within.Average(i => (double)sums[i]), meanLevel = within.Average(i => means[i]);
        return within.Sum(i => (sums[i] - meanSum) * (means[i] - meanLevel)) / within.Sum(i => (sums[i] - meanSum) * (sums[i] - meanSum));
    }

    private static double MeanLevel(MeasuredTable table, int s)
    {
        double mean = 0;
        for (int code = 0; code < table.Codes; code++) mean += table.Probability(s, code) * table.LevelCounts[code];
        return mean;
    }

    // Bimodal: over ascending codes the probability rises to a peak, falls below half of the lower peak, and rises to another peak.
    private static bool IsBimodal(MeasuredTable table, int s)
    {
        double peak = 0, valley = 0;
        for (int code = 0; code < table.Codes; code++)
        {
            double probability = table.Probability(s, code);
            if (peak >= PeakProbability && probability >= PeakProbability && valley < 0.5 * Math.Min(peak, probability)) return true;
            if (probability > peak) (peak, valley) = (probability, probability);
            valley = Math.Min(valley, probability);
        }
        return false;
    }
}
