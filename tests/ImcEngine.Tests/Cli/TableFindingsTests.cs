using ImcEngine.Cli;
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
            $"Measured, '{_folder["t.csv"]}': 4 codes, partial sums 0 to 5; every line adds up to 1 within 0.0004.", "Interpolated, for they have no line: 1, 4.", "Look at it before use:",
            "  the mean level falls at 3", "  the codes have two peaks at 1, 3 to 5", "  no partial sum gives the codes 1", "",
        ], lines[1..8]);
    }

    [Fact]
    public async Task A_table_of_the_second_stage_is_reported_too()
    {
        File.WriteAllLines(_folder["t.csv"], ["s,P(0),P(3)", "0,1,0", "2,0,1"]);
        File.WriteAllLines(_folder["second.csv"], ["s,P(0),P(1)", "0,1,0", "1,0,1"]);
        string[] lines = await Lines("macro.rows=2", "macro.mapping=single-tap", $"macro.adc.secondTable={_folder["second.csv"]}");
        Assert.Contains($"Second stage, on sums in codes, '{_folder["second.csv"]}': 2 codes, partial sums 0 to 1; every line adds up to 1 within 0.", lines);
    }

    private async Task<string[]> Lines(params string[] settings) => (await ImcRun.Of(["adc", "--set", "macro.adc.kind=table", "--set", $"macro.adc.table={_folder["t.csv"]}",
        .. settings.SelectMany(setting => new[] { "--set", setting })])).Succeeds().Lines;
}
