using ImcEngine.Images.Sources.Labels;

namespace ImcEngine.Images.Tests.Sources.Labels;

public class TextTableTests
{
    [Theory]
    [InlineData("a b  c", "a|b|c")]
    [InlineData("a\tb c\td", "a|b c|d")]
    [InlineData(" a , b c,", "a|b c|")]
    [InlineData("\"a, b\" , \"say \"\"c\"\"\",d", "a, b|say \"c\"|d")]
    [InlineData("\"\",x", "|x")]
    public void Fields_are_separated(string line, string fields)
    {
        var table = TextTable.Parse(line, "a.txt");
        Assert.Equal(fields.Split('|'), table.Fields(table.Rows[0]));
    }

    [Fact]
    public void The_first_line_says_what_separates_fields()
    {
        var table = TextTable.Parse("d e\n\n  \r\na,b c\n", "a.txt");
        Assert.Equal([(1, "d e"), (4, "a,b c")], table.Rows.Select(row => (row.Line, row.Text)));
        Assert.Equal(("d", "e"), table.TwoFields(table.Rows[0]));
        Assert.Equal(("a,b", "c"), table.TwoFields(table.Rows[1]));
    }

    [Theory]
    [InlineData("my cat.png 3", "my cat.png", "3")]
    [InlineData("my cat.png,3", "my cat.png", "3")]
    [InlineData("my cat.png\tpolar bear", "my cat.png", "polar bear")]
    public void A_file_may_have_spaces(string line, string first, string second)
    {
        var table = TextTable.Parse(line, "a.txt");
        Assert.Equal((first, second), table.TwoFields(table.Rows[0]));
    }

    [Theory]
    [InlineData("a")]
    [InlineData("a,b,c")]
    [InlineData("a,")]
    public void Other_than_two_fields_are_no_pair(string line)
    {
        var table = TextTable.Parse(line, "a.txt");
        Assert.Null(table.TwoFields(table.Rows[0]));
    }

    [Theory]
    [InlineData("a,b\n\"a,b", "line 2: a quote is not closed")]
    [InlineData("\"a\"b,c", "line 1: text follows the quoted 'a'")]
    public void Wrong_quotes_name_the_line(string text, string message)
    {
        var table = TextTable.Parse(text, "a.txt");
        Assert.Contains(message, Assert.Throws<ImcException>(() => table.Rows.Select(row => table.Fields(row)).ToArray()).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_of_empty_lines_is_refused() =>
        Assert.Contains("nothing but empty lines",
            Assert.Throws<ImcException>(() => TextTable.Parse(" \n\n", "a.txt")).Message, StringComparison.Ordinal);
}
