using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using ImcEngine.Perf;

// BenchmarkDotNet looks for this project below the current folder, and the caller's may be any.
Environment.CurrentDirectory = RepositoryRoot();
var config = DefaultConfig.Instance.AddJob(Job.ShortRun).AddColumn(new BinaryMacRateColumn());
var summaries = BenchmarkSwitcher.FromAssembly(typeof(BinaryMacRateColumn).Assembly).Run(args, config);
return summaries.All(summary => !summary.HasCriticalValidationErrors && summary.Reports.Length == summary.BenchmarksCases.Length && summary.Reports.All(report => report.Success)) ? 0 : 1;

static string RepositoryRoot()
{
    for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        if (File.Exists(Path.Combine(folder.FullName, "ImcEngine.sln"))) return folder.FullName;
    throw new InvalidOperationException("Run the benchmarks from a checkout: no folder above the program holds ImcEngine.sln.");
}
