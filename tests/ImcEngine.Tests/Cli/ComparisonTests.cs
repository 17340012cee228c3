using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli;

/// <summary>What <c>imc compare</c> makes of networks and options, on a tiny network.</summary>
public sealed class ComparisonTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task A_float_network_is_quantized_as_imc_quantize_does_and_compared_with_itself()
    {
        string[] quantization = ["--set", "quantization.weightBits=3", "--set", "layers.layer2.*=digital", "--set",
            "layers.layer3.*.weightBits=5"];
        var (document, run) = await Compare(_files.Model(32), quantization);
        Assert.Equal("'32.onnx' is a float network; "
            + "it is quantized to 3-bit weights and 4-bit activations on 2 images of images.bin that are not evaluated.", run.Lines[0]);
        Assert.Equal("self", (string)document["floatSource"]!);

        (await ImcRun.Of(["quantize", _files.Model(32), "--out", _files["q.onnx"], "--data", _files.Data, "--calibration", "2",
            .. quantization])).Succeeds();
        var (quantized, quiet) = await Compare(_files["q.onnx"]);
        Assert.DoesNotContain("is a float network", quiet.Output, StringComparison.Ordinal);
        Assert.Equal("32.onnx", (string)quantized["floatSource"]!);
        foreach (string field in new[] { "imcLogitsSha256", "floatTop1", "digitalTop1", "arrays" })
            Assert.Equal(document[field]!.ToJsonString(), quantized[field]!.ToJsonString());
    }

    [Fact]
    public async Task A_quantized_network_keeps_its_own_levels()
    {
        var (document, _) = await Compare(_files.Model(1));
        Assert.Null(document["run"]!["quantization"]);
        Assert.All(document["operands"]!.AsArray(), layer => Assert.Equal(("bipolar", 1, "bipolar", 1), (
            (string)layer!["input"]!["encoding"]!, (int)layer["input"]!["bits"]!, (string)layer["weight"]!["encoding"]!,
            (int)layer["weight"]!["bits"]!)));
        Assert.Equal("layer1.0.conv1", (string)document["operands"]![0]!["layer"]!);
        var (quantizedHere, _) = await Compare(_files.Model(32), "--set", "quantization.weightBits=3");
        Assert.Equal(3, (int)quantizedHere["run"]!["quantization"]!["weightBits"]!);
        Assert.Equal(3, (int)quantizedHere["operands"]![0]!["weight"]!["bits"]!);
    }

    [Fact]
    public async Task A_float_network_named_by_option_stands_in_for_the_given_file()
    {
        _files.Model(4);
        var (document, _) = await Compare(_files.Model(32), "--float", _files["4.onnx"]);
        Assert.Equal("4.onnx", (string)document["floatSource"]!);
    }

    [Fact]
    public async Task Arrays_and_conversions_are_the_totals_of_imc_inspect()
    {
        string[] hardware = ["--set", "macro.rows=128", "--set", "macro.arrayRows=256", "--set", "macro.columns=64"];
        var (document, _) = await Compare(_files.Model(4), hardware);
        (await ImcRun.Of(["inspect", _files.Model(4), "--json", _files["inspect.json"], .. hardware])).Succeeds();
        var totals = JsonNode.Parse(File.ReadAllText(_files["inspect.json"]))!["totals"]!;
        foreach (string field in new[] { "arrays", "conversionsPerImage" })
            Assert.Equal((long)totals[field]!, (long)document[field]!);
    }

    [Fact]
    public async Task Preprocessing_given_by_option_holds_for_every_network()
    {
        var (usual, _) = await Compare(_files.Model(4));
        var (same, _) = await Compare(_files.Model(4), "--mean", "0.4914,0.4822,0.4465", "--std", "0.2470,0.2435,0.2616");
        var (darker, _) = await Compare(_files.Model(4), "--mean", "0.9,0.9,0.9");
        Assert.Equal((string)usual["imcLogitsSha256"]!, (string)same["imcLogitsSha256"]!);
        Assert.NotEqual((string)usual["imcLogitsSha256"]!, (string)darker["imcLogitsSha256"]!);
        (await ImcRun.Of("compare", "--std", "0.2,0,0.2")).IsBadInput("--std is '0.2,0,0.2'; "
            + "write 3 positive numbers, or one for all channels");
    }

    [Fact]
    public async Task Layers_are_shown_with_their_digital_reasons_in_plain_lines()
    {
        var (document, run) = await Compare(_files.Model(4), "--stats", "3");
        Assert.Contains("Model 4.onnx, no float network named: compared with the same file in float (OnnxRuntime); "
            + "7 of 7 images of images.bin", run.Lines);
        Assert.Contains(run.Lines, line => line.StartsWith("Digital: conv1 (", StringComparison.Ordinal));
        Assert.Equal(document["layers"]!.AsArray().Count,
            run.Lines.Count(line => line.StartsWith("layer", StringComparison.Ordinal)
                && !line.StartsWith("layer ", StringComparison.Ordinal)));
        Assert.DoesNotContain('\u001b', run.Output);
    }

    [Fact]
    public async Task Where_nothing_is_named_several_resolutions_run_without_layer_statistics()
    {
        string file = _files["shown.json"];
        var run = (await ImcRun.Of("compare", "--data", _files.Data, "--calibration", "2", "--json", file)).Succeeds();
        Assert.Equal("No network or hardware is named: "
            + "comparing several ADCs on the network that ships with the program, 7 of 7 images (--images N for another number).",
                run.Lines[0]);
        var points = JsonNode.Parse(File.ReadAllText(file))!["points"]!.AsArray();
        Assert.Equal(
            ["3 calibrated", "4 calibrated", "5 calibrated", "6 calibrated", "3 full"],
            points.Select(point => point!["run"]!["macro"]!["adc"]!).Select(adc => $"{(int)adc["bits"]!} {(string)adc["range"]!}"));
        Assert.All(points, point => Assert.Empty(point!["layers"]!.AsArray()));
    }

    [Theory]
    [InlineData("compare", "--model")]
    [InlineData("inspect")]
    [InlineData("verify", "--model")]
    [InlineData("calibrate", "--out", "cal.json")]
    public async Task A_pattern_that_names_no_layer_is_refused_with_layers_that_there_are(params string[] command) =>
        (await ImcRun.Of([.. command, _files.Model(4), "--set", "layers.layer9.*=digital"]))
            .IsBadInput("layers: found \"layer9.*\"", "it names no layer; the network has 21: conv1, layer1.0.conv1, ", "'imc inspect'");

    [Fact]
    public async Task Quantization_refuses_a_pattern_that_names_no_layer() =>
        (await ImcRun.Of("quantize", _files.Model(32), "--out", _files["q.onnx"], "--data", _files.Data, "--calibration", "2", "--set",
            "layers.layer9.*.weightBits=2"))
            .IsBadInput("layers: found \"layer9.*\"", "it names no layer; the network has 21: conv1, layer1.0.conv1, ");

    [Fact]
    public async Task A_specification_that_leaves_no_layer_on_the_macro_is_refused() =>
        (await ImcRun.Of("compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--set", "layers.*=digital"))
            .IsBadInput("No layer of", "4.onnx' runs on the macro", "layer1.0.conv1: the run specification keeps it digital");

    [Theory]
    [InlineData("--threads", "0", "a whole number from 1 to 1024")]
    [InlineData("--threads", "2147483647", "a whole number from 1 to 1024")]
    [InlineData("--dies", "1000000000", "a whole number from 1 to 100000")]
    [InlineData("--repeats", "1000000000", "a whole number from 1 to 10000")]
    [InlineData("--images", "2147483647", "a whole number from 1 to 10000000")]
    [InlineData("--batch", "many", "a whole number from 1 to 4096")]
    [InlineData("--calibration", "0", "a whole number from 1 to 10000000")]
    [InlineData("--stats", "-1", "a whole number from 0 to 10000000")]
    [InlineData("--seed", "-1", "a whole number from 0 to 4294967295")]
    [InlineData("--seed", "4294967296", "a whole number from 0 to 4294967295")]
    public async Task A_number_that_is_not_allowed_is_named(string option, string found, string allowed) =>
        (await ImcRun.Of("compare", option, found)).IsBadInput($"{option} is '{found}'; allowed is {allowed}.");

    [Fact]
    public async Task The_largest_seed_is_taken()
    {
        var (document, _) = await Compare(_files.Model(4), "--seed", "4294967295");
        Assert.Equal(uint.MaxValue, (uint)document["seed"]!);
    }

    private async Task<(JsonNode Document, ImcRun Run)> Compare(string model, params string[] options)
    {
        string file = _files["comparison.json"];
        string[] statistics = options.Contains("--stats") ? [] : ["--stats", "0"];
        var run =
            (await ImcRun.Of(["compare", "--model", model, "--data", _files.Data, "--calibration", "2", "--json", file, .. statistics,
                .. options])).Succeeds();
        return (JsonNode.Parse(File.ReadAllText(file))!, run);
    }
}
