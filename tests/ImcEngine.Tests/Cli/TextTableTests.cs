using ImcEngine.Cli;

namespace ImcEngine.Tests.Cli;

public class TextTableTests
{
    [Fact]
    public void Redirected_tables_are_aligned_lines_without_trailing_blanks() =>
        Assert.Equal("name     n  why\na        1\nlonger  22  x\n", Written(report => report.Write(Table())));

    [Fact]
    public void Csv_quotes_what_holds_a_comma_or_a_quote()
    {
        var table = new TextTable(TextTable.Text("a"), TextTable.Text("b"));
        table.Add("1,5", "say \"x\"");
        Assert.Equal("a,b\n\"1,5\",\"say \"\"x\"\"\"\n", Written(report => report.WriteCsv(table)));
    }

    [Fact]
    public async Task Redirected_progress_is_a_line_a_tenth()
    {
        using var output = new StringWriter { NewLine = "\n" };
        await new Report(output, isTerminal: false).WithProgressAsync("work", show =>
        {
            foreach (double fraction in new[] { 0, 0.05, 0.1, 0.32, 0.31, 1 }) show(new(fraction, "d"));
            return Task.FromResult(0);
        });
        Assert.Equal("work: 0 % (d)\nwork: 10 % (d)\nwork: 30 % (d)\nwork: 100 % (d)\n", output.ToString());
    }

    private static TextTable Table()
    {
        var table = new TextTable(TextTable.Text("name"), TextTable.Number("n"), TextTable.Text("why"));
        table.Add("a", "1", "");
        table.Add("longer", "22", "x");
        return table;
    }

    private static string Written(Action<Report> write)
    {
        using var output = new StringWriter { NewLine = "\n" };
        write(new(output, isTerminal: false));
        return output.ToString();
    }
}
