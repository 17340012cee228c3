using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Tests.Cli;

/// <summary>Accuracies and differences that <c>compare</c>, <c>attribute</c> and <c>study</c> report carry intervals.</summary>
public sealed class ComparisonIntervalsTests : IDisposable
{
    private const string Offsets = "macro.die.columnOffsetCounts=2", NotDistinguishable = "not distinguishable from 0";

    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Accuracies_and_losses_are_those_of_the_images()
    {
        var (document, run) = await Compare("--set", "macro.adc.bits=2");
        int images = (int)document["images"]!;
        foreach (string name in new[] { "floatTop1", "digitalTop1", "imcTop1" })
        {
            var interval = new Proportion((int)Math.Round((double)document[name]! * images), images).Interval95;
            Assert.Equal((interval.Low, interval.High), Ends(document[$"{name}Interval95"]!));
        }
        foreach (var (name, better, worse) in new[] { ("imcAgainstDigital", "digitalTop1", "imcTop1"),
            ("imcAgainstFloat", "floatTop1", "imcTop1"), ("digitalAgainstFloat", "floatTop1", "digitalTop1") })
        {
            var difference = new PairedDifference((int)document[name]!["imagesLost"]!, (int)document[name]!["imagesWon"]!, images);
            Assert.Equal((double)document[better]! - (double)document[worse]!, (double)document[name]!["lossTop1"]!, 12);
            Assert.Equal((difference.Interval95.Low, difference.Interval95.High), Ends(document[name]!["interval95"]!));
            Assert.Equal((difference.ExactP, difference.IsDistinguishable),
                ((double)document[name]!["exactP"]!, (bool)document[name]!["distinguishable"]!));
        }
        Assert.Contains(run.Lines, line => line.StartsWith("the same file in float (OnnxRuntime) ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("256 rows, ADC 2 bits, calibrated range ", StringComparison.Ordinal)
            && line.Contains(" digital ", StringComparison.Ordinal)
            && line.EndsWith(NotDistinguishable, StringComparison.Ordinal));
        Assert.All(run.Lines, line => Assert.True(line.Length <= 140 || !line.Contains("  ", StringComparison.Ordinal), line));
    }

    [Fact]
    public async Task Several_dies_are_led_by_their_mean_and_the_first_is_marked()
    {
        var (document, run) = await Compare("--dies", "3", "--die", "5", "--set", Offsets);
        double mean = (double)document["monteCarlo"]!["meanTop1"]!, digital = (double)document["digitalTop1"]!;
        string name = "256 rows, ADC 4 bits, calibrated range, columnOffsetCounts 2";
        Assert.Contains($"Setting 1: {name}", run.Lines);
        string main = run.Lines.First(line => line.StartsWith("setting 1, mean of 3 dies ", StringComparison.Ordinal));
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" {mean * 100:F2} %"), main, StringComparison.Ordinal);
        int first = Array.IndexOf(run.Lines, main) + 1;
        Assert.StartsWith("  first die, 5 ", run.Lines[first], StringComparison.Ordinal);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $" {(double)document["imcTop1"]! * 100:F2} %"), run.Lines[first],
            StringComparison.Ordinal);
        var (low, high) = Ends(document["monteCarlo"]!["interval95"]!);
        Assert.Equal(digital - mean, (double)document["monteCarlo"]!["againstDigital"]!["lossTop1"]!, 12);
        Assert.Equal((digital - high, digital - low), Ends(document["monteCarlo"]!["againstDigital"]!["interval95"]!));
        Assert.Contains(run.Lines,
            line => line.EndsWith("They hold for other dies on these images, not other images.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Equal_dies_say_nothing_of_others()
    {
        var (document, run) = await Compare("--dies", "3");
        Assert.Null(document["monteCarlo"]!["interval95"]);
        Assert.DoesNotContain(run.Lines, line => line.Contains("mean of", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Settings_on_one_die_are_paired_by_images()
    {
        var (document, run) = await Compare("--versus", "macro.adc.bits=1");
        var difference = document["differences"]![0]!;
        int images = (int)document["images"]!;
        var loss = new PairedDifference((int)difference["imagesLost"]!, (int)difference["imagesWon"]!, images);
        var points = document["points"]!;
        Assert.Equal((double)points[0]!["imcTop1"]! - (double)points[1]!["imcTop1"]!, (double)difference["lossTop1"]!, 12);
        Assert.Equal((loss.Interval95.Low, loss.Interval95.High), Ends(difference["interval95"]!));
        Assert.Equal(loss.ExactP, (double)difference["exactP"]!);
        Assert.Contains(run.Lines,
            line => line.StartsWith("macro.adc.bits=1 ", StringComparison.Ordinal) && line.Contains(" images ", StringComparison.Ordinal));
        Assert.Contains(run.Lines, line => line.StartsWith("Paired by images: on one die", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_source_that_costs_an_image_or_none_is_not_said_to_cost_anything()
    {
        var run =
            (await ImcRun.Of("attribute", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--stats", "0", "--json",
                _files["a.json"])).Succeeds();
        var document = JsonNode.Parse(File.ReadAllText(_files["a.json"]))!;
        foreach (var source in document["sources"]!.AsArray())
        {
            var cost = source!["alone"]!["cost"]!;
            Assert.Equal((double)source["alone"]!["costTop1"]!, (double)cost["lossTop1"]!);
            var difference = new PairedDifference((int)cost["imagesLost"]!, (int)cost["imagesWon"]!, (int)document["images"]!);
            Assert.Equal((difference.Interval95.Low, difference.Interval95.High), Ends(cost["interval95"]!));
            // Seven images tell nothing apart unless six or more of them turn.
            Assert.Contains(run.Lines, line => line.StartsWith($"{source["name"]} ", StringComparison.Ordinal)
                && line.EndsWith(NotDistinguishable, StringComparison.Ordinal));
        }
        Assert.DoesNotContain(run.Lines, line => line.Contains('+', StringComparison.Ordinal) && line.EndsWith('%'));
    }

    private static (double, double) Ends(JsonNode interval) => ((double)interval[0]!, (double)interval[1]!);

    private async Task<(JsonNode Document, ImcRun Run)> Compare(params string[] options)
    {
        string file = _files["c.json"];
        var run =
            (await ImcRun.Of(["compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--stats", "0", "--json",
                file, .. options])).Succeeds();
        return (JsonNode.Parse(File.ReadAllText(file))!, run);
    }
}
