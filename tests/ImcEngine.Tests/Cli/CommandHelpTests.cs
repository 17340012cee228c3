using System.CommandLine;
using System.CommandLine.Parsing;
using ImcEngine.Cli;

namespace ImcEngine.Tests.Cli;

public class CommandHelpTests
{
    public static TheoryData<string> Commands => [.. Below(ImcProgram.CreateRoot()).Select(ImcProgram.PathOf)];

    [Theory, MemberData(nameof(Commands))]
    public async Task Help_begins_with_a_line_of_purpose_and_ends_with_two_examples(string command)
    {
        var lines = (await ImcRun.Of([.. command.Split(' ').Skip(1), "--help"])).Succeeds().Lines;
        Assert.Equal(Below(ImcProgram.CreateRoot()).Single(each => ImcProgram.PathOf(each) == command).Description, lines[0]);
        // The usage names the process, here the one that runs tests.
        Assert.Equal(("", "Usage:"), (lines[1], lines[2]));
        Assert.Contains(string.Join(' ', command.Split(' ').Skip(1)), lines[3], StringComparison.Ordinal);
        Assert.Equal("Examples:", lines[^3]);
        Assert.All(lines[^2..], line => Assert.StartsWith($"  {command} ", line + " ", StringComparison.Ordinal));
    }

    [Theory, MemberData(nameof(Commands))]
    public void Examples_are_taken(string command) => Assert.All(CommandHelp.Examples[command], example =>
        Assert.Empty(ImcProgram.CreateRoot()
            .Parse([.. CommandLineParser.SplitCommandLine(example).Skip(1)]).Errors.Select(error => error.Message)));

    private static IEnumerable<Command> Below(Command command) => command.Subcommands.SelectMany(Below).Prepend(command);
}
