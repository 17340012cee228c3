using System.Text.Json.Nodes;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Importer.Quantization;

namespace ImcEngine.Tests.Cli;

/// <summary>Settings that cannot act are refused or named; so are a network and images of different classes.</summary>
public sealed class IdleSettingsTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("quantization: found {\"weightBits\":1,", "--set", "quantization.weightBits=1")]
    [InlineData("quantization: found {\"weightBits\":4,", "--set", "quantization.weightBits=4")]
    [InlineData("quantization: found", "--versus", "quantization.weightBits=4")]
    [InlineData("layers.layer1.*.weightBits: found 4", "--set", "layers.layer1.*.weightBits=4")]
    [InlineData("layers.layer1.*.activationBits: found 4", "--set", "layers.layer1.*.activationBits=4")]
    [InlineData("layers.layer1.*.digital: found false", "--set", "layers.layer1.*.digital=false")]
    [InlineData("layers.conv1.digital: found false", "--set", "layers.conv1.digital=false")]
    public async Task A_quantized_network_takes_no_other_codes(string found, params string[] options)
    {
        string model = _files.Model(4);
        foreach (string command in new[] { "compare", "attribute" })
            if (command == "compare" || options[0] == "--set")
                (await ImcRun.Of([command, "--model", model, "--data", _files.Data, "--calibration", "2", "--stats", "0", .. options]))
                    .IsBadInput(found, "'4.onnx' is quantized already and keeps its own codes (unipolar:4 x twos-complement:4)", "leave");
    }

    [Fact]
    public async Task So_it_does_in_a_file()
    {
        File.WriteAllText(_files["run.json"], """{"quantization":{"activationBits":2},"calibration":{"count":2}}""");
        (await ImcRun.Of("compare", "--model", _files.Model(4), "--data", _files.Data, "--run", _files["run.json"])).IsBadInput(
            "quantization: found", "is quantized already");
        (await ImcRun.Of("calibrate", _files.Model(4), "--data", _files.Data, "--run", _files["run.json"], "--out",
            _files["c.json"])).IsBadInput("quantization: found");
        (await ImcRun.Of("profile", _files.Model(4), "--data", _files.Data, "--run", _files["run.json"])).IsBadInput("quantization: found");
        (await ImcRun.Of("inspect", _files.Model(4), "--run", _files["run.json"])).IsBadInput("quantization: found");
        (await ImcRun.Of("verify", "--model", _files.Model(4), "--data", _files.Data, "--images", "2", "--run",
            _files["run.json"])).IsBadInput("quantization: found");
    }

    [Fact]
    public async Task A_file_with_every_field_at_its_default_runs_and_says_what_has_no_effect()
    {
        File.WriteAllText(_files["run.json"], (await ImcRun.Of("spec")).Succeeds().Output);
        var run = (await Compare(_files.Model(1), "--run", _files["run.json"])).Succeeds();
        Assert.Contains("The specification's quantization has no effect: "
            + "the network is quantized already and keeps its own codes (bipolar:1 x bipolar:1).", run.Lines);
    }

    /// <summary>A quantized network follows <c>quantization.rebase</c>, which says nothing of its codes' number.</summary>
    [Fact]
    public async Task Zero_points_may_be_kept()
    {
        string model = _files.Model(4);
        File.WriteAllText(_files["rebase.json"], """{"quantization":{"rebase":"none"}}""");
        string[][] waysToSay = [["--set", "quantization.rebase=none"], ["--run", _files["rebase.json"]]];
        foreach (string[] options in waysToSay)
        {
            string json = _files["result.json"];
            var run = (await Compare(model, [.. options, "--json", json])).Succeeds();
            Assert.Contains("The specification's quantization.rebase has no effect: no layer has codes that would be re-based.", run.Lines);
            Assert.DoesNotContain("quantization has no effect", run.Output, StringComparison.Ordinal);
            Assert.Equal("""{"rebase":"none"}""", JsonNode.Parse(File.ReadAllText(json))!["run"]!["quantization"]!.ToJsonString());
        }
        (await Compare(model, "--set", "quantization.rebase=all")).IsBadInput("quantization.rebase: found \"all\"", "\"none\"");
        (await Compare(model, "--set", "quantization.rebase=none", "--set", "quantization.weightBits=2"))
            .IsBadInput("quantization: found", "is quantized already");
    }

    [Fact]
    public async Task An_exemption_from_a_later_pattern_acts()
    {
        var run =
            (await Compare(_files.Model(4), "--set", "layers.layer1.*=digital", "--set", "layers.layer1.0.conv1.digital=false")).Succeeds();
        Assert.Contains(run.Lines, line => line.StartsWith("Digital: layer1.0.conv2 (", StringComparison.Ordinal));
        Assert.DoesNotContain(run.Lines, line => line.StartsWith("Digital: layer1.0.conv1 (", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("The adc of layers \"conv1\" has no effect: every layer that it names is digital, e.g. "
        + "'conv1' (its input comes from the image", "--set", "layers.conv1.adc.bits=6")]
    [InlineData("The override of layers \"layer1.0.conv1\" has no effect: earlier patterns", "--set", "layers.layer1.0.conv1.adc.bits=6",
        "--set", "layers.layer1.*.adc.bits=5")]
    [InlineData("--die has no effect", "--die", "3")]
    [InlineData("--seed has no effect", "--seed", "3")]
    [InlineData("--yield-above judges a single die", "--yield-above", "0.5")]
    [InlineData("--calibration calibrates nothing here", "--set", "macro.adc.range=full")]
    public async Task What_has_no_effect_is_named(string line, params string[] options)
    {
        var run = (await Compare(_files.Model(4), options)).Succeeds();
        Assert.Contains(run.Lines, each => each.StartsWith(line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_acts_is_not_named()
    {
        var run = (await Compare(
            _files.Model(4), "--die", "3", "--dies", "2", "--seed", "4", "--yield-above", "0.5", "--set", "macro.die.columnOffsetCounts=1",
            "--set", "macro.die.bitlineNoiseCounts=1",
            "--set", "layers.layer1.*.adc.bits=5")).Succeeds();
        Assert.DoesNotContain(run.Lines,
            line => line.Contains("no effect", StringComparison.Ordinal) || line.Contains("nothing here", StringComparison.Ordinal)
                || line.Contains("judges", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_network_of_other_classes_than_the_images_is_refused_before_anything_runs()
    {
        string model = _files["five.onnx"];
        OnnxFile.Save(FloatModels.Chain(32), model);
        foreach (string command in new[] { "compare", "attribute" })
        {
            var run = await ImcRun.Of(command, "--model", model, "--data", _files.Data, "--calibration", "2");
            Assert.Equal(2, run.ExitCode);
            Assert.Contains("'five.onnx' distinguishes 5 classes; the images of images.bin have 10.", run.Error, StringComparison.Ordinal);
        }
    }

    private Task<ImcRun> Compare(string model, params string[] options) =>
        ImcRun.Of(["compare", "--model", model, "--data", _files.Data, "--stats", "0", "--calibration", "2", .. options]);
}
