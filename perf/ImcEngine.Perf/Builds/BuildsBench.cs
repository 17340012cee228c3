using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Perf.Networks;

namespace ImcEngine.Perf.Builds;

/// <summary>What one setting took on two builds; images per second are medians over rounds.</summary>
/// <param name="SameLogits">Whether both builds computed the same bits.</param>
internal sealed record BuildsRow(string Network, string Die, string Command, double OldImagesPerSecond, double NewImagesPerSecond,
    bool SameLogits);

/// <summary>Runs <c>imc compare</c> of two builds in turn, in this process, and takes the speed of the macro from what it
/// reports.</summary>
/// <param name="data">CIFAR-10, as <c>--data</c> of <c>imc</c> takes it.</param>
/// <param name="threads">What is passed on as <c>--threads</c>.</param>
/// <param name="folder">A folder for results.</param>
internal sealed class BuildsBench(LoadedImc old, LoadedImc current, string data, int threads, string folder)
{
    private static readonly (string File, int Images)[] Networks = [("resnet18-cifar10-w4a4", 128), ("resnet18-cifar10-w1a1", 512)];

    private readonly string _result = Path.Combine(folder, "result.json");

    private sealed record Pass(double ImagesPerSecond, string Logits);

    /// <param name="rounds">The rounds that count; one more, before them, loads and compiles.</param>
    /// <param name="only">Parts of the names of networks and of dies, with a colon between them.</param>
    public IEnumerable<BuildsRow> Measure(int rounds, string only) =>
        from network in Networks
        where network.File.Contains(only.Split(':')[0], StringComparison.Ordinal)
        let model = Path.Combine("weights", network.File + ".onnx")
        from die in Dies(BenchmarkNetwork.OfFile(model))
        where die.Name.Contains(only[(only.IndexOf(':', StringComparison.Ordinal) + 1)..], StringComparison.Ordinal)
        select Row(network.File, die.Name,
            ["compare", "--model", model, "--data", data, "--images", network.Images.ToString(CultureInfo.InvariantCulture),
                .. die.Changes],
            rounds);

    private BuildsRow Row(string network, string die, string[] command, int rounds)
    {
        var passes = Enumerable.Range(0, rounds + 1).Select(_ => (Old: Run(old, command), New: Run(current, command))).Skip(1).ToArray();
        var row = new BuildsRow(network, die, "imc " + string.Join(' ', command.Select(part => part == data ? "D" : part)),
            Median.Of(passes.Select(pass => pass.Old.ImagesPerSecond)), Median.Of(passes.Select(pass => pass.New.ImagesPerSecond)),
            passes.SelectMany(pass => (string[])[pass.Old.Logits, pass.New.Logits]).Distinct().Count() == 1);
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{network}, {die}: {row.OldImagesPerSecond:F1}, {row.NewImagesPerSecond:F1} images/s, same logits: {row.SameLogits}"));
        return row;
    }

    private Pass Run(LoadedImc build, string[] command)
    {
        build.Run([.. command, "--threads", threads.ToString(CultureInfo.InvariantCulture), "--stats", "0", "--json", _result]);
        var result = JsonNode.Parse(File.ReadAllText(_result))!;
        return new((double)result["imcImagesPerSecond"]!, (string)result["imcLogitsSha256"]!);
    }

    private IEnumerable<(string Name, string[] Changes)> Dies(BenchmarkNetwork network)
    {
        const string FullRange = "macro.adc.range=full", Offset = "macro.die.columnOffsetCounts=0.5";
        const string Inl = "macro.die.edgeErrorLsb=0.1", Mismatch = "macro.die.cellMismatchRelative=0.02";
        const string Noise = "macro.die.bitlineNoiseCounts=0.5";
        string[] Changes(params string[] changes) => [.. changes.SelectMany(change => (string[])["--set", change])];
        yield return ("ideal", Changes(FullRange));
        yield return ("column offset", Changes(FullRange, Offset));
        yield return ("column offset, INL", Changes(FullRange, Offset, Inl));
        yield return ("cell mismatch", Changes(FullRange, Mismatch));
        yield return ("bitline noise", Changes(FullRange, Noise));
        yield return ("column offset, bitline noise", Changes(FullRange, Offset, Noise));
        yield return ("column offset, cell mismatch, bitline noise", Changes(FullRange, Offset, Mismatch, Noise));
        string file = Path.Combine(folder, network.Name + ".csv");
        var adc = NetworkSetting.MeasuredTable(network, file).Macro.Adc;
        yield return ("measured table", Changes("macro.adc.kind=table", $"macro.adc.table={file}",
            $"macro.adc.levels=[{string.Join(',', adc.LevelsCounts!.Select(level => level.ToString(CultureInfo.InvariantCulture)))}]"));
    }
}
