using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Running;
using ImcEngine.Perf;

// Three launches of one process would triple the time and add little: kernels allocate nothing and have no start-up of their own.
var config = DefaultConfig.Instance.AddJob(Job.ShortRun).AddColumn(new BinaryMacRateColumn());
BenchmarkSwitcher.FromAssembly(typeof(BinaryMacRateColumn).Assembly).Run(args, config);
