using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

/// <summary>
/// What a die does to partial sums, by the laws that it is drawn from. Every statistic of every one of 20 consecutive seeds must have a
/// p-value above 1e-4 / (all statistics); sigmas 3 % larger,
/// an offset that two columns share and neighbours that are correlated must fall below the same bound.
/// <code>
/// charge sharing, n of N cells driven:   v - edge(n) = sum of eps over the driven - n * meanEps, variance n (1 - n/N) sigma^2
/// column offset; bitline, comparator noise:   edge, or v, moves by N(0, sigma)
/// </code>
/// </summary>
public class DieStatisticsTests
{
    private const int Seeds = 20, StatisticsPerSample = 3, Samples = 1 << 16;

    /// <summary>One quantum of rounding is uniform: variance 1/12.</summary>
    private const double Rounding = 1.0 / 12;

    private static readonly Dictionary<string, Law> Laws = new()
    {
        ["charge sharing, sigma 0.2 %"] = ChargeSharing(0.002),
        ["charge sharing, sigma 0.5 %"] = ChargeSharing(0.005),
        ["charge sharing, sigma 2.1 %"] = ChargeSharing(0.021),
        ["charge sharing, sigma 6 %"] = ChargeSharing(0.06),
        ["column offset, counts"] = new((seed, scale) => Offsets(new() { ColumnOffsetCounts = 0.7 * scale }, seed), 0.7 * 4096, Rounding),
        ["column offset, LSB"] = new((seed, scale) => Offsets(new() { ColumnOffsetLsb = 0.1 * scale }, seed), 0.1 * 4 * 4096, Rounding),
        ["bitline noise"] = new((seed, scale) => Noise(new() { BitlineNoiseCounts = 0.5 * scale, ParasiticRelative = 0.25 }, seed),
            0.5 * 1.25 * 4096, Rounding),
        ["comparator noise"] = new((seed, scale) => Noise(new() { ComparatorNoiseLsb = 0.2 * scale }, seed), 0.2 * 4 * 4096, Rounding),
    };

    private static readonly double Alpha = 1e-4 / (Seeds * StatisticsPerSample * Laws.Count);

    public static TheoryData<string> Names => [.. Laws.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Mean_variance_and_independence_of_neighbours_are_those_of_theory(string name)
    {
        var law = Laws[name];
        for (uint seed = 1; seed <= Seeds; seed++)
            foreach (var (statistic, p) in law.PValues(law.Quanta(seed, 1)))
                Assert.True(p > Alpha, $"{name}, seed {seed}, {statistic}: p = {p:E2}, allowed from {Alpha:E2}.");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void A_sigma_three_percent_larger_a_shared_offset_and_correlated_neighbours_are_caught(string name)
    {
        var law = Laws[name];
        for (uint seed = 1; seed <= Seeds; seed++)
        {
            double[] quanta = law.Quanta(seed, 1);
            RequireCaught("variance", law, law.Quanta(seed, 1.03), seed);
            RequireCaught("correlation of neighbours", law, [.. quanta.Select((x, i) => i % 2 == 0 ? x : quanta[i - 1])], seed);
            // Variance stays: 0.1 of the neighbour, sqrt(1 - 0.01) of its own.
            RequireCaught("correlation of neighbours", law,
                [.. quanta.Select((x, i) => i == 0 ? x : 0.1 * quanta[i - 1] + Math.Sqrt(0.99) * x)], seed);
            RequireCaught("mean", law, [.. quanta.Select(x => x + 0.04 * law.SigmaQuanta)], seed);
        }
    }

    private static void RequireCaught(string statistic, Law law, double[] quanta, uint seed)
    {
        double p = law.PValues(quanta).Single(value => value.Statistic == statistic).P;
        Assert.True(p <= Alpha, $"Seed {seed}: the {statistic} passes, p = {p:E2}; {Alpha:E2} is the bound.");
    }

    private static Law ChargeSharing(double sigma)
    {
        const int Cells = 16, Driven = 6;
        const double Share = Driven * (1 - (double)Driven / Cells);
        // Each cell is rounded to quanta, and so is the edge.
        return new((seed, scale) => ChargeSharing(sigma * scale, seed, Cells, Driven), Math.Sqrt(Share) * sigma * 4096,
            Share * Rounding + Rounding);
    }

    /// <summary>Every driven row stores 1, so v = 4096 n + sum of eps; the edge at n counts has moved by the mean of all cells.</summary>
    private static double[] ChargeSharing(double sigma, uint seed, int cells, int driven)
    {
        var macro = new MacroSpec { Rows = cells, Die = new() { CellMismatchRelative = sigma } };
        var sampler = new DieSampler(macro, seed, layer: 1);
        long[] v = new long[Samples], all = new long[Samples];
        int[] row = new int[Samples];
        for (int cell = 0; cell < cells; cell++)
        {
            sampler.CellEpsQuanta(0, cell, row);
            for (int column = 0; column < Samples; column++)
            {
                all[column] += row[column];
                if (cell < driven) v[column] += AdcTransfer.QuantaPerCount + row[column];
            }
        }
        var adc = new AdcTransfer([driven], [0, 1], TieRule.Down, 1, AccumulationUnit.Levels);
        return [.. v.Select((sum, column) => (double)sum - EdgeQuanta(adc, macro, sampler, column, all[column]))];
    }

    private static double[] Offsets(DieSpec die, uint seed)
    {
        var macro = new MacroSpec { Die = die };
        var sampler = new DieSampler(macro, seed, layer: 1);
        var adc = new AdcTransfer([8], [6, 10], TieRule.Down, 4, AccumulationUnit.Levels);
        return [.. Enumerable.Range(0, Samples)
            .Select(column => (double)EdgeQuanta(adc, macro, sampler, column, 0) - 8 * AdcTransfer.QuantaPerCount)];
    }

    /// <summary>Conversions of 64 columns at one pixel after the other.</summary>
    private static double[] Noise(DieSpec die, uint seed)
    {
        double sigmaCounts = ConversionNoise.SigmaCounts(die, lsbCounts: 4);
        var stream = new DrawStream(seed, DrawPurpose.Conversion, 1);
        return [.. Enumerable.Range(0, Samples)
            .Select(i => (double)ConversionNoise.Quanta(sigmaCounts, Draws.Conversion(stream, new(0, i & 63, 2, i >> 6, 0, 0))))];
    }

    private static long EdgeQuanta(AdcTransfer adc, MacroSpec macro, DieSampler sampler, int column, long epsSumQuanta)
    {
        long[] edges = new long[1];
        ColumnEdges.Compute(adc, macro.Die, sampler.Column(0, column, epsSumQuanta, adc), edges);
        return edges[0];
    }

    /// <param name="Quanta">A sample of a seed, with sigma scaled.</param>
    /// <param name="SigmaQuanta">Before rounding.</param>
    /// <param name="RoundingVariance">What rounding to quanta adds.</param>
    private sealed record Law(Func<uint, double, double[]> Quanta, double SigmaQuanta, double RoundingVariance)
    {
        public IEnumerable<(string Statistic, double P)> PValues(double[] quanta)
        {
            double variance = SigmaQuanta * SigmaQuanta + RoundingVariance, root = Math.Sqrt(Samples);
            yield return ("mean", Distributions.NormalTwoSided(quanta.Average() / Math.Sqrt(variance) * root));
            yield return ("variance",
                Distributions.NormalTwoSided((quanta.Sum(x => x * x) / Samples / variance - 1) / Math.Sqrt(2) * root));
            yield return ("correlation of neighbours",
                Distributions.NormalTwoSided(quanta.Zip(quanta.Skip(1), (x, y) => x * y).Sum() / variance / root));
        }
    }
}
