namespace ImcEngine.Macro;

/// <summary>
/// Chooses the end levels of a uniform ADC from a histogram of partial sums: the designs mse, percentile and minmax.
/// All arithmetic is in one fixed order, so equal histograms give equal ranges.
/// <list type="bullet">
/// <item>If L levels can cover every sum that occurred (a lattice with their greatest common step), the range is that lattice, which has no
/// error.</item>
/// <item><c>minmax</c>: the least and the greatest sum.</item>
/// <item><c>percentile</c> p: the narrowest range with at most (100 - p) / 2 % of the weight outside at each end.</item>
/// <item><c>mse</c>: the range with the least sum of weight * (level(code(s)) - s)^2. The search tries a grid of 33 x 33 pairs of ends from
/// the least to the greatest sum, then refines three times around the best pair with a quarter of the step. Ends are rounded to quanta; the
/// first of equal pairs wins.</item>
/// </list>
/// </summary>
internal static class RangeCalibration
{
    private const int GridSteps = 32;
    private const int Refinements = 3;

    /// <summary>Returns the end levels for a histogram.</summary>
    /// <param name="weights">The weight of partial sum <paramref name="leastSum"/> + index, never negative, for every sum that the layer
    /// can produce.</param>
    /// <param name="leastSum">The partial sum at index 0.</param>
    /// <param name="levels">The ADC's number of levels L, at least 2.</param>
    /// <exception cref="ArgumentException">The histogram is empty.</exception>
    public static CountRange Choose(ReadOnlySpan<long> weights, int leastSum, int levels, CalibrationSpec calibration,
        TieRule ties = TieRule.Down)
    {
        int first = weights.IndexOfAnyExcept(0L), last = weights.LastIndexOfAnyExcept(0L);
        if (first < 0) throw new ArgumentException("The histogram holds no partial sum; calibrate on at least one image.", nameof(weights));
        if (ExactLattice(weights, leastSum, levels) is { } lattice) return lattice.Ends;

        switch (calibration.Design)
        {
            case ConverterDesign.MinMax:
                return new(leastSum + first, leastSum + last);
            case ConverterDesign.Percentile:
                var (low, high) = Percentile(weights, calibration.Percentile);
                return new(leastSum + low, leastSum + Math.Max(high, low + 1));
            default:
                return LeastSquares(Occurring(weights, leastSum), levels, ties);
        }
    }

    /// <summary>Sum of weight * (level(code(s)) - s)^2, counts squared.</summary>
    public static double SquaredError(ReadOnlySpan<long> weights, int leastSum, AdcTransfer transfer) =>
        SquaredError(Occurring(weights, leastSum), transfer);

    private static double SquaredError((int Sum, long Weight)[] occurring, AdcTransfer transfer)
    {
        double error = 0;
        int code = 0;
        foreach (var (s, weight) in occurring)
        {
            while (code < transfer.Thresholds.Length && s >= transfer.Thresholds[code]) code++;
            double deviation = transfer.LevelCounts[code] - s;
            error += weight * (deviation * deviation);
        }
        return error;
    }

    /// <summary>Returns the sums that occurred, ascending, with their weights. The others add exactly 0 to an error, and of long digits
    /// they are millions.</summary>
    private static (int Sum, long Weight)[] Occurring(ReadOnlySpan<long> weights, int leastSum)
    {
        var occurring = new List<(int Sum, long Weight)>();
        for (int i = 0; i < weights.Length; i++)
            if (weights[i] != 0) occurring.Add((leastSum + i, weights[i]));
        return [.. occurring];
    }

    /// <summary>Levels on which every sum of a histogram lies.</summary>
    /// <param name="Step">The distance of neighbouring levels, counts.</param>
    internal readonly record struct Lattice(CountRange Ends, int Step)
    {
        public bool HasZero => Ends.LowCounts <= 0 && Ends.HighCounts >= 0 && Ends.LowCounts % Step == 0;
    }

    /// <summary>Returns the lattice of the sums' greatest common step; null if it has more points than levels.</summary>
    /// <param name="weights">As for <see cref="Choose"/>, not all 0.</param>
    internal static Lattice? ExactLattice(ReadOnlySpan<long> weights, int leastSum, int levels)
    {
        int first = weights.IndexOfAnyExcept(0L), last = weights.LastIndexOfAnyExcept(0L), step = 0;
        for (int i = first; i <= last; i++)
            if (weights[i] != 0) step = GreatestCommonDivisor(step, i - first);
        step = Math.Max(step, 1);
        long spare = levels - 1 - ((last - first) / step);
        if (spare < 0) return null;

        // Spare levels are split between both ends, at the low end only as far as sums can be produced there.
        long below = Math.Min(spare / 2, first / step);
        long start = first - (below * step);
        return new(new(leastSum + start, leastSum + start + ((long)step * (levels - 1))), step);
    }

    private static int GreatestCommonDivisor(int a, int b) => b == 0 ? a : GreatestCommonDivisor(b, a % b);

    private static (int Low, int High) Percentile(ReadOnlySpan<long> weights, double percentile)
    {
        long total = 0;
        foreach (long weight in weights) total += weight;
        double outside = total * ((100 - percentile) / 200);
        int low = 0, high = weights.Length - 1;
        for (long left = weights[low]; left <= outside; left += weights[low]) low++;
        for (long right = weights[high]; right <= outside; right += weights[high]) high--;
        return low < high ? (low, high) : (high, low);
    }

    private static CountRange LeastSquares((int Sum, long Weight)[] occurring, int levels, TieRule ties)
    {
        double least = occurring[0].Sum, most = occurring[^1].Sum, step = (most - least) / GridSteps;
        var best = new CountRange(least, most);
        double bestError = Error(occurring, best, levels, ties);
        Search(new(least, least), GridSteps, 0);
        for (int i = 0; i < Refinements; i++)
        {
            step /= 4;
            Search(best, 4, -4);
        }
        return best;

        void Search(CountRange origin, int stepsUp, int stepsDown)
        {
            for (int i = stepsDown; i <= stepsUp; i++)
                for (int j = stepsDown; j <= stepsUp; j++)
                {
                    var candidate = new CountRange(OnQuantum(origin.LowCounts + (i * step)), OnQuantum(origin.HighCounts + (j * step)));
                    if (!(candidate.LowCounts < candidate.HighCounts)) continue;
                    double error = Error(occurring, candidate, levels, ties);
                    if (!(error < bestError)) continue;
                    bestError = error;
                    best = candidate;
                }
        }
    }

    private static double Error((int Sum, long Weight)[] occurring, CountRange range, int levels, TieRule ties)
    {
        // 'even' needs a level 0, which a candidate may lack; the tie rule hardly changes the error.
        var transfer = AdcFactory.UniformByRange(levels, range, ties == TieRule.Even ? TieRule.Down : ties);
        return SquaredError(occurring, transfer);
    }

    private static double OnQuantum(double counts) => AdcTransfer.ToQuanta(counts) / (double)AdcTransfer.QuantaPerCount;
}
