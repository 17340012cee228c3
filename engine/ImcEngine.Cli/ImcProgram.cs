using System.CommandLine;
using System.CommandLine.Invocation;
using ImcEngine.Cli.Attribution;
using ImcEngine.Cli.Studies;

namespace ImcEngine.Cli;

/// <summary>The <c>imc</c> program: its commands, and what becomes of their errors.</summary>
internal static class ImcProgram
{
    /// <summary>Exit codes: done, and done with findings (a failed verification); a defect of the program; input that cannot be used; Ctrl+C.</summary>
    public const int Success = 0, Failure = 1, BadInput = 2, Cancelled = 130;

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        var parse = CreateRoot().Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is ParseErrorAction) return WriteParseErrors(parse, error);
        try
        {
            return await parse.InvokeAsync(invocation, cancellation);
        }
        catch (ImcException e)
        {
            Say(error, $"imc: {e.Message}");
            return BadInput;
        }
        catch (OperationCanceledException)
        {
            Say(error, "imc: cancelled.");
            return Cancelled;
        }
        catch (Exception e)
        {
            // The user can do nothing about a defect but report it: one line for the report, no stack trace.
            Say(error, $"imc: internal error: {e.GetType().Name}: {e.Message}");
            return Failure;
        }
    }

    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand("Runs trained networks as a capacitive SRAM in-memory-computing macro would, and compares with float.")
        {
            CompareCommand.Create(),
            StudyCommand.Create(),
            AttributeCommand.Create(),
            InspectCommand.Create(),
            ProfileCommand.Create(),
            AdcCommand.Create(),
            VerifyCommand.Create(),
            DataCommand.Create(),
            PackCommand.Create(),
            QuantizeCommand.Create(),
            CalibrateCommand.Create(),
            MacrosCommand.Create(),
            SpecCommand.Create(),
        };
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        return root;
    }

    /// <summary>One line. Where standard error is full or closed there is nowhere left to say so; the exit code does.</summary>
    private static void Say(TextWriter error, string text)
    {
        try
        {
            error.WriteLine(Printable.Of(text));
        }
        catch (IOException)
        {
        }
    }

    private static int WriteParseErrors(ParseResult parse, TextWriter error)
    {
        foreach (var each in parse.Errors) Say(error, $"imc: {each.Message}");
        var names = parse.CommandResult.Command is RootCommand ? "imc" : $"imc {CommandPath(parse.CommandResult.Command)}";
        Say(error, $"Run '{names} --help' for what is allowed.");
        return BadInput;
    }

    private static string CommandPath(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault(parent => parent is not RootCommand) is { } parent ? $"{CommandPath(parent)} {command.Name}" : command.Name;

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parse)
        {
            var report = Report.Of(parse);
            report.Line($"imc {ImcVersion.Product}");
            report.Line($"numericsVersion {ImcVersion.Numerics}");
            return Success;
        }
    }
}
