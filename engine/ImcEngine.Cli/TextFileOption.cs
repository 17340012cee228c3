using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImcEngine.Cli;

/// <summary>An option that names a text file to write.
/// <c>-</c> is standard output, and all else that the command prints goes to standard error.</summary>
internal sealed class TextFileOption(string name, string description)
    : OutputOption(name, $"{description} ('-': to standard output, and the report to standard error)")
{
    private const string StandardOutputName = "-";

    public static bool TakesStandardOutput(ParseResult parse) => parse.CommandResult.Children.OfType<OptionResult>().Any(IsStandardOutput);

    /// <summary>Writes what <paramref name="text"/> returns if the option is given.</summary>
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public void Write(ParseResult parse, Func<string> text)
    {
        if (parse.GetValue(this) is not { } path) return;
        if (path != StandardOutputName) AtomicFile.Write(path, text());
        else if (parse.InvocationConfiguration.Output is StandardOutput process) process.WriteUtf8(text());
        else parse.InvocationConfiguration.Output.Write(text());
    }

    /// <summary>Writes the file as <see cref="Write"/> does, then the report. The file comes first, so that a full standard output does
    /// not lose the results; the report is written even where the file cannot be.</summary>
    /// <exception cref="ImcException">The file cannot be written.</exception>
    public void WriteBefore(Action report, ParseResult parse, Func<string> text)
    {
        try
        {
            Write(parse, text);
        }
        finally
        {
            report();
        }
    }

    protected override void Check(OptionResult result, string path)
    {
        if (path != StandardOutputName) base.Check(result, path);
        else if (result.Parent is CommandResult command && command.Children.OfType<OptionResult>().First(IsStandardOutput) is var first
            && first.Option != this)
            result.AddError($"{first.Option.Name} and {Name} both name standard output; name a file for one of them.");
    }

    private static bool IsStandardOutput(OptionResult result) =>
        result.Option is TextFileOption && result.Tokens is [{ Value: StandardOutputName }];
}
