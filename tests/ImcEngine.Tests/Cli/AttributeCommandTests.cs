using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli;

public sealed class AttributeCommandTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Every_source_has_its_costs_and_layers_alone_and_without()
    {
        string[] hardware = ["--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--set",
            "macro.die.columnOffsetCounts=1"];
        var run = (await ImcRun.Of(["attribute", .. hardware, "--stats", "2", "--json", _files["a.json"]])).Succeeds();
        (await ImcRun.Of(["compare", .. hardware, "--stats", "2", "--json", _files["c.json"]])).Succeeds();
        JsonNode document = JsonNode.Parse(File.ReadAllText(_files["a.json"]))!,
            compared = JsonNode.Parse(File.ReadAllText(_files["c.json"]))!;
        Assert.Equal((double)compared["imcTop1"]!, (double)document["everything"]!["top1"]!);
        Assert.Equal(compared["layers"]!.ToJsonString(), document["everything"]!["layers"]!.ToJsonString());
        var sources = document["sources"]!.AsArray();
        Assert.Equal(["ADC", "clipping", "resolution", "column offset"], sources.Select(source => (string)source!["name"]!));
        foreach (var source in sources)
        {
            double baseline = (bool)source!["ofDie"]! ? (double)document["idealDie"]!["top1"]! : (double)document["digitalTop1"]!;
            Assert.Equal(baseline - (double)source["alone"]!["top1"]!, (double)source["alone"]!["costTop1"]!);
            Assert.Equal((double)source["without"]!["top1"]! - (double)document["everything"]!["top1"]!,
                (double)source["without"]!["costTop1"]!);
            Assert.Equal(compared["layers"]!.AsArray().Count, source["without"]!["layers"]!.AsArray().Count);
        }
        Assert.Equal((double)document["floatTop1"]! - (double)document["digitalTop1"]!, (double)document["quantizationCostTop1"]!);
        Assert.Equal(compared["layers"]!.AsArray().Select(layer => (string)layer!["name"]!),
            document["quantizationLayers"]!.AsArray().Select(layer => (string)layer!["name"]!));
        Assert.All(document["quantizationLayers"]!.AsArray(), layer => Assert.True((double)layer!["inputSqnrDb"]! > 0));
        // Without its only error the die is the ideal one, and that error alone is the die.
        Assert.Equal(document["idealDie"]!["layers"]!.ToJsonString(), sources[3]!["without"]!["layers"]!.ToJsonString());
        Assert.Equal(document["everything"]!["layers"]!.ToJsonString(), sources[3]!["alone"]!["layers"]!.ToJsonString());
        Assert.Contains(run.Lines,
            line => line.StartsWith("layer ", StringComparison.Ordinal) && line.Contains("no column offset", StringComparison.Ordinal));
        Assert.Contains(run.Lines,
            line => line.StartsWith("layer ", StringComparison.Ordinal) && line.Contains(" quantization ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_measured_table_is_one_with_its_levels()
    {
        File.WriteAllLines(_files["t.csv"], ["s,P(0),P(30),P(60)", "0,0.9,0.1,0", "60,0,0.1,0.9"]);
        var run =
            (await ImcRun.Of("attribute", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--stats", "0", "--set",
                "macro.adc.kind=table", "--set", $"macro.adc.table={_files["t.csv"]}", "--set", "macro.adc.beyondTable=clamp")).Succeeds();
        Assert.Contains("'ADC' cannot be taken away: a measured table cannot be separated from its levels.", run.Lines);
        Assert.Contains(run.Lines, line => line.StartsWith("measured table ", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Lines, line => line.StartsWith("SQNR", StringComparison.Ordinal));
    }
}
