namespace ImcEngine.Macro;

/// <summary>
/// Edges and levels with the least sum of weight * (level(code(s)) - s)^2 of any converter with a number of codes (Lloyd, IEEE Trans. Inf.
/// Theory 28, 1982; Max, IRE Trans. Inf. Theory 6, 1960). The sums that occurred are cut into runs, one per code:
/// <code>
/// cost of a run   S2 - S1^2 / S0        S0, S1, S2 = sums of weight, weight * s, weight * s^2
/// best(k, n)      min over m of best(k - 1, m) + cost of the sums m .. n-1
/// edge, level     halfway between neighbouring sums of two runs; S1 / S0, rounded half to even to 1/16 count
/// </code>
/// The best m never falls as n rises, so each k takes O(sums log sums) costs (divide and conquer). Costs are integers in 2^-20 of
/// weight * count^2, rounded up once for each run, so sums of costs are exact, and a mirrored histogram has the same costs. Of equal costs
/// the lowest edges are taken. Codes beyond the number of sums stand at the top: their edges lie above all sums that the layer can produce.
/// </summary>
internal static class LloydMax
{
    /// <summary>Levels are multiples of 1 / this, counts.</summary>
    public const int LevelsPerCount = 16;

    /// <summary>The most codes times sums: 256 MiB of choices.</summary>
    private const long MostChoices = 1L << 26;

    private const int FractionBits = 20;

    /// <exception cref="SpecException">The choices of so many codes do not fit memory.</exception>
    public static CodeList Choose(SumHistogram histogram, int codes)
    {
        int sums = histogram.Count, used = Math.Min(codes, sums);
        if ((long)used * sums > MostChoices)
            throw new SpecException("calibration.design", $"lloydMax with {codes} codes and {sums} different partial sums",
                $"allowed are at most {MostChoices} codes times sums; lower macro.adc.bits or take design mse");
        int[] ends = RunEnds(histogram, used);
        double[] edges = new double[codes - 1], levels = new double[codes];
        for (int k = 0, first = 0; k < used; first = ends[k++])
        {
            levels[k] = Level(histogram.Moments(first, ends[k]));
            if (k > 0) edges[k - 1] = (histogram.Sums[first - 1] + (double)histogram.Sums[first]) / 2;
        }
        Array.Fill(levels, levels[used - 1], used, codes - used);
        Array.Fill(edges, histogram.MostProducible + 0.5, used - 1, codes - used);
        return new(edges, levels);
    }

    /// <summary>Returns the end of each run, as numbers of sums.</summary>
    private static int[] RunEnds(SumHistogram histogram, int runs)
    {
        int sums = histogram.Count;
        var best = new Int128[sums + 1];
        for (int n = 1; n <= sums; n++) best[n] = Cost(histogram.Moments(0, n));
        // starts[k - 1][n]: where the last of k + 1 runs starts that hold the first n sums.
        var starts = new int[runs - 1][];
        for (int k = 1; k < runs; k++)
        {
            var (before, after, start) = (best, new Int128[sums + 1], new int[sums + 1]);
            // Of the last cut only the whole is needed.
            Cut(k == runs - 1 ? sums : k + 1, sums, k, sums - 1);
            (best, starts[k - 1]) = (after, start);

            void Cut(int leastEnd, int mostEnd, int leastStart, int mostStart)
            {
                if (leastEnd > mostEnd) return;
                int end = (leastEnd + mostEnd) / 2, at = leastStart;
                Int128 least = Int128.MaxValue;
                for (int m = leastStart; m <= Math.Min(mostStart, end - 1); m++)
                    if (before[m] + Cost(histogram.Moments(m, end)) is var cost && cost < least) (least, at) = (cost, m);
                (after[end], start[end]) = (least, at);
                Cut(leastEnd, end - 1, leastStart, at);
                Cut(end + 1, mostEnd, at, mostStart);
            }
        }
        int[] ends = new int[runs];
        ends[^1] = sums;
        for (int k = runs - 1; k > 0; k--) ends[k - 1] = starts[k - 1][ends[k]];
        return ends;
    }

    /// <summary>Returns the cost of a run, in 2^-20.</summary>
    private static Int128 Cost((Int128 Weight, Int128 First, Int128 Second) run)
    {
        // From a whole number near the mean the first moment is below the weight, so its square fits 128 bits.
        var (origin, first) = Int128.DivRem(run.First, run.Weight);
        var second = run.Second - (2 * origin * run.First) + (origin * origin * run.Weight);
        var (whole, rest) = Int128.DivRem(first * first, run.Weight);
        return ((second - whole) << FractionBits) - ((rest << FractionBits) / run.Weight);
    }

    private static double Level((Int128 Weight, Int128 First, Int128 Second) run)
    {
        var (units, rest) = Int128.DivRem(LevelsPerCount * run.First, run.Weight);
        if (rest < 0) (units, rest) = (units - 1, rest + run.Weight);
        if (2 * rest > run.Weight || (2 * rest == run.Weight && Int128.IsOddInteger(units))) units++;
        return (double)units / LevelsPerCount;
    }
}
