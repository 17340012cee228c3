using ImcEngine.Evaluation.Optimization;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;
using ImcEngine.Tests.Cli;

namespace ImcEngine.Tests.Architecture;

/// <summary>Tries everything that a document shows, and says what fails.</summary>
internal static class DocumentExamples
{
    /// <summary>Lines that do not run here, and why. Those of <c>imc</c> are parsed nevertheless.</summary>
    public static IReadOnlyDictionary<string, string> NotRun { get; } = new Dictionary<string, string>
    {
        ["dotnet test -c Release"] = "runs this test",
        ["imc data cifar10"] = "downloads an archive",
        ["imc verify --self --seconds 30"] = "needs its time to reach every kernel; SelfVerificationTests does the same",
        ["dotnet run -c Release --project perf/ImcEngine.Perf -- networks"] = "measures for an hour",
        ["dotnet run -c Release --project perf/ImcEngine.Perf -- imagenet"] = "measures for minutes",
        ["dotnet run -c Release --project perf/ImcEngine.Perf -- pictures"] = "writes 3 GB and measures for minutes",
        ["dotnet run -c Release --project perf/ImcEngine.Perf -- answers"] = "needs CIFAR-10 and measures for an hour",
        ["imc pack state.npz --topology my-float.onnx --out w2a2.onnx --latent sawb --weights bipolar:2 "
            + "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225"] = "needs a trained network; LatentTopologyTests packs one",
        ["imc pack state.npz --topology my-float.onnx --out w4a4.onnx --latent mean-abs --weights twos-complement:4 "
            + "--mean 0.485,0.456,0.406 --std 0.229,0.224,0.225"] = "needs a trained network; LatentTopologyTests packs one",
        ["imc inspect w2a2.onnx --macro d21-imagenet-2bit"] = "needs a trained network; LatentTopologyTests packs one",
        ["bsub -J \"rows-bits[1-8]\" 'imc study rows-bits.json --out results --shard $LSB_JOBINDEX/8'"] = "needs LSF",
        ["bsub -w 'ended(\"rows-bits\")' 'imc study --merge results --out results'"] = "needs LSF",
        ["echo 'imc study rows-bits.json --out results --shard $SGE_TASK_ID/8' | qsub -N rows-bits -t 1-8 -cwd"] = "needs SGE",
        ["echo 'imc study --merge results --out results' | qsub -hold_jid rows-bits -cwd"] = "needs SGE",
        ["parallel imc study rows-bits.json --out results --shard {}/8 --threads 1 ::: 1 2 3 4 5 6 7 8"] = "needs GNU parallel",
        ["sbatch --array=1-8 --requeue --job-name=rows-bits --wrap "
            + "'imc study rows-bits.json --out results --shard $SLURM_ARRAY_TASK_ID/8'"] = "needs a cluster",
        ["sbatch --dependency=singleton --job-name=rows-bits --wrap 'imc study --merge results --out results'"] = "needs a cluster",
        ["dotnet run -c Release --project perf/ImcEngine.Perf -- readme"] = "writes files of the repository; SpeedTableTests compares",
        ["dotnet run -c Release --project perf/ImcEngine.Perf -- --filter '*'"] = "measures for an hour",
    };

    private static readonly Dictionary<string, Action<MarkdownBlock>> Readers = new()
    {
        ["sh"] = _ => { },
        ["text"] = _ => { },
        ["mermaid"] = _ => { },
        ["csharp"] = _ => { },
        ["json run"] = block => RequireStable(block.Text),
        ["json macro"] = block => RunSpecJson.ReadMacro(block.Text),
        ["json study"] = block => StudyJson.PointsOf(StudyJson.Read(block.Text)),
        ["json optimization"] = block => StudyJson.PointsOf(OptimizationJson.Read(block.Text).Study),
        ["csv table"] = block => MeasuredTable.Parse(block.Text.Split('\n'), "table"),
        ["csv noise"] = block => NoiseProfile.Parse(block.Text.Split('\n'), "profile"),
    };

    /// <summary>Blocks that their readers do not take, or whose kind no test knows.</summary>
    public static IEnumerable<string> BadBlocks(MarkdownDocument document) =>
        from block in document.Blocks
        let error = Readers.TryGetValue(block.Kind, out var read) ? ErrorOf(() => read(block))
            : $"no test knows this kind; known are {string.Join(", ", Readers.Keys)}"
        where error is not null
        select $"{document.Name}, block '{block.Kind}': {error}";

    /// <summary>
    /// Command lines that the program does not take or that no test would run, and names within sentences that it does not have.
    /// </summary>
    public static IEnumerable<string> BadLines(MarkdownDocument document) =>
        document.ShellLines.Where(line => ShellLine.ImcArguments(line) is null && !NotRun.ContainsKey(line))
            .Select(line => $"{document.Name}: no test runs '{line}'")
            .Concat(document.StrayShellLines.Select(line => $"{document.Name}: '{line}' stands in no block marked sh"))
            .Concat(from line in document.ShellLines
                    where ShellLine.ImcArguments(line) is not null
                    from error in ShellLine.ParseErrors(ShellLine.ImcArguments(line)!)
                    select $"{document.Name}: '{line}': {error}")
            .Concat(from arguments in document.InlineCommands
                    from name in ShellLine.UnknownNames(arguments)
                    select $"{document.Name}: 'imc {arguments}' has no '{name}'");

    /// <summary>Runs the lines in their order, and the programs, in a folder that has the document's files.</summary>
    public static async Task<IReadOnlyList<string>> FailuresOfRunningAsync(MarkdownDocument document)
    {
        using var folder = new ExampleFolder(document);
        var failures = new List<string>();
        foreach (string line in document.ShellLines)
        {
            if (NotRun.ContainsKey(line) || ShellLine.ImcArguments(line) is not { } arguments) continue;
            var run = await ImcRun.Of(ShellLine.Shortened(arguments));
            if (run.ExitCode != 0) failures.Add($"{document.Name}: '{line}' ended with {run.ExitCode}: {run.Error}");
        }
        foreach (var block in document.Blocks.Where(block => block.Kind == "csharp"))
            if (ErrorOf(() => Assert.NotEqual("", ExampleProgram.Run(block.Text))) is { } error)
                failures.Add($"{document.Name}, C# program: {error}");
        return failures;
    }

    private static void RequireStable(string json)
    {
        string resolved = RunSpecJson.Write(RunSpecJson.Read(json));
        Assert.Equal(resolved, RunSpecJson.Write(RunSpecJson.Read(resolved)));
    }

    private static string? ErrorOf(Action action) => Record.Exception(action)?.Message;
}
