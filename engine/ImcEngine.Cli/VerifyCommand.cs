using System.CommandLine;
using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Identity;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary>
/// <c>imc verify</c>: checks every kernel and the reference on conformance cases, or on random ones (<c>--self</c>);
/// or a network against OnnxRuntime (<c>--model</c>).
/// </summary>
internal static class VerifyCommand
{
    private const int DefaultSeconds = 10, DefaultImages = 500, DefaultRandom = 8;

    /// <summary>The most random inputs.</summary>
    private const int MostRandom = 100_000;

    public static Command Create()
    {
        var folder = new Argument<string?>("DIR") { Description = "Folder of conformance cases", Arity = ArgumentArity.ZeroOrOne };
        var self = new Option<bool>("--self")
        {
            Description = "Compare plain convolution, reference and every kernel on random layers instead",
        };
        var seconds = Choices.WholeNumber("--seconds", $"How many seconds --self runs (default: {DefaultSeconds})", 1, Choices.MostSeconds);
        var seed = Choices.Seed("--seed", "Seed of the random layers, or of --random (default: 1)");
        var model = new Option<string?>("--model")
        {
            Description = "Compare this network with OnnxRuntime instead: "
                + "sums, activation codes and classes, or the logits of a float network",
            HelpName = "M.onnx",
        };
        var random = Choices.WholeNumber("--random", "Verify --model on N random inputs instead of images "
            + $"(default without --data, if the network takes other inputs than the drawn images: {DefaultRandom})", 1, MostRandom);
        var threads = Choices.Threads("Threads of --model");
        var json = new TextFileOption("--json", "Write what --model found as JSON");
        var command = new Command("verify", "Check every kernel on this computer: conformance cases in DIR, or --self; "
            + "or check a network against OnnxRuntime: --model") { folder, self, seconds, seed, model, random };
        var data = DataOptions.AddTo(command, DefaultImages);
        var choice = NetworkOptions.AddTo(command);
        var preprocessing = PreprocessingOptions.AddTo(command, "the model's");
        var run = RunOptions.AddTo(command);
        command.Options.Add(threads);
        command.Options.Add(json);
        command.Validators.Add(result =>
        {
            if (new[] { result.GetValue(folder) is not null, result.GetValue(self), result.GetValue(model) is not null }.Count(
                given => given) != 1)
                result.AddError("'verify' takes either DIR, a folder of conformance cases, or --self, or --model M.onnx.");
        });
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            if (parse.GetValue(folder) is { } cases) return VerifyCases(report, cases, cancellation);
            if (parse.GetValue(model) is not { } network)
                return VerifySelf(report, parse.GetValue(seed) ?? 1, TimeSpan.FromSeconds(parse.GetValue(seconds) ?? DefaultSeconds),
                    cancellation);
            if (parse.GetValue(random) is not null && data.Given(parse) is not null)
                throw new ImcException("--random and --data were given; 'verify --model' takes either random inputs or images.");
            var given = data.Given(parse) is null ? null : data.Look(parse);
            IdentityInputs InputsOf(Network read, Func<NetworkImages, ImageSet> prepare) =>
                parse.GetValue(random) is { } count ? IdentityInputs.Random(count, parse.GetValue(seed) ?? 1)
                : given is null && !read.Takes(CifarFormat.Shape) ? IdentityInputs.Random(DefaultRandom, parse.GetValue(seed) ?? 1)
                : IdentityInputs.OfImages(prepare(given ?? data.Look(parse)).First(data.Count(parse)!.Value));
            int threadCount = parse.GetValue(threads) ?? Environment.ProcessorCount;
            var results = await new ModelVerification(network, own => preprocessing.Resolve(parse, given?.Preprocess(own) ?? own),
                choice.Choose(parse, report),
                run.Resolve(parse), InputsOf, given is null ? CifarFormat.Shape : given.Shape,
                data.Reading(parse, threadCount, report), threadCount, report).RunAsync(cancellation);
            json.WriteBefore(() => ModelVerificationReport.Write(report, results), parse,
                () => JsonOutput.Text(ModelVerificationReport.ToJson(results)));
            return results.Failed == 0 ? ImcProgram.Success : ImcProgram.Failure;
        });
        return command;
    }

    private static int VerifyCases(Report report, string folder, CancellationToken cancellation)
    {
        string[] cases = ConformanceRunner.FindCases(folder);
        var kernels = EngineKernels.All;
        report.Line($"Kernels: reference, {string.Join(", ", kernels)}");
        var result = ConformanceRunner.Run(cases, kernels, (_, failures) =>
        {
            foreach (var failure in failures) report.Line(failure.ToString());
            cancellation.ThrowIfCancellationRequested();
        });
        report.Line(result.ToString());
        return result.Failed == 0 ? ImcProgram.Success : ImcProgram.Failure;
    }

    private static int VerifySelf(Report report, uint seed, TimeSpan limit, CancellationToken cancellation)
    {
        var clock = Stopwatch.StartNew();
        var result = SelfVerification.Run(EngineKernels.All, seed,
            cases => !cancellation.IsCancellationRequested && (cases == 0 || clock.Elapsed < limit));
        cancellation.ThrowIfCancellationRequested();

        foreach (var failure in result.Failures) report.Line(failure.ToString());
        var table = new TextTable(TextTable.Text("kernel"), TextTable.Text("in lanes"), TextTable.Number("cases"));
        table.Add("reference", "", $"{result.Cases}");
        table.Add("plain convolution (exact sums only)", "", $"{result.PlainCases}");
        foreach (var (kernel, cases) in result.Runs) table.Add(kernel.Name, kernel.Lanes, $"{cases}");
        report.Write(table);
        foreach (var kernel in result.NeverRan) report.Line($"{kernel} never ran; give --self more --seconds.");
        int failed = result.Failures.Select(failure => failure.Case).Distinct().Count();
        report.Line($"{result.Cases - failed} passed, {failed + result.NeverRan.Count} failed");
        return result.Passed ? ImcProgram.Success : ImcProgram.Failure;
    }
}
