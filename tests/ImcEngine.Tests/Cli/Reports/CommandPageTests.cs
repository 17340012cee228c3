using System.Text.Json.Nodes;
using System.Xml.Linq;
using ImcEngine.Tests.Cli.Optimization;

namespace ImcEngine.Tests.Cli.Reports;

/// <summary>The pages and plots that commands write, on a tiny network.</summary>
public sealed class CommandPageTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_comparison_shows_what_it_prints_with_intervals_hashes_and_the_command()
    {
        var run = await Run("compare", "--model", _files.Model(4), "--data", _files.Data, "--set", "calibration.count=2",
            "--set", "macro.adc.bits=4", "--dies", "3",
            "--set", "macro.die.columnOffsetCounts=0.5", "--json", _files["c.json"]);
        var page = ReportFiles.Page(_files["page.html"]);
        var json = JsonNode.Parse(File.ReadAllText(_files["c.json"]))!;
        string text = page.Value;
        foreach (string field in new[] { "sha256" })
            foreach (string of in new[] { "model", "data" }) Assert.Contains((string)json[of]![field]!, text, StringComparison.Ordinal);
        Assert.Contains((string)json["imcLogitsSha256"]!, text, StringComparison.Ordinal);
        Assert.Contains("--set macro.die.columnOffsetCounts=0.5", text, StringComparison.Ordinal);
        Assert.Contains("\"columnOffsetCounts\": 0.5", text, StringComparison.Ordinal);
        // Every sentence of the report stands in the page; what the run says before stays on the terminal.
        string shown = Words(text);
        foreach (string line in run.Lines.SkipWhile(line => !line.StartsWith("Model ", StringComparison.Ordinal))
            .Where(line => line.EndsWith('.'))) Assert.Contains(Words(line), shown, StringComparison.Ordinal);
        var rows = ReportFiles.Rows(page);
        Assert.Contains(rows, row => row[0] == "layer1.0.conv1");
        string[] plots = ReportFiles.Plots(_files["plots"]);
        Assert.Equal(["accuracy", "dies", "layers-clipped", "layers-energy", "layers-sqnr"],
            plots.Where(name => !name.StartsWith("partial-sums-", StringComparison.Ordinal)));
        Assert.Equal(4, plots.Count(name => name.StartsWith("partial-sums-", StringComparison.Ordinal)));
        Assert.Equal(plots, page.Descendants("figure").Select(figure => (string)figure.Attribute("id")!).Order(StringComparer.Ordinal));
        // The point of each network has the ends of its interval.
        Assert.Contains(Marks(page, "accuracy"), mark => mark.Contains(" .. ", StringComparison.Ordinal));
        Assert.Equal(3, Marks(page, "dies").Count);
    }

    [Fact]
    public async Task Several_settings_are_drawn_over_what_they_differ_in_and_over_energy()
    {
        await Run("compare", "--images", "12", "--no-cache");
        var page = ReportFiles.Page(_files["page.html"]);
        Assert.Equal(["accuracy", "accuracy-energy", "accuracy-over"], ReportFiles.Plots(_files["plots"]));
        Assert.Contains("ADC resolution (bits)", page.Value, StringComparison.Ordinal);
        Assert.Equal(5, Marks(page, "accuracy-energy").Count);
    }

    [Fact]
    public async Task A_study_is_drawn_over_its_axis_with_intervals_and_its_merge_gives_the_same_page()
    {
        string study = _files["study.json"];
        File.WriteAllText(study, $$"""
            {"name":"s","model":"{{Path.GetFileName(_files.Model(4))}}","data":"images.bin","run":{"calibration":{"count":2} },
             "grid":[{"macro.adc.bits":[3,4,5]},{"macro.rows":[64,128]}]}
            """);
        await Run("study", study, "--out", _files["results"]);
        var page = ReportFiles.Page(_files["page.html"]);
        Assert.Equal(["accuracy", "accuracy-energy"], ReportFiles.Plots(_files["plots"]));
        var marks = Marks(page, "accuracy");
        Assert.Equal(6, marks.Count);
        Assert.All(marks, mark => Assert.Matches(@"^rows (64|128)\nADC resolution \(bits\) [345]\n\d+\.\d\d % \(.* \.\. .* %\)$", mark));
        Assert.Equal("Study s", page.Descendants("h1").Single().Value);
        string figures = page.Descendants("section").First().ToString();
        await Run("study", "--merge", _files["results"], "--out", _files["merged"]);
        Assert.Equal(figures, ReportFiles.Page(_files["page.html"]).Descendants("section").First().ToString());
    }

    [Fact]
    public async Task An_attribution_is_a_waterfall_and_the_loss_of_each_source()
    {
        await Run("attribute", "--model", _files.Model(4), "--data", _files.Data, "--set", "calibration.count=2",
            "--set", "macro.die.columnOffsetCounts=0.5");
        var page = ReportFiles.Page(_files["page.html"]);
        Assert.Equal(["alone", "layers-energy", "layers-sqnr", "waterfall", "without"], ReportFiles.Plots(_files["plots"]));
        Assert.Contains(Marks(page, "alone"), mark => mark.StartsWith("column offset\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Cost_and_profile_have_bars_of_layers()
    {
        await Run("cost", _files.Model(4));
        ReportFiles.Page(_files["page.html"]);
        Assert.Equal(["conversions", "energy-1", "energy-2", "time", "utilization"], ReportFiles.Plots(_files["plots"]));
        Directory.Delete(_files["plots"], recursive: true);
        await Run("profile", _files.Model(4), "--data", _files.Data, "--set", "calibration.count=2");
        Assert.Contains(Marks(ReportFiles.Page(_files["page.html"]), "time"),
            mark => mark.StartsWith("layer1.0.conv1\n", StringComparison.Ordinal));
        Assert.Equal(["speed", "time"], ReportFiles.Plots(_files["plots"]));
    }

    [Fact]
    public async Task The_ADCs_of_a_die_have_INL_and_DNL()
    {
        string[] command = ["adc", "--set", "macro.adc.range=full", "--set", "macro.adc.bits=4", "--set", "macro.die.edgeErrorLsb=0.2"];
        await Run([.. command, "--die", "2"]);
        Assert.Equal(15, Marks(ReportFiles.Page(_files["page.html"]), "inl").Count);
        Assert.Equal(["dnl", "inl"], ReportFiles.Plots(_files["plots"]));
        (await ImcRun.Of([.. command, "--html", _files["page.html"]])).IsBadInput("--html shows ADCs of a die", "--die");
    }

    [Fact]
    public async Task An_optimization_shows_candidates_over_cost_and_the_finalists()
    {
        using var optimization = new SmallOptimization($$"""
            "goal":{"lossPoints":90},"grid":{{SmallOptimization.Grid}}
            """);
        await Run("optimize", optimization.File, "--out", optimization["results"]);
        var page = ReportFiles.Page(_files["page.html"]);
        Assert.Equal(["accuracy-cost", "finalists", "layers-energy"], ReportFiles.Plots(_files["plots"]));
        Assert.Contains("Claim: the probability", page.Value, StringComparison.Ordinal);
    }

    private async Task<ImcRun> Run(params string[] command) =>
        (await ImcRun.Of([.. command, "--html", _files["page.html"], "--plots", _files["plots"]])).Succeeds();

    private static List<string> Marks(XElement page, string figure) =>
        [.. page.Descendants("figure").Single(each => (string)each.Attribute("id")! == figure).Descendants("rect")
            .Select(mark => (string?)mark.Attribute("data-tip")).OfType<string>()];

    private static string Words(string text) => string.Join(' ', text.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries));
}
