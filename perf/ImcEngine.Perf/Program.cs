using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using ImcEngine;
using ImcEngine.Perf;
using ImcEngine.Perf.Answers;
using ImcEngine.Perf.Builds;
using ImcEngine.Perf.Networks;
using ImcEngine.Perf.Weights;

// networks: times whole networks against OnnxRuntime. imagenet: the same at 224x224. pictures: runs a folder of JPEG files. answers: times
// whole commands of imc. builds: times an older build and this one in turn. readme: copies tables into the documents that show them.
// weights: measures the accuracies of the networks that ship. Anything else: arguments of BenchmarkDotNet, for kernels and layers.
// All commands work from the repository's root, whatever the caller's folder is.
Environment.CurrentDirectory = RepositoryRoot();
try
{
    return args.FirstOrDefault() switch
    {
        "networks" => NetworksCommand.Run(args[1..]),
        "imagenet" => ImageNetCommand.Run(args[1..]),
        "pictures" => PicturesCommand.Run(args[1..]),
        "answers" => AnswersCommand.Run(args[1..]),
        "builds" => BuildsCommand.Run(args[1..]),
        "readme" => ReadmeCommand.Run(),
        "weights" => WeightsCommand.Run(args[1..]),
        _ => RunBenchmarks(args),
    };
}
catch (ImcException e)
{
    Console.Error.WriteLine($"perf: {e.Message}");
    return 2;
}

static int RunBenchmarks(string[] args)
{
    var config = DefaultConfig.Instance.AddJob(Job.ShortRun).AddColumn(new BinaryMacRateColumn());
    var summaries = BenchmarkSwitcher.FromAssembly(typeof(BinaryMacRateColumn).Assembly).Run(args, config);
    return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.Length == summary.BenchmarksCases.Length
        && summary.Reports.All(report => report.Success)) ? 0 : 1;
}

static string RepositoryRoot()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "ImcEngine.sln"))) return folder.FullName;
    throw new InvalidOperationException("Run the benchmarks from a checkout: no folder above the program holds ImcEngine.sln.");
}
