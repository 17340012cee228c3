using System.Text.RegularExpressions;
using ImcEngine.Cli;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Architecture;

/// <summary>README.md is short, and what it and the documents list is complete.</summary>
public partial class ReadmeTests
{
    private const string AdcsAndMacros = "engine/docs/adc-and-macros.md";
    private const int MostLines = 200;

    private static readonly string Readme = Repository.Read("README.md");

    [Fact]
    public void The_main_job_and_the_tests_are_the_first_commands()
    {
        var commands = MarkdownDocument.Read("README.md").ShellLines.ToList();
        Assert.Equal(["dotnet run -c Release --project engine/ImcEngine.Cli -- compare", "dotnet test -c Release"], commands.Take(2));
        Assert.Contains(commands[1], Repository.Read(".ci/run"), StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_short() => Assert.InRange(Readme.TrimEnd('\n').Split('\n').Length, 1, MostLines);

    [Fact]
    public void Every_preset_is_listed() =>
        Assert.All(MacroPresets.Names.AtLeastOne(), name =>
            Assert.Contains($"`{name}`", Repository.Read(AdcsAndMacros), StringComparison.Ordinal));

    [Fact]
    public void Every_kind_of_ADC_is_listed() =>
        Assert.All(Enum.GetValues<AdcKind>(), kind =>
            Assert.Contains($"`{SpecWords.WordFor(kind)}`", Repository.Read(AdcsAndMacros), StringComparison.Ordinal));

    [Fact]
    public void Every_command_is_listed() =>
        Assert.All(ImcProgram.CreateRoot().Subcommands.AtLeastOne(), command =>
            Assert.Matches($@"(?m)^\|[^|]*`{command.Name}`[^|]*\|", Readme));

    [Fact]
    public void Every_document_is_listed() =>
        Assert.All(MarkdownDocument.Names.Where(name => name != "README.md").AtLeastOne(), name =>
            Assert.Contains($"]({name})", Readme, StringComparison.Ordinal));

    public static TheoryData<string> Documents => [.. MarkdownDocument.Names];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Every_link_leads_to_a_file(string document)
    {
        string folder = Path.GetDirectoryName(Path.Combine(Repository.Root, document))!;
        var targets = Link().Matches(Repository.Read(document)).Select(match => match.Groups[1].Value);
        Assert.All(targets, target => Assert.True(Path.Exists(Path.Combine(folder, target)), target));
    }

    [Fact]
    public void Every_folder_that_is_named_exists()
    {
        var named = FolderCell().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        Assert.True(named.Count >= 6, $"Only {named.Count} folders were found in the table.");
        Assert.All(named, folder => Assert.True(Directory.Exists(Path.Combine(Repository.Root, folder)), folder));
    }

    [GeneratedRegex(@"^\| `((?:engine|importer|tests|perf|weights)[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex FolderCell();

    [GeneratedRegex(@"\]\((?!https?:|#)([^)#]+)")]
    private static partial Regex Link();
}
