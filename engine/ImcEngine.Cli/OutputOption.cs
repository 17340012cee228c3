using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImcEngine.Cli;

/// <summary>Names a file that a command writes when its work is done. That it can be written is found before the command begins.</summary>
internal sealed class OutputOption : Option<string>
{
    private const string StandardOutput = "-";

    public OutputOption(string name, string description, string helpName = "FILE") : base(name) => (Description, HelpName) = (description, helpName);

    /// <exception cref="ImcException">A file that was asked for cannot be written.</exception>
    public static void RequireWritable(ParseResult parse)
    {
        foreach (var result in parse.CommandResult.Children.OfType<OptionResult>())
            if (result.Option is OutputOption option && parse.GetValue(option) is { } path && path != StandardOutput) AtomicFile.RequireWritable(path);
    }
}
