using System.Text.RegularExpressions;
using ImcEngine.Cli;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Architecture;

/// <summary>What README.md shows is what the program takes.</summary>
public partial class ReadmeTests
{
    private static readonly string Readme = Repository.Read("README.md");

    public static TheoryData<string> RunSpecifications => [.. RunBlock().Matches(Readme).Select(match => match.Groups[1].Value)];

    [Theory]
    [MemberData(nameof(RunSpecifications))]
    public void A_run_specification_can_be_read(string json)
    {
        string resolved = RunSpecJson.Write(RunSpecJson.Read(json));
        Assert.Equal(resolved, RunSpecJson.Write(RunSpecJson.Read(resolved)));
    }

    public static TheoryData<string> CommandLines => [.. CommandLine().Matches(Readme).Select(match => match.Groups[1].Value.Trim()).Distinct()];

    [Theory]
    [MemberData(nameof(CommandLines))]
    public void A_command_line_is_one_that_the_program_takes(string arguments)
    {
        Assert.Empty(ImcProgram.CreateRoot().Parse(arguments).Errors.Select(error => error.Message));
    }

    [Fact]
    public void The_main_job_and_the_tests_are_the_first_commands()
    {
        var commands = IndentedLine().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        Assert.Equal(["dotnet run -c Release --project engine/ImcEngine.Cli -- compare", "dotnet test -c Release"], commands.Take(2));
        Assert.Contains(commands[1], Repository.Read(".ci/run"), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_preset_is_listed()
    {
        Assert.All(MacroPresets.Names, name => Assert.Contains($"`{name}`", Readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_kind_of_ADC_is_listed()
    {
        Assert.All(Enum.GetValues<AdcKind>(), kind => Assert.Contains($"`{SpecWords.Of(kind)}`", Readme, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_folder_that_is_named_exists()
    {
        var named = FolderCell().Matches(Readme).Select(match => match.Groups[1].Value).ToList();
        Assert.True(named.Count >= 6, $"Only {named.Count} folders were found in the table.");
        Assert.All(named, folder => Assert.True(Directory.Exists(Path.Combine(Repository.Root, folder)), folder));
    }

    [GeneratedRegex(@"^```json run\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex RunBlock();

    // "imc ARGUMENTS" as an indented line or as code in a sentence, and what follows "--" of the dotnet command.
    [GeneratedRegex(@"(?:^ +imc |`imc |ImcEngine\.Cli -- )([^`\n]+)", RegexOptions.Multiline)]
    private static partial Regex CommandLine();

    [GeneratedRegex(@"^    (\S.*)$", RegexOptions.Multiline)]
    private static partial Regex IndentedLine();

    [GeneratedRegex(@"^\| `((?:engine|importer|tests|perf|weights)[^`]*)` \|", RegexOptions.Multiline)]
    private static partial Regex FolderCell();
}
