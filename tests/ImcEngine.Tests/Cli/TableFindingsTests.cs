using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli;

public sealed class TableFindingsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", new int[0])]
    [InlineData("7", new[] { 7 })]
    [InlineData("1, 2", new[] { 1, 2 })]
    [InlineData("-3 to -1", new[] { -3, -2, -1 })]
    [InlineData("-3, 0 to 4, 10 to 20 in steps of 2", new[] { -3, 0, 1, 2, 3, 4, 10, 12, 14, 16, 18, 20 })]
    public void Runs_of_equal_steps_are_shortened(string text, int[] numbers) => Assert.Equal(text, TableFindings.Ranges(numbers));

    [Fact]
    public async Task The_report_of_a_table_names_rows_sums_and_codes()
    {
        // The mean falls at 3, sums 1 and 3 to 5 have two peaks, code 1 is never made; 1 and 4 have no line.
        File.WriteAllLines(_folder["t.csv"], ["s,P(0),P(3),P(6),P(9)", "0,1,0,0,0", "2,0,0,1,0", "3,0.9,0,0.0996,0", "5,0.5,0,0,0.5"]);
        string[] lines = await Lines("macro.rows=5");
        Assert.Equal(
        [
            $"Measured, '{_folder["t.csv"]}': 4 codes, partial sums 0 to 5; every line adds up to 1 within 0.0004.",
            "Interpolated, because they have no line: 1, 4.", "Check these findings before use:",
            "  the mean level falls at 3", "  the codes have two peaks at 1, 3 to 5", "  no partial sum gives the codes 1",
            "  the mean level rises by 0.45 per count; levels in counts rise by 1", "",
        ], lines[1..9]);
    }

    [Fact]
    public async Task A_table_of_the_second_stage_is_reported_too()
    {
        File.WriteAllLines(_folder["t.csv"], ["s,P(0),P(3)", "0,1,0", "2,0,1"]);
        File.WriteAllLines(_folder["second.csv"], ["s,P(0),P(1)", "0,1,0", "1,0,1"]);
        string[] lines = await Lines("macro.rows=2", "macro.mapping=single-tap", $"macro.adc.secondTable={_folder["second.csv"]}");
        Assert.Contains($"Second stage, on sums in codes, '{_folder["second.csv"]}': 2 codes, partial sums 0 to 1; "
            + "every line adds up to 1 within 0.", lines);
    }

    [Fact]
    public async Task A_run_is_told_of_wide_gaps_and_an_odd_gain_before_it_begins()
    {
        File.WriteAllLines(_folder["t.csv"], ["s,P(-8),P(-4),P(0),P(4),P(8)", "-64,1,0,0,0,0", "0,0,0,1,0,0", "64,0,0,0,0,1"]);
        string expected = "there is no line between -64 and 0, which are more than two code steps apart: interpolation there is a guess";
        Assert.Contains("  " + expected, await Lines("macro.rows=64"));
        using var files = new TinyFiles();
        var run = await ImcRun.Of("compare", "--model", files.Model(4), "--data", files.Data, "--calibration", "2", "--stats", "0", "--set",
            "macro.rows=64", "--set", "macro.adc.kind=table",
            "--set", $"macro.adc.table={_folder["t.csv"]}");
        string line = Assert.Single(run.Succeeds().Lines,
            each => each.StartsWith($"Look at table '{_folder["t.csv"]}' before use: ", StringComparison.Ordinal));
        Assert.Contains(expected, line, StringComparison.Ordinal);
        Assert.Contains("the mean level rises by 0.12 per count; levels in counts rise by 1", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_share_that_clamps_is_told_without_layer_statistics()
    {
        File.WriteAllLines(_folder["t.csv"], ["s,P(0),P(1),P(2)", "0,1,0,0", "1,0,1,0", "2,0,0,1"]);
        using var files = new TinyFiles();
        string json = _folder["c.json"];
        var run =
            (await ImcRun.Of("compare", "--model", files.Model(4), "--data", files.Data, "--calibration", "2", "--stats", "0", "--set",
                "macro.adc.kind=table", "--json", json,
            "--set", $"macro.adc.table={_folder["t.csv"]}", "--set", "macro.adc.beyondTable=clamp")).Succeeds();
        Assert.Contains(run.Lines,
            line => line.Contains(" % of the conversions by a measured table had partial sums beyond it and were clamped to its end lines",
                StringComparison.Ordinal));
        var share = System.Text.Json.Nodes.JsonNode.Parse(File.ReadAllText(json))!["clampedConversions"]!;
        Assert.InRange((double)share["fraction"]!, 0.01, 1);
        Assert.Equal(7, (int)share["images"]!);
    }

    private async Task<string[]> Lines(params string[] settings) =>
        (await ImcRun.Of(["adc", "--set", "macro.adc.kind=table", "--set", $"macro.adc.table={_folder["t.csv"]}",
        .. settings.SelectMany(setting => new[] { "--set", setting })])).Succeeds().Lines;
}
