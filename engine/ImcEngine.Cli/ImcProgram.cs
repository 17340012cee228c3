using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using ImcEngine.Cli.Attribution;
using ImcEngine.Cli.Costs;
using ImcEngine.Cli.Optimization;
using ImcEngine.Cli.Studies;

namespace ImcEngine.Cli;

/// <summary>The <c>imc</c> program: its commands, and how their errors are reported.</summary>
internal static class ImcProgram
{
    /// <summary>Exit codes: done; a failed verification or a defect of the program; input that cannot be used; Ctrl+C.</summary>
    public const int Success = 0, Failure = 1, BadInput = 2, Cancelled = 130;

    private static readonly Option<bool> Verbose = new("--verbose")
    {
        Description = "Print where in the program an unexpected error arose",
        Recursive = true,
    };

    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter error, CancellationToken cancellation = default)
    {
        var invocation = new InvocationConfiguration { Output = output, Error = error, EnableDefaultExceptionHandler = false };
        var parse = CreateRoot().Parse(args.Length == 0 ? ["--help"] : args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (parse.Action is ParseErrorAction) return WriteParseErrors(parse, [.. parse.Errors.Select(each => each.Message)], error);
        if (BlankTexts(parse).ToArray() is { Length: > 0 } blanks) return WriteParseErrors(parse, blanks, error);
        try
        {
            return await parse.InvokeAsync(invocation, cancellation);
        }
        catch (Exception e)
        {
            return WriteError(Reading.CauseOf(e), error, parse.GetValue(Verbose));
        }
    }

    internal static RootCommand CreateRoot()
    {
        var root = new RootCommand("Runs trained networks as a capacitive SRAM in-memory-computing macro would, "
            + "and compares them with float.")
        {
            CompareCommand.Create(),
            StudyCommand.Create(),
            OptimizeCommand.Create(),
            AttributeCommand.Create(),
            InspectCommand.Create(),
            CostCommand.Create(),
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
        root.Options.Add(Verbose);
        root.Options.OfType<VersionOption>().Single().Action = new VersionAction();
        var help = root.Options.OfType<HelpOption>().Single();
        help.Action = new CommandHelp((HelpAction)help.Action!);
        return root;
    }

    /// <summary>Returns the full name of a command, such as <c>imc data cifar10</c>.</summary>
    internal static string PathOf(Command command) =>
        command is RootCommand ? "imc"
            : $"{(command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? PathOf(parent) : "imc")} {command.Name}";

    private static int WriteError(Exception thrown, TextWriter error, bool verbose)
    {
        var (code, line) = thrown switch
        {
            ImcException => (BadInput, thrown.Message),
            OperationCanceledException => (Cancelled, "cancelled."),
            // The user can do nothing about a defect but report it: one line for the report.
            _ => (Failure, $"internal error: {thrown.GetType().Name}: {thrown.Message} (--verbose says where)"),
        };
        Say(error, $"imc: {line}");
        if (verbose && thrown is not OperationCanceledException)
            foreach (string part in thrown.ToString().Split('\n')) Say(error, part.TrimEnd('\r'));
        return code;
    }

    /// <summary>Writes one line. If standard error is full or closed, only the exit code reports the error.</summary>
    private static void Say(TextWriter error, string text)
    {
        try
        {
            error.WriteLine(Printable.Escape(text));
        }
        catch (IOException)
        {
        }
    }

    /// <summary>Returns an error for each option or argument that is blank or contains NUL; none of them accepts such a text.</summary>
    private static IEnumerable<string> BlankTexts(ParseResult parse) =>
        from symbol in parse.CommandResult.Children
        from token in symbol.Tokens
        where string.IsNullOrWhiteSpace(token.Value) || token.Value.Contains('\0', StringComparison.Ordinal)
        select $"{NameOf(symbol)} is '{token.Value.Replace("\0", "\\0",
            StringComparison.Ordinal)}'; allowed is a text that is not empty and holds no NUL character.";

    private static string NameOf(SymbolResult symbol) => symbol switch
    {
        OptionResult option => option.Option.Name,
        ArgumentResult argument => argument.Argument.Name,
        _ => symbol.ToString() ?? "",
    };

    private static int WriteParseErrors(ParseResult parse, IReadOnlyList<string> messages, TextWriter error)
    {
        foreach (string message in messages) Say(error, $"imc: {message}");
        Say(error, $"Run '{PathOf(parse.CommandResult.Command)} --help' for what is allowed.");
        return BadInput;
    }

    private sealed class VersionAction : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parse)
        {
            var report = Report.ForConsole(parse);
            report.Line($"imc {ImcVersion.Product}");
            report.Line($"numericsVersion {ImcVersion.Numerics}");
            return Success;
        }
    }
}
