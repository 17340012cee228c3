namespace ImcEngine.Tests.Architecture;

/// <summary>The README's speeds are those of the committed results: <c>perf -- readme</c> brings them over.</summary>
public class SpeedTableTests
{
    private const string Begin = "<!-- speed -->", End = "<!-- /speed -->";

    private static readonly string[] Results =
        [.. Repository.Files.Where(file => file.StartsWith("perf/results/", StringComparison.Ordinal) && Path.GetFileName(file).StartsWith("networks-", StringComparison.Ordinal) && file.EndsWith(".md", StringComparison.Ordinal))];

    [Fact]
    public void The_README_shows_the_tables_of_every_processor_that_was_measured()
    {
        Assert.NotEmpty(Results);
        Assert.Equal(string.Concat(Results.Select(Marked)), Marked("README.md"));
    }

    [Fact]
    public void Every_table_stands_beside_the_numbers_it_was_made_of()
    {
        Assert.All(Results, file => Assert.Contains(Path.ChangeExtension(file, ".json"), Repository.Files));
    }

    private static string Marked(string file)
    {
        string text = Repository.Read(file);
        int begin = text.IndexOf(Begin, StringComparison.Ordinal), end = text.IndexOf(End, StringComparison.Ordinal);
        Assert.True(begin >= 0 && end > begin, $"'{file}' has no part between {Begin} and {End}.");
        return text[(begin + Begin.Length)..end];
    }
}
