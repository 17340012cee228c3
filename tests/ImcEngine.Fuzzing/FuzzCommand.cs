using System.CommandLine;
using System.Globalization;
using ImcEngine.Cli;
using ImcEngine.Fuzzing.Onnx;

namespace ImcEngine.Fuzzing;

/// <summary>The long-running command: feeds every reader with inputs made for it, prints a table of what was found,
/// and saves findings as files that <c>--replay</c> runs.</summary>
internal static class FuzzCommand
{
    public const int Nothing = 0, Found = 1, WrongArguments = 2;

    public static string UsualFolder => Path.Combine(Path.GetTempPath(), "imc-fuzz");

    public static int Run(string[] args, TextWriter output)
    {
        var target = new Option<string>("--target")
        {
            Description = "The reader, or all",
            DefaultValueFactory = _ => FuzzTargets.AllOfThem,
        };
        var count = new Option<uint?>("--count")
        {
            Description = $"Inputs of each reader (default: {FuzzOptions.UsualCount}, without --seconds)",
        };
        var seconds = new Option<double?>("--seconds") { Description = "Seconds for all readers together" };
        var seed = new Option<uint>("--seed") { Description = "Seed of the inputs", DefaultValueFactory = _ => 1 };
        var first = new Option<uint>("--first") { Description = "Number of the first input" };
        var threads = new Option<int>("--threads")
        {
            Description = "Inputs that run at once",
            DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        var save = new Option<string>("--save") { Description = "Folder for findings", DefaultValueFactory = _ => UsualFolder };
        var replay = new Option<string?>("--replay") { Description = "Run one saved input of --target with all checks" };
        var command = new RootCommand("Fuzz the readers of users' files") { target, count, seconds, seed, first, threads, save, replay };
        command.SetAction(parse =>
        {
            var targets = FuzzTargets.Named(parse.GetValue(target)!);
            if (parse.GetValue(replay) is { } file) return Replay(targets, file, output);
            TimeSpan? duration = parse.GetValue(seconds) is { } all ? TimeSpan.FromSeconds(all / targets.Count) : null;
            var options = new FuzzOptions(
                parse.GetValue(save)!, parse.GetValue(seed), parse.GetValue(first),
                parse.GetValue(count) ?? (duration is null ? FuzzOptions.UsualCount : uint.MaxValue), duration,
                Threads: Math.Max(1, parse.GetValue(threads)));
            return Fuzz(targets, options, output);
        });
        var parsed = command.Parse(args);
        try
        {
            return parsed.Invoke(new() { Output = output, Error = output, EnableDefaultExceptionHandler = false });
        }
        catch (ImcException error)
        {
            output.WriteLine(error.Message);
            return WrongArguments;
        }
    }

    private static int Fuzz(IReadOnlyList<IFuzzTarget> targets, FuzzOptions options, TextWriter output)
    {
        var table = new TextTable([TextTable.Text("target"),
            .. new[] { "inputs", "accepted", "refused", "compared", "findings", "inputs/s", "slowest ms", "most MiB" }.Select(
                TextTable.Number)]);
        var findings = new List<SavedFinding>();
        OnnxComparison.SilenceOnnxRuntime();
        foreach (var target in targets)
        {
            var result = FuzzRun.Run(target, options);
            findings.AddRange(result.Findings);
            table.Add(result.Target, Text(result.Inputs), Text(result.Accepted), Text(result.Refused), Text(result.Compared),
                Text(result.Findings.Count),
                Text(result.Inputs / result.Seconds), Text(result.SlowestSeconds * 1000),
                Text(result.MostAllocatedBytes / (double)(1 << 20)));
            output.WriteLine($"{result.Target}: {result.Inputs} inputs, {result.Findings.Count} kinds of findings.");
            output.Flush();
        }
        foreach (string line in table.ToLines()) output.WriteLine(line);
        foreach (var saved in findings)
            output.WriteLine($"{saved.Finding.Target}: {saved.Finding.Kind} ({saved.Times} inputs, {saved.Finding.Origin}): {saved.File}");
        return findings.Count == 0 ? Nothing : Found;
    }

    private static int Replay(IReadOnlyList<IFuzzTarget> targets, string file, TextWriter output)
    {
        if (targets is not [var target]) throw new ImcException("--replay needs --target, the reader that the input is for.");
        var observed = FuzzRun.Replay(target, InputFile.ReadAllBytes(file, "input", Array.MaxLength), new FuzzOptions("").Limit);
        output.WriteLine(observed switch
        {
            null => "It hangs.",
            { Fault: var (kind, message) } => $"{kind}\n{message}",
            { Refusal: { } refusal } => $"Refused: {refusal}",
            _ => $"{observed.Outcome}",
        });
        if (observed is not null)
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{observed.Seconds:F3} s, {observed.AllocatedBytes} bytes allocated."));
        return observed is { Fault: null } ? Nothing : Found;
    }

    private static string Text(double number) => number.ToString("F0", CultureInfo.InvariantCulture);
}
