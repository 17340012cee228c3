using System.Globalization;
using System.Text.Json;
using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

/// <summary>
/// ../shared/noise: mean and standard deviation of D21's quantizer per ideal partial sum,
/// 20,000 samples each, under bitline noise and column offsets.
/// Both D21's sample and ours must lie within bounds of the exact distribution that follow from the number of samples.
/// </summary>
public class D21NoiseTests
{
    private const int Samples = 20_000;

    [NeedsSharedFact("noise")]
    public void Bitline_noise_and_column_offsets_have_the_mean_and_sigma_of_D21_at_every_sum()
    {
        string folder = NeedsSharedFactAttribute.Find("noise")!;
        using var index = JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "index.json")));
        var cases = index.RootElement.EnumerateArray()
            .Where(entry => entry.GetProperty("element").GetString() is "bitline" or "offset").ToArray();
        Assert.Equal(30, cases.Length);
        int comparisons = cases.Length * 73 * 2;
        foreach (var entry in cases)
        {
            string file = entry.GetProperty("file").GetString()!;
            bool isOffset = entry.GetProperty("element").GetString() == "offset";
            double sigmaCounts = entry.GetProperty("sigma").GetDouble();
            Assert.Equal(Samples, entry.GetProperty("samples").GetInt32());
            double[] edges = Numbers(entry, "edges"), levels = Numbers(entry, "levels");
            var adc = new AdcTransfer(edges, levels, TieRule.Down, AdcTransfer.LsbOf(levels), AccumulationUnit.Levels);
            long[][] columns = isOffset ? Columns(adc, sigmaCounts) : [];
            string[] lines = File.ReadAllLines(Path.Combine(folder, file));
            Assert.Equal(74, lines.Length);
            foreach (string line in lines.Skip(1))
            {
                double[] theirs = [.. line.Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
                int s = (int)theirs[0];
                double[] ours = isOffset ? UnderOffsets(adc, columns, s) : UnderNoise(adc, sigmaCounts, s);
                var expected = SampleBounds.Of(Distribution(adc, sigmaCounts, s));
                expected.Require(theirs[1], theirs[2], Samples, comparisons, $"D21's {file}, s = {s}");
                expected.Require(ours.Average(), SampleBounds.Sigma(ours), Samples, comparisons, $"Ours for {file}, s = {s}");
            }
        }
    }

    [NeedsSharedFact("noise")]
    public void Second_stage_noise_takes_integers_in_the_frequencies_of_D21()
    {
        string[] lines = File.ReadAllLines(Path.Combine(NeedsSharedFactAttribute.Find("noise")!, "i2_noise9_m-0.8_s2.8.csv"));
        const int draws = 400_000;
        var seen = Enumerable.Range(0, draws)
            .CountBy(i => ConversionNoise.SecondStageCodes(-0.8, 2.8,
                Draws.Conversion(new(1, DrawPurpose.SecondStage, 0), new(0, i & 63, 0, i >> 6, 0, 0)))).ToDictionary();
        double alpha = 1e-4 / (2 * lines.Length);
        foreach (string line in lines.Skip(1))
        {
            double[] fields = [.. line.Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
            double expected = draws * fields[1];
            foreach (double count in new[] { seen.GetValueOrDefault((int)fields[0]), Math.Round(draws * fields[2]) })
                Assert.True(BinomialTwoSided(count, expected) > alpha, $"{fields[0]}: {count} of {draws}; expected {expected}.");
        }
    }

    // A Poisson count is wider than a binomial one, so this refuses less than it might, by at most 7 % of sigma here.
    private static double BinomialTwoSided(double count, double expected) => Distributions.PoissonTwoSided((long)count, expected);

    private static double[] UnderNoise(AdcTransfer adc, double sigmaCounts, int s)
    {
        double sigma = ConversionNoise.SigmaCounts(new DieSpec { BitlineNoiseCounts = sigmaCounts }, adc.LsbCounts);
        var stream = new DrawStream(1, DrawPurpose.Conversion, 0);
        double[] levels = new double[Samples];
        for (int i = 0; i < Samples; i++)
        {
            uint u = Draws.Conversion(stream, new(0, i & 63, s + 1000, i >> 6, 0, 0));
            levels[i] = adc.LevelCounts[adc.CodeOf(4096L * s + ConversionNoise.Quanta(sigma, u))];
        }
        return levels;
    }

    private static long[][] Columns(AdcTransfer adc, double sigmaCounts)
    {
        var macro = new MacroSpec { Die = new DieSpec { ColumnOffsetCounts = sigmaCounts } };
        var sampler = new DieSampler(macro, 1, 0);
        return [.. Enumerable.Range(0, Samples).Select(column =>
        {
            long[] edges = new long[adc.Codes - 1];
            ColumnEdges.Compute(adc, macro.Die, sampler.Column(0, column, 0, adc), edges);
            return edges;
        })];
    }

    private static double[] UnderOffsets(AdcTransfer adc, long[][] columns, int s) =>
        Array.ConvertAll(columns, edges =>
        {
            int code = 0;
            foreach (long edge in edges) code += 4096L * s > edge ? 1 : 0;
            return adc.LevelCounts[code];
        });

    private static (double Level, double P)[] Distribution(AdcTransfer adc, double sigmaCounts, int s)
    {
        double Below(int edge) => edge < 0 ? 0 : edge == adc.EdgeCounts.Length ? 1
            : Distributions.NormalCdf((adc.EdgeCounts[edge] - s) / sigmaCounts);
        return [.. adc.LevelCounts.Select((level, code) => (level, Below(code) - Below(code - 1)))];
    }

    private static double[] Numbers(JsonElement entry, string name) =>
        [.. entry.GetProperty(name).EnumerateArray().Select(number => number.GetDouble())];
}
