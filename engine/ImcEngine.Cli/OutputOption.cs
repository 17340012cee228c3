using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImcEngine.Cli;

/// <summary>Names a file that a command writes when its work is done.
/// A place that cannot be written is refused before the command begins.</summary>
internal class OutputOption : Option<string>
{
    public OutputOption(string name, string description, string helpName = "FILE") : base(name)
    {
        (Description, HelpName) = (description, helpName);
        Validators.Add(result =>
        {
            // ImcProgram refuses blank texts and NUL for all options.
            if (result.Tokens is [{ Value: var path }] && !string.IsNullOrWhiteSpace(path)
                && !path.Contains('\0', StringComparison.Ordinal)) Check(result, path);
        });
    }

    private static bool IsSamePlace(string other, string path)
    {
        if (string.IsNullOrWhiteSpace(other) || other.Contains('\0', StringComparison.Ordinal)) return false;
        try
        {
            return RealPath.Resolve(other) == RealPath.Resolve(path);
        }
        catch (IOException)
        {
            // An argument that is not a path, or leads to nothing, names no file that could be overwritten.
            return false;
        }
    }

    protected virtual void Check(OptionResult result, string path)
    {
        try
        {
            AtomicFile.RequireWritable(path);
            if (result.Parent is CommandResult command
                && command.Children.FirstOrDefault(
                    other => other != result && other.Tokens.Any(token => IsSamePlace(token.Value, path))) is { } taken)
                result.AddError($"{Name} is '{path}', which {(taken is OptionResult option ? option.Option.Name : "an argument")} names "
                    + "too: writing it would destroy what is there. Name another file.");
        }
        catch (ImcException e)
        {
            result.AddError(e.Message);
        }
    }
}
