using System.Text.Json.Nodes;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Cli;

/// <summary>Every run that reads images says how they are preprocessed and where that comes from.</summary>
public sealed class PreprocessingReportTests : IDisposable
{
    private const string Stated = "Preprocessing: "
        + "mean 0.4914,0.4822,0.4465 (model metadata), std 0.247,0.2435,0.2616 (model metadata), layout RGB (model metadata).";
    private const string Assumed = "Preprocessing: "
        + "mean 0.4914,0.4822,0.4465 (assumed), std 0.247,0.2435,0.2616 (assumed), layout RGB (assumed).";

    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Stated_assumed_and_given_parts_are_told_apart()
    {
        string stated = _files.Model(4), silent = Silent(4);
        Assert.Contains(Stated, (await Run("compare", "--model", stated)).Lines);
        var run = await Run("compare", "--model", silent, "--mean", "0.5,0.5,0.5", "--json", _files["c.json"]);
        Assert.Contains("Preprocessing: mean 0.5,0.5,0.5 (option), std 0.247,0.2435,0.2616 (assumed), layout RGB (assumed).", run.Lines);
        Assert.Contains(run.Lines, line => line.StartsWith("CIFAR-10's constants are assumed", StringComparison.Ordinal));
        var json = Json("c.json")["preprocessing"]!;
        Assert.Equal(
            """{"mean":[0.5,0.5,0.5],"std":[0.247,0.2435,0.2616],"layout":"RGB","meanSource":"option","stdSource":"assumed","""
            + "\"layoutSource\":\"assumed\"}", json.ToJsonString());
    }

    [Fact]
    public async Task A_float_network_of_other_preprocessing_has_a_line_and_a_field_of_its_own()
    {
        var run = await Run("compare", "--model", _files.Model(4), "--float", Silent(32), "--json", _files["c.json"]);
        Assert.Contains(Stated, run.Lines);
        Assert.Contains(Assumed.Replace("Preprocessing:", "Preprocessing of silent32.onnx:", StringComparison.Ordinal), run.Lines);
        Assert.Equal("assumed", (string)Json("c.json")["floatPreprocessing"]!["meanSource"]!);
    }

    [Fact]
    public async Task Every_command_that_reads_images_prints_it()
    {
        string silent = Silent(4);
        Assert.Contains(Assumed, (await Run("attribute", "--model", silent, "--json", _files["a.json"])).Lines);
        Assert.Contains(Assumed,
            (await ImcRun.Of("calibrate", silent, "--data", _files.Data, "--calibration", "2", "--out",
                _files["cal.json"])).Succeeds().Lines);
        Assert.Contains(Assumed,
            (await ImcRun.Of("profile", silent, "--data", _files.Data, "--calibration", "2", "--json", _files["p.json"])).Succeeds().Lines);
        Assert.Contains(Assumed,
            (await ImcRun.Of("verify", "--model", silent, "--data", _files.Data, "--images", "2", "--json", _files["v.json"])).Lines);
        Assert.Contains(Assumed,
            (await ImcRun.Of("quantize", Silent(32), "--data", _files.Data, "--calibration", "2", "--out",
                _files["q.onnx"])).Succeeds().Lines);
        foreach (string file in new[] { "a.json", "p.json", "v.json" })
            Assert.Equal("assumed", (string)Json(file)["preprocessing"]!["stdSource"]!);
        // What was assumed is not stated by the network that was quantized with it.
        Assert.DoesNotContain(OnnxFile.Load(_files["q.onnx"]).Metadata, entry => entry.Key is ModelMetadata.Mean or ModelMetadata.Std);
    }

    /// <summary>A network that states no preprocessing.</summary>
    private string Silent(int bits)
    {
        var model = OnnxFile.Load(_files.Model(bits));
        model.Metadata.RemoveAll(entry => entry.Key is ModelMetadata.Mean or ModelMetadata.Std or ModelMetadata.Layout);
        OnnxFile.Save(model, _files[$"silent{bits}.onnx"]);
        return _files[$"silent{bits}.onnx"];
    }

    private async Task<ImcRun> Run(string command, params string[] options) =>
        (await ImcRun.Of([command, "--data", _files.Data, "--calibration", "2", "--stats", "0", .. options])).Succeeds();

    private JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(_files[file]))!;
}
