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

    /// <param name="Changes">The arguments that make it differ from the usual hardware.</param>
    private sealed record Setting(string Network, int Images, string Name, string[] Changes);

    /// <param name="rounds">The rounds that count; one more, before them, loads and compiles.</param>
    /// <param name="only">Parts of the names of networks and of dies, with a colon between them.</param>
    public IEnumerable<BuildsRow> Measure(int rounds, string only)
    {
        int colon = only.IndexOf(':', StringComparison.Ordinal);
        string network = only[..colon], name = only[(colon + 1)..];
        var ofDies = Networks.Where(each => each.File.Contains(network, StringComparison.Ordinal)).SelectMany(each =>
            Dies(each.File).Select(die => new Setting(each.File, each.Images, die.Name, die.Changes)));
        return from setting in ofDies.Concat(Others().Where(each => each.Network.Contains(network, StringComparison.Ordinal)))
               where setting.Name.Contains(name, StringComparison.Ordinal)
               select Row(setting.Network, setting.Name,
                   ["compare", "--model", ModelOf(setting.Network), "--data", data, "--images",
                       setting.Images.ToString(CultureInfo.InvariantCulture), .. setting.Changes],
                   rounds);
    }

    private static string ModelOf(string network) => Path.Combine("weights", network + ".onnx");

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

    /// <summary>ADCs whose levels lie on no line, ADCs of plane pairs, converters of Saikia et al., and digits.</summary>
    private static IEnumerable<Setting> Others()
    {
        const string Four = "resnet18-cifar10-w4a4", Offset = "macro.die.columnOffsetCounts=0.5";
        const string Noise = "macro.die.bitlineNoiseCounts=0.5";
        const int Few = 64, Many = 512;
        string[] lloydMax = ["--design", "lloydMax"];
        yield return new(Four, Few, "lloydMax: column offset", [.. Changes(Offset), .. lloydMax]);
        yield return new(Four, Few, "lloydMax: bitline noise", [.. Changes(Noise), .. lloydMax]);
        yield return new(Four, Few, "lloydMax: cell mismatch", [.. Changes("macro.die.cellMismatchRelative=0.02"), .. lloydMax]);
        yield return new(Four, Few, "ADCs of plane pairs: column offset", Changes(Offset, "calibration.per=planePair"));
        yield return new(Four, Few, "ADCs of plane pairs: bitline noise", Changes(Noise, "calibration.per=planePair"));
        foreach (var (network, preset) in ((string, string)[])
            [("resnet18-cifar10-w1a1", "d21-cifar-1bit"), ("resnet18-cifar10-w4a4-d21", "d21-cifar-4bit")])
        {
            string[] levels = ["--macro", preset, .. Changes("macro.adc.levels=21")];
            yield return new(network, 2 * Few, preset + ": column offset", [.. levels, .. Changes("macro.die.columnOffsetCounts=1")]);
            yield return new(network, 2 * Few, preset + ": bitline noise", [.. levels, .. Changes("macro.die.bitlineNoiseCounts=1")]);
        }
        yield return new("resnet18-cifar10-w2a2", Few / 2, "d21-imagenet-2bit: second stage", ["--macro", "d21-imagenet-2bit",
            .. Changes("macro.rows=64", "macro.adc.secondNoiseMean=-0.8", "macro.adc.secondNoiseSigma=2.8")]);
        yield return new(Four, Many, "digits: input digits of 2 bits", Changes("macro.inputDigitBits=2"));
        yield return new(Four, Many, "digits: input digits of 4 bits", Changes("macro.inputDigitBits=4"));
        yield return new(Four, Many, "digits: 4 x 2 bits", Changes("macro.inputDigitBits=4", "macro.weightDigitBits=2"));
    }

    private static string[] Changes(params string[] changes) => [.. changes.SelectMany(change => (string[])["--set", change])];

    private IEnumerable<(string Name, string[] Changes)> Dies(string network)
    {
        const string FullRange = "macro.adc.range=full", Offset = "macro.die.columnOffsetCounts=0.5";
        const string Inl = "macro.die.edgeErrorLsb=0.1", Mismatch = "macro.die.cellMismatchRelative=0.02";
        const string Noise = "macro.die.bitlineNoiseCounts=0.5";
        yield return ("ideal", Changes(FullRange));
        yield return ("column offset", Changes(FullRange, Offset));
        yield return ("column offset, INL", Changes(FullRange, Offset, Inl));
        yield return ("cell mismatch", Changes(FullRange, Mismatch));
        yield return ("bitline noise", Changes(FullRange, Noise));
        yield return ("column offset, bitline noise", Changes(FullRange, Offset, Noise));
        yield return ("column offset, cell mismatch, bitline noise", Changes(FullRange, Offset, Mismatch, Noise));
        string file = Path.Combine(folder, network + ".csv");
        var adc = NetworkSetting.MeasuredTable(BenchmarkNetwork.OfFile(ModelOf(network)), file).Macro.Adc;
        yield return ("measured table", Changes("macro.adc.kind=table", $"macro.adc.table={file}",
            $"macro.adc.levels=[{string.Join(',', adc.LevelsCounts!.Select(level => level.ToString(CultureInfo.InvariantCulture)))}]"));
    }
}
