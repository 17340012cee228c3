using System.Text.Json.Nodes;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Cli;

/// <summary>Every run that reads images says how they are preprocessed and where that comes from.</summary>
public sealed class PreprocessingReportTests : IDisposable
{
    private const string Stated = "Preprocessing: scale 255 (the default for bytes), "
        + "mean 0.4914,0.4822,0.4465 (model metadata), std 0.247,0.2435,0.2616 (model metadata), layout RGB (model metadata).";
    private const string Assumed = "Preprocessing: scale 255 (the default for bytes), "
        + "mean 0.4914,0.4822,0.4465 (assumed), std 0.247,0.2435,0.2616 (assumed), layout RGB (assumed).";

    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Stated_assumed_and_given_parts_are_told_apart()
    {
        string stated = _files.Model(4), silent = Silent(4);
        Assert.Contains(Stated, (await Run("compare", "--model", stated)).Lines);
        var run = await Run("compare", "--model", silent, "--mean", "0.5,0.5,0.5", "--json", _files["c.json"]);
        Assert.Contains("Preprocessing: scale 255 (the default for bytes), mean 0.5,0.5,0.5 (option), std 0.247,0.2435,0.2616 (assumed), "
            + "layout RGB (assumed).", run.Lines);
        Assert.Contains(run.Lines, line => line.StartsWith("CIFAR-10's constants are assumed", StringComparison.Ordinal));
        var json = Json("c.json")["preprocessing"]!;
        Assert.Equal(
            """{"scale":255,"mean":[0.5,0.5,0.5],"std":[0.247,0.2435,0.2616],"layout":"RGB","scaleSource":"default","""
            + "\"meanSource\":\"option\",\"stdSource\":\"assumed\","
            + "\"layoutSource\":\"assumed\"}", json.ToJsonString());
    }

    [Fact]
    public async Task Another_scale_is_taken_from_option_and_metadata_and_is_written_with_the_network()
    {
        // Bytes divided by 1 and by 255 and a half-range std are the same inputs, once by option and once by metadata.
        var run = await Run("compare", "--model", Silent(32), "--mean", "0", "--std", "127.5", "--scale", "1", "--json", _files["c.json"]);
        Assert.Contains("Preprocessing: scale 1 (option), mean 0,0,0 (option), std 127.5,127.5,127.5 (option), layout RGB (assumed).",
            run.Lines);
        var halves = await Run("compare", "--model", Silent(32), "--mean", "0", "--std", "0.5", "--json", _files["h.json"]);
        Assert.Equal((double)Json("h.json")["floatTop1"]!, (double)Json("c.json")["floatTop1"]!);
        (await ImcRun.Of("quantize", Silent(32), "--data", _files.Data, "--calibration", "2", "--mean", "0", "--std", "127.5",
            "--scale", "1",
            "--out", _files["q.onnx"])).Succeeds();
        Assert.Contains(OnnxFile.Load(_files["q.onnx"]).Metadata, entry => (entry.Key, entry.Value) == (ModelMetadata.Scale, "1"));
        Assert.Contains("Preprocessing: scale 1 (model metadata), mean 0,0,0 (model metadata), std 127.5,127.5,127.5 (model metadata), "
            + "layout RGB (assumed).", (await Run("compare", "--model", _files["q.onnx"])).Lines);
    }

    [Theory]
    [InlineData("0"), InlineData("-1"), InlineData("many"), InlineData("1e9"), InlineData("NaN")]
    public async Task A_scale_that_cannot_be_is_refused(string scale) =>
        (await ImcRun.Of("compare", "--model", _files.Model(4), "--data", _files.Data, "--scale", scale)).IsBadInput(
            $"--scale is '{scale}'");

    [Fact]
    public async Task A_scale_in_a_file_is_one_number()
    {
        var model = OnnxFile.Load(_files.Model(4));
        ModelMetadata.Set(model, ModelMetadata.Scale, "255,255,255");
        OnnxFile.Save(model, _files["three.onnx"]);
        (await ImcRun.Of("inspect", _files["three.onnx"])).IsBadInput("imc.scale is '255,255,255'", "one number");
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
