using System.CommandLine;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary><c>imc spec</c>: prints the run specification that the options make, with every field, as JSON.</summary>
internal static class SpecCommand
{
    public static Command Create()
    {
        var schema = new Option<bool>("--schema") { Description = "Print the JSON schema of run specifications instead" };
        var command = new Command("spec", "Print the resolved run specification, ready for --run") { schema };
        var run = RunOptions.AddTo(command);
        command.SetAction(parse => Report.ForConsole(parse).Document(
            parse.GetValue(schema) ? RunSpecJson.Schema.TrimEnd() : RunSpecJson.Write(run.Resolve(parse))));
        return command;
    }
}
