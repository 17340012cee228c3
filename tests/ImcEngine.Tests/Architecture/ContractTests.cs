using System.Text.RegularExpressions;

namespace ImcEngine.Tests.Architecture;

/// <summary>The contract of the numbers, <c>engine/docs/arithmetic.md</c>, and the code that cites it.</summary>
public partial class ContractTests
{
    private const string Contract = "engine/docs/arithmetic.md";

    private static readonly string[] Homes = ["engine/ImcEngine/", "engine/ImcEngine.Cli/", "importer/ImcEngine.Importer/",
        "tests/ImcEngine.Tests/"];

    [Fact]
    public void Every_section_that_code_cites_exists()
    {
        var sections = Heading().Matches(Repository.Read(Contract)).Select(heading => heading.Groups["number"].Value).ToHashSet();
        var cited = from file in Repository.Files
                    where file.EndsWith(".cs", StringComparison.Ordinal)
                    from Match citation in Citation().Matches(Repository.Read(file))
                    from Match number in Number().Matches(citation.Value)
                    select (file, Section: number.Value);
        Assert.True(cited.Count() > 50, "The code cites the contract in more than fifty places.");
        Assert.All(cited,
            each => Assert.True(sections.Contains(each.Section),
                $"{each.file} cites ARITHMETIC §{each.Section}, which {Contract} does not have."));
    }

    /// <summary>The maps of the folders name a file by its path in the project or in the map's own folder,
    /// the contract by the end of its path.</summary>
    [Theory]
    [InlineData(Contract, 40)]
    [InlineData("engine/ImcEngine/README.md", 40)]
    [InlineData("engine/ImcEngine/Kernels/README.md", 25)]
    public void Every_file_that_a_map_names_exists(string map, int least)
    {
        var named = FileName().Matches(Repository.Read(map)).Select(match => match.Groups["path"].Value).Distinct().ToList();
        Assert.True(named.Count >= least, $"{map} names {named.Count} files.");
        Assert.All(named, path => Assert.True(Exists(map, path), $"{map} names {path}, which is not there."));
    }

    [Fact]
    public void A_file_that_is_not_there_is_found()
    {
        Assert.True(Exists("engine/ImcEngine/Kernels/README.md", "Lanes/RowList.cs"));
        Assert.False(Exists("engine/ImcEngine/Kernels/README.md", "Lanes/NoSuchList.cs"));
        Assert.False(Exists("engine/ImcEngine/README.md", "Lanes/RowList.cs"));
    }

    private static bool Exists(string map, string path) => map == Contract
        ? Repository.Files.Any(file => file == path
            || file.EndsWith("/" + path, StringComparison.Ordinal) && Homes.Any(home => file.StartsWith(home, StringComparison.Ordinal)))
        : Repository.Files.Any(file => file == path || file == $"{map[..map.LastIndexOf('/')]}/{path}");

    [Theory]
    [InlineData("<summary>ARITHMETIC §4, §7)", "4 7")]
    [InlineData("see ARITHMETIC §12.", "12")]
    public void Citations_are_recognized(string comment, string sections) =>
        Assert.Equal(sections,
            string.Join(' ', Citation().Matches(comment).SelectMany(match => Number().Matches(match.Value)).Select(match => match.Value)));

    [GeneratedRegex(@"^## §(?<number>\d+) ", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"ARITHMETIC §\d+(, §\d+)*")]
    private static partial Regex Citation();

    [GeneratedRegex(@"\d+")]
    private static partial Regex Number();

    [GeneratedRegex(@"`(?<path>[A-Za-z][\w./-]*\.(cs|json|md))`")]
    private static partial Regex FileName();
}
