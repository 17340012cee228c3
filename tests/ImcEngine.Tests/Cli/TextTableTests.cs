using ImcEngine.Cli;

namespace ImcEngine.Tests.Cli;

public class TextTableTests
{
    [Fact]
    public void Redirected_tables_are_aligned_lines_without_trailing_blanks() =>
        Assert.Equal("name     n  why\na        1\nlonger  22  x\n", Written(report => report.Write(Table())));

    [Fact]
    public void A_wide_table_is_written_in_parts_that_begin_alike_and_lose_nothing()
    {
        TextTable.Column[] columns = [TextTable.Text("name"),
            .. Enumerable.Range(0, 9).Select(i => TextTable.Number($"column {i} of the table"))];
        var table = new TextTable(columns);
        table.Add(["a", .. Enumerable.Range(0, 9).Select(i => $"cell {i}")]);
        string[] lines = Written(report => report.Write(table)).TrimEnd('\n').Split('\n');
        Assert.All(lines, line => Assert.InRange(line.Length, 0, 124));
        Assert.Equal(["name", "a", "", "name", "a"], lines.Select(line => line.Split("  ")[0]));
        string text = string.Join('\n', lines);
        for (int i = 0; i < 9; i++)
            foreach (string cell in new[] { $"column {i} of", $"cell {i}" }) Assert.Equal(2, text.Split(cell).Length);
        Assert.Single(table.Parts(1000));
        Assert.Equal(9, table.Parts(1).Count());
    }

    [Fact]
    public void The_middle_of_a_long_name_is_left_out_but_not_in_csv()
    {
        string name = string.Concat(Enumerable.Repeat("model/conv2d/BiasAdd;", 9)) + "model/conv2d_3/Conv2D1";
        var table = new TextTable(TextTable.Name("layer"), TextTable.Number("n"));
        table.Add(name, "1");
        string line = Written(report => report.Write(table)).Split('\n')[1];
        Assert.Equal("model/conv2d...dd;model/conv2d_3/Conv2D1  1", line);
        Assert.Contains(name, Written(report => report.WriteCsv(table)), StringComparison.Ordinal);
    }

    [Fact]
    public void Csv_quotes_what_holds_a_comma_or_a_quote()
    {
        var table = new TextTable(TextTable.Text("a"), TextTable.Text("b"));
        table.Add("1,5", "say \"x\"");
        Assert.Equal("a,b\n\"1,5\",\"say \"\"x\"\"\"\n", Written(report => report.WriteCsv(table)));
    }

    [Fact]
    public void Names_neither_steer_the_terminal_nor_break_a_line()
    {
        var table = new TextTable(TextTable.Text("name"), TextTable.Number("n"));
        table.Add("a\u001b[2J\r\nb", "1");
        table.Add("é", "2");
        Assert.Equal(
            "name                     n\na\\u001B[2J\\u000D\\u000Ab  1\né                        2\n",
            Written(report => report.Write(table)));
        Assert.Equal("layer 'a\\u0007'\n", Written(report => report.Line("layer 'a\a'")));
        // A document keeps them, by its own rules.
        Assert.Equal("name,n\n\"a\u001b[2J\r\nb\",1\né,2\n", Written(report => report.WriteCsv(table)));
    }

    [Fact]
    public async Task Redirected_progress_is_a_line_every_ten_seconds()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var clock = new Clock();
        await new Report(output, isTerminal: false, clock).WithProgressAsync("work", show =>
        {
            foreach (int second in new[] { 0, 9, 10, 19, 21, 30, 31 })
            {
                clock.Second = second;
                show(new(second / 40.0, $"{second} s"));
            }
            return Task.FromResult(0);
        });
        Assert.Equal("work: 25 % (10 s)\nwork: 53 % (21 s)\nwork: 78 % (31 s)\n", output.ToString());
    }

    private sealed class Clock : TimeProvider
    {
        public int Second { get; set; }

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Second;
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
