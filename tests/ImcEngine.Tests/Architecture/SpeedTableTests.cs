using System.Text.RegularExpressions;
using ImcEngine.Perf;

namespace ImcEngine.Tests.Architecture;

/// <summary>The speeds in documents are those of the committed results: <c>perf -- readme</c> brings them over.</summary>
public partial class SpeedTableTests
{
    private const string History = "perf/results/README.md";

    private static readonly string[] Results = [.. Repository.Files.Where(file => ResultsFile().IsMatch(file))];

    public static TheoryData<string> Documents => [.. SpeedTables.Documents];

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_shows_the_tables_as_they_were_measured(string document)
    {
        string text = Repository.Read(document);
        Assert.NotEmpty(SpeedTables.FilesIn(text));
        Assert.Equal(SpeedTables.InsertInto(text, Repository.Read), text);
    }

    [Theory]
    [MemberData(nameof(Documents))]
    public void A_document_states_the_float_rates_that_a_table_is_held_against(string document)
    {
        string text = Repository.Read(document);
        Assert.All(SpeedTables.FilesIn(text).AtLeastOne(), file =>
            Assert.Contains(FloatRates().Match(Repository.Read(file)).Groups[1].Value, text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_history_shows_every_processor_that_was_measured() =>
        Assert.Equal(Results.AtLeastOne(), SpeedTables.FilesIn(Repository.Read(History)).Order(StringComparer.Ordinal));

    [Fact]
    public void The_README_shows_one_table_an_instruction_set()
    {
        var names = SpeedTables.FilesIn(Repository.Read("README.md")).Select(Path.GetFileName).ToList();
        Assert.Equal(Results.Select(Path.GetFileName).Distinct().Order(StringComparer.Ordinal), names.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_table_stands_beside_the_numbers_it_was_made_of() =>
        Assert.All(Results.AtLeastOne(), file => Assert.Contains(Path.ChangeExtension(file, ".json"), Repository.Files));

    [Fact]
    public void A_changed_figure_is_seen()
    {
        string text = Repository.Read("README.md");
        string changed = FirstRatio().Replace(text, "99.99x", 1);
        Assert.NotEqual(text, changed);
        Assert.NotEqual(changed, SpeedTables.InsertInto(changed, Repository.Read));
    }

    [GeneratedRegex(@"^perf/results/.*/networks-[^/]*\.md$")]
    private static partial Regex ResultsFile();

    [GeneratedRegex(@"Float, OnnxRuntime float32, images/s: (\d+ \(batch 16\), \d+ \(batch 64\))")]
    private static partial Regex FloatRates();

    [GeneratedRegex(@"(?<=\| )\d+\.\d\dx(?= \|)")]
    private static partial Regex FirstRatio();
}
