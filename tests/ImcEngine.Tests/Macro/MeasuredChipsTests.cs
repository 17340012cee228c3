using System.Globalization;
using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

/// <summary>Measured silicon: the tables of ../shared/chips, and what D21's own code made of two of them (../shared/noise).</summary>
public class MeasuredChipsTests
{
    private static readonly string[] Faulty = ["chip4", "chip7", "chip14", "chip11", "prob_50MHz_54_0C", "prob_40MHz_54.csv",
        "prob_40MHz_54_25C"];

    [NeedsSharedFact("chips")]
    public void Every_table_is_read_and_only_the_faulty_chips_look_unsound()
    {
        string[] files = Directory.GetFiles(NeedsSharedFactAttribute.Find("chips")!, "*.csv");
        Assert.Equal(22, files.Length);
        foreach (string file in files)
        {
            var table = MeasuredTable.Read(file);
            Assert.Contains(table.Codes, new[] { 11, 91 });
            Assert.Equal(table.Codes == 11 ? 60 : 45, table.LevelCounts[^1]);
            var report = MeasuredTableReport.Create(table);
            Assert.Equal(table.Codes == 11 ? 256 : 0, report.InterpolatedSums.Count);
            bool faulty = Faulty.Any(
                name => file.Contains(name + (name.EndsWith(".csv", StringComparison.Ordinal) ? "" : "."), StringComparison.Ordinal));
            Assert.True(report.LooksSound != faulty, $"{Path.GetFileName(file)}: {report}");
        }
    }

    [NeedsSharedFact("chips")]
    public void Chips_4_7_and_14_are_bimodal_over_dozens_of_sums_and_chip_11_is_a_single_step()
    {
        foreach (string chip in new[] { "4", "7", "14" }) Assert.True(Report(chip).BimodalSums.Count > 60, $"Chip {chip}.");
        Assert.True(Report("11").IsSingleStep);
        Assert.Equal(9, Report("11").UnusedCodes.Count);
        Assert.False(Report("4").IsSingleStep);
        Assert.True(Report("7").DecreasingSums.Count > 20);
    }

    [NeedsSharedFact("noise")]
    public void Probabilities_of_all_sums_are_those_of_D21_and_samples_follow_them()
    {
        string noise = NeedsSharedFactAttribute.Find("noise")!, chips = NeedsSharedFactAttribute.Find("chips")!;
        foreach (var (theirs, ours) in new[] { ("i2_codeprob_prob.csv", "prob.csv"),
            ("i2_codeprob_prob_0p6_0p3_linear_chip4.csv", "xnor_sram_prob_0p6_0p3_linear_chip4.csv") })
        {
            var table = MeasuredTable.Read(Path.Combine(chips, ours));
            string[] lines = File.ReadAllLines(Path.Combine(noise, theirs));
            Assert.Equal(514, lines.Length);
            foreach (string line in lines.Skip(1))
            {
                double[] fields = [.. line.Split(',').Select(field => double.Parse(field, CultureInfo.InvariantCulture))];
                RequireAgreement(table, (int)fields[0], fields[1..12], fields[14], fields[15]);
            }
        }
    }

    // Their probabilities are float32; a cumulative sum near 1 has steps of 6e-8.
    // The last code of ours also takes what a row lacks in sum (D21's chip files: up to 1.6e-4).
    private static void RequireAgreement(MeasuredTable table, int s, double[] probabilities, double sampledMean, double sampledSigma)
    {
        for (int code = 0; code < 10; code++)
            Assert.True(Math.Abs(table.Probability(s, code) - probabilities[code]) < 5e-7,
                $"{table.Source}, s = {s}, code {code}: {table.Probability(s, code)}, D21 {probabilities[code]}.");
        var expected = SampleBounds.Of([.. Enumerable.Range(-5, 11).Select(code => ((double)code, table.Probability(s, code + 5)))]);
        double[] ours = [.. Enumerable.Range(0, 4000)
            .Select(i => (double)table.Sample(s, Draws.Conversion(new(1, DrawPurpose.Conversion, 0), new(0, 0, i, s + 256, 0, 0))) - 5)];
        expected.Require(sampledMean, sampledSigma, 4000, 4 * 513, $"D21's sample of {table.Source}, s = {s}");
        expected.Require(ours.Average(), SampleBounds.Sigma(ours), 4000, 4 * 513, $"Our sample of {table.Source}, s = {s}");
    }

    private static MeasuredTableReport Report(string chip) =>
        MeasuredTableReport.Create(
            MeasuredTable.Read(Path.Combine(NeedsSharedFactAttribute.Find("chips")!, $"xnor_sram_prob_0p6_0p3_linear_chip{chip}.csv")));
}
