using System.CommandLine;
using System.CommandLine.Parsing;

namespace ImcEngine.Cli;

/// <summary>Names a file that a command writes when its work is done. A place that cannot be written is refused before the command begins.</summary>
internal class OutputOption : Option<string>
{
    public OutputOption(string name, string description, string helpName = "FILE") : base(name)
    {
        (Description, HelpName) = (description, helpName);
        Validators.Add(result =>
        {
            // A path that names nothing is refused for all options alike.
            if (result.Tokens is [{ Value: var path }] && !string.IsNullOrWhiteSpace(path) && !path.Contains('\0', StringComparison.Ordinal)) Check(result, path);
        });
    }

    protected virtual void Check(OptionResult result, string path)
    {
        try
        {
            AtomicFile.RequireWritable(path);
        }
        catch (ImcException e)
        {
            result.AddError(e.Message);
        }
    }
}
