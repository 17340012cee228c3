using System.Diagnostics;
using System.Xml.Linq;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Randomness;

namespace ImcEngine.Tests.Architecture;

/// <summary>
/// Tests of this assembly run again in a child process, with environment variables that the runtime reads only at its start. A child runs
/// what <see cref="Filter"/> names; no test that starts a child is among it, and a child that is asked to start one refuses.
/// </summary>
/// <param name="Passed">Names of the tests that passed.</param>
/// <param name="Failures">Name and message of those that failed.</param>
/// <param name="InstructionSets">What <see cref="Architecture.InstructionSets"/> reported.</param>
internal sealed record ChildTestRun(IReadOnlyList<string> Passed, IReadOnlyList<string> Failures, string InstructionSets)
{
    private const string ChildMark = "IMC_TESTS_CHILD";

    /// <summary>Trait of classes of the suites that children leave out, for others say as much of other instructions:
    /// <c>[Trait(InChildren, Never)]</c>.</summary>
    public const string InChildren = "InChildren", Never = "never";

    /// <summary>
    /// This process is a child. Its parent has all widths of lanes and tests the programs of those that a child has, too:
    /// a child takes fewer cases of each kind.
    /// </summary>
    public static bool IsRunning { get; } = Environment.GetEnvironmentVariable(ChildMark) is not null;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(30);
    private static readonly XNamespace Trx = "http://microsoft.com/schemas/VisualStudio/TeamTest/2010";

    /// <summary>Namespaces and classes that test code which chooses instructions by the machine, or numbers that such code makes.</summary>
    public static readonly string[] Suites =
    [
        "ImcEngine.Tests.Kernels", "ImcEngine.Tests.Networks", "ImcEngine.Tests.EndToEnd", typeof(PhiloxTests).FullName!,
        typeof(DrawsTests).FullName!,
        typeof(Shapes10Tests).FullName!,
    ];

    private static string Filter =>
        $"({string.Join('|',
            Suites.Append(typeof(InstructionSets).FullName).Select(name => $"FullyQualifiedName~{name}."))})&{InChildren}!={Never}";

    public static async Task<ChildTestRun> Start(params (string Name, string Text)[] environment)
    {
        if (IsRunning) throw new InvalidOperationException("A child process of the tests must not start another.");
        var results = Directory.CreateTempSubdirectory("imc-tests-");
        try
        {
            string log = await RunTests(results.FullName, environment);
            string file = Path.Combine(results.FullName, "child.trx");
            if (!File.Exists(file)) throw new InvalidOperationException($"The child process wrote no results:\n{log}");
            return Read(XDocument.Load(file), log);
        }
        finally
        {
            results.Delete(recursive: true);
        }
    }

    private static async Task<string> RunTests(string results, (string Name, string Text)[] environment)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = results,
        };
        foreach (string argument in new[] { "test", typeof(ChildTestRun).Assembly.Location, "--filter", Filter, "--logger",
            "trx;LogFileName=child.trx", "--results-directory", results })
            start.ArgumentList.Add(argument);
        start.Environment[ChildMark] = "1";
        foreach (var (name, text) in environment) start.Environment[name] = text;
        using var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(Patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(patience.Token);
            var error = process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return await output + await error;
        }
        finally
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
        }
    }

    private static ChildTestRun Read(XDocument trx, string log)
    {
        var results = trx.Descendants(Trx + "UnitTestResult").ToList();
        var report = results.FirstOrDefault(result => Name(result).StartsWith(typeof(InstructionSets).FullName!, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"The child process did not report its instruction sets:\n{log}");
        return new(
            [.. results.Where(result => Outcome(result) == "Passed").Select(Name)],
            [.. results.Where(result => Outcome(result) == "Failed")
                .Select(result => $"{Name(result)}: {result.Descendants(Trx + "Message").FirstOrDefault()?.Value}")],
            report.Descendants(Trx + "StdOut").First().Value.Trim());
    }

    private static string Name(XElement result) => result.Attribute("testName")!.Value;

    private static string Outcome(XElement result) => result.Attribute("outcome")!.Value;
}
