using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ImcEngine.Perf.Networks;

/// <summary>
/// <c>imagenet</c>: times ResNet18 at 224x224 against OnnxRuntime, measures its memory, and writes the results to <c>perf/results/CPU</c>.
/// Options: <c>--rounds N</c> (7), <c>--threads N</c> (2), <c>--out DIR</c>.
/// <c>--profile NAME</c> prints the steps of the points whose key holds the name instead, e.g. <c>"imagenet, 4-bit"</c>.
/// </summary>
internal static class ImageNetCommand
{
    private sealed record Results(Machine Machine, string Command, int Threads, int Rounds, string Version, IReadOnlyList<ImageNetRow> Rows,
        IReadOnlyDictionary<string, ImageNetMemory> Memory);

    public static int Run(string[] args)
    {
        var options = BenchOptions.Parse("imagenet", args);
        if (options.MeasuredMemory is { } key) return PrintPeakMemory(key, options.Threads);
        var bench = new ImageNetBench(options.Threads, options.Rounds);
        if (options.Profiled is { } profiled)
        {
            foreach (var point in ImageNetPoint.All.Where(point => point.Key.Contains(profiled, StringComparison.Ordinal)))
                NetworksCommand.Print(point.Key, bench.Profile(point));
            return 0;
        }
        var machine = Machine.Current();
        var rows = bench.Measure();
        var results = new Results(machine, NetworksCommand.CommandOf("imagenet", args), options.Threads, options.Rounds,
            ImcVersion.Product, rows,
            ImageNetPoint.All.Where(point => point.Topology == BenchmarkTopology.ImageNet)
                .ToDictionary(point => point.Key, point => PeakMemoryOf(point, options.Threads)));
        string text = Markdown(results);
        ResultFiles.Write("imagenet", options.Folder, machine, results, text);
        Console.Write(text);
        return 0;
    }

    private static string Markdown(Results results)
    {
        var text = new StringBuilder();
        var machine = results.Machine;
        text.Append(CultureInfo.InvariantCulture, $"# ResNet18 at 224x224 on {machine.Cpu}\n\n");
        text.Append("torchvision's topology (7x7 stem, 1,000 classes), width 64, random weights, activations tuned to the density of set "
            + "bits that is shown; beside it the CIFAR topology. Made by\n\n");
        text.Append(CultureInfo.InvariantCulture, $"    {results.Command}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Engine on {machine.Instructions}, OnnxRuntime float32 on {machine.FloatInstructions}, "
            + $"at the same batch; {results.Threads} threads on each side; medians of {results.Rounds} interleaved rounds in one process; "
            + $"{machine.Dotnet}, OnnxRuntime {machine.OnnxRuntime}. *4-bit ADC*: 256 rows, row groups of whole kernel positions, "
            + $"range clipped to 15 LSB of 7 counts. ");
        text.Append("*Memory*: the largest of a process that builds the network and runs it at batch 16: working set, and what the garbage "
            + "collector had committed.\n");
        double processors = results.Rows.Min(row => row.Processors);
        if (processors < 0.9 * results.Threads)
            text.Append(CultureInfo.InvariantCulture, $"\n**The machine was busy with other work: "
                + $"the engine had {processors:F1} of {results.Threads} processors. Ratios and rates are preliminary.**\n");
        text.Append("\n| topology | network | hardware | batch | density | images/s | float, images/s | over float | memory | kernels |\n"
            + "|---|---|---|---:|---:|---:|---:|---:|---:|---|\n");
        foreach (var row in results.Rows)
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Topology} | {row.Network} | {row.Hardware} | {row.Batch} | {row.Density:F2} | "
                + $"{row.ImagesPerSecond:F1} | {row.FloatImagesPerSecond:F1} | {row.OverFloat:F2}x | {MemoryText(results, row)} | "
                + $"{row.Kernels} |\n");
        return text.ToString();
    }

    private static string MemoryText(Results results, ImageNetRow row) =>
        results.Memory.TryGetValue($"{row.Topology}, {row.Network}, {row.Hardware}", out var memory)
            ? string.Create(CultureInfo.InvariantCulture, $"{memory.WorkingSetBytes / 1e6:F0} MB, {memory.ManagedBytes / 1e6:F0} MB") : "";

    private static ImageNetMemory PeakMemoryOf(ImageNetPoint point, int threads)
    {
        string output = OwnProcess.Output(["imagenet", .. BenchOptions.ForMemoryOf(point.Key, threads)]);
        return JsonSerializer.Deserialize<ImageNetMemory>(output, ResultFiles.Json)!;
    }

    private static int PrintPeakMemory(string key, int threads)
    {
        var point = ImageNetPoint.All.First(point => point.Key == key);
        Console.WriteLine(JsonSerializer.Serialize(new ImageNetBench(threads, rounds: 1).PeakMemory(point), ResultFiles.Json));
        return 0;
    }
}
