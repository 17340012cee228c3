using System.CommandLine;
using System.Diagnostics;
using ImcEngine.Evaluation.Verification;

namespace ImcEngine.Cli;

/// <summary><c>imc verify</c>: every kernel and the reference on conformance cases, or on random ones (<c>--self</c>).</summary>
internal static class VerifyCommand
{
    private const int DefaultSeconds = 10;

    public static Command Create()
    {
        var folder = new Argument<string?>("DIR") { Description = "Folder of conformance cases", Arity = ArgumentArity.ZeroOrOne };
        var self = new Option<bool>("--self") { Description = "Compare plain convolution, reference and every kernel on random layers instead" };
        var seconds = Choices.WholeNumber("--seconds", $"How long --self goes on (default: {DefaultSeconds})", least: 1);
        var seed = Choices.WholeNumber("--seed", "Of the random layers (default: 1)");
        var command = new Command("verify", "Check every kernel on this computer: conformance cases in DIR, or --self") { folder, self, seconds, seed };
        command.Validators.Add(result =>
        {
            if (result.GetValue(folder) is null != result.GetValue(self)) result.AddError("'verify' takes either DIR, a folder of conformance cases, or --self.");
        });
        command.SetCancellableAction((parse, cancellation) => Task.FromResult(parse.GetValue(folder) is { } cases
            ? VerifyCases(Report.Of(parse), cases, cancellation)
            : VerifySelf(Report.Of(parse), (uint)(parse.GetValue(seed) ?? 1), TimeSpan.FromSeconds(parse.GetValue(seconds) ?? DefaultSeconds), cancellation)));
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
        var result = SelfVerification.Run(EngineKernels.All, seed, cases => !cancellation.IsCancellationRequested && (cases == 0 || clock.Elapsed < limit));
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
