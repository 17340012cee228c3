using System.Text.Json.Nodes;
using ImcEngine.Cli;
using ImcEngine.Data;
using ImcEngine.Tests.Architecture;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.EndToEnd;

/// <summary><c>imc compare</c> as a user runs it, in this process, on the network that ships with the program. Not in children: the
/// networks and kernels below it are tested there without the command.</summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public sealed class CompareCommandTests : IDisposable
{
    private const int Records = 56, Calibration = 16;

    private readonly TemporaryFolder _folder = new();
    private readonly string _data;

    public CompareCommandTests()
    {
        Shapes10.Write(Split.Test, Records, _folder.Path);
        _data = _folder["test_batch.bin"];
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_document_has_every_field_and_no_way_of_running_changes_a_result()
    {
        var single = await Compare("--batch", "1", "--threads", "1", "--set", "macro.adc.bits=4");
        var many = await Compare("--batch", "64", "--threads", "2", "--set", "macro.adc.bits=4");
        AssertFields(single);
        Assert.Equal((1, 2), ((int)single["threads"]!, (int)many["threads"]!));
        foreach (string field in (string[])["imcLogitsSha256", "imcTop1", "digitalTop1", "floatTop1", "imcFloatAgreement",
            "imcDigitalAgreement", "conversionsPerImage", "arrays", "layers", "run", "data", "model"])
            Assert.Equal(single[field]!.ToJsonString(), many[field]!.ToJsonString());
        var finer = await Compare("--set", "macro.adc.bits=6", "--stats", "0");
        Assert.Equal(6, (int)finer["run"]!["macro"]!["adc"]!["bits"]!);
        Assert.NotEqual((string)single["imcLogitsSha256"]!, (string)finer["imcLogitsSha256"]!);
        Assert.Equal((double)single["digitalTop1"]!, (double)finer["digitalTop1"]!);
        Assert.Empty(finer["layers"]!.AsArray());
    }

    [Fact]
    public async Task An_exact_macro_agrees_with_the_digital_network()
    {
        var exact = await Compare("--macro", "ideal", "--stats", "1");
        Assert.Equal(1.0, (double)exact["imcDigitalAgreement"]!);
        Assert.Equal(0.0, (double)exact["largestLogitDifference"]!);
        Assert.Equal("exact", (string)exact["kernel"]!);
        Assert.All(exact["layers"]!.AsArray(), layer => Assert.Null(layer!["localSqnrDb"]));
    }

    [Fact]
    public async Task Exact_sums_replace_adc_and_die_and_count_the_conversions()
    {
        var exact = await Compare("--exact", "--set", "macro.die.bitlineNoiseCounts=3", "--set", "layers.layer1.*.adc.bits=2",
            "--stats", "0");
        var ideal = await Compare("--macro", "ideal", "--stats", "0");
        foreach (string field in (string[])["imcLogitsSha256", "conversionsPerImage", "arrays", "kernel"])
            Assert.Equal(ideal[field]!.ToJsonString(), exact[field]!.ToJsonString());
        var run = exact["run"]!;
        Assert.Equal("none", (string)run["macro"]!["adc"]!["kind"]!);
        Assert.Equal("none", (string)run["layers"]!["layer1.*"]!["adc"]!["kind"]!);
        Assert.Equal(0.0, (double?)run["macro"]!["die"]?["bitlineNoiseCounts"] ?? 0);
    }

    [Fact]
    public async Task Several_hardware_settings_without_options_share_float_and_digital_results()
    {
        var document = await Compare("--stats", "0", "--images", "8");
        var points = document["points"]!.AsArray();
        Assert.True(points.Count >= 4, $"{points.Count} points");
        Assert.Single(points.Select(point => (double)point!["digitalTop1"]!).Distinct());
        Assert.Equal(points.Count, points.Select(point => (string)point!["imcLogitsSha256"]!).Distinct().Count());
        Assert.Equal(points[0]!["imcLogitsSha256"]!.ToJsonString(), document["imcLogitsSha256"]!.ToJsonString());
    }

    [Fact]
    public async Task Bad_input_ends_with_code_2_and_names_what_is_wrong()
    {
        string truncated = _folder["truncated.onnx"];
        byte[] model = await File.ReadAllBytesAsync(ShippedModel);
        await File.WriteAllBytesAsync(truncated, model[..(model.Length / 2)]);
        string empty = _folder["empty.bin"];
        await File.WriteAllBytesAsync(empty, []);

        await AssertRefused("no-such.onnx", "--model", _folder["no-such.onnx"]);
        await AssertRefused("truncated.onnx", "--model", truncated);
        await AssertRefused("no-such.bin", "--data", _folder["no-such.bin"]);
        await AssertRefused("empty.bin", "--data", empty);
        await AssertRefused("macro.adc.bitz", "--set", "macro.adc.bitz=4");
        await AssertRefused("macro.adc.bits", "--set", "macro.adc.bits=many");
        await AssertRefused("no-such-macro", "--macro", "no-such-macro");
        await AssertRefused("41 images", "--data", _data, "--calibration", "16", "--images", "41");
        await AssertRefused("--images", "--data", _data, "--calibration", "16", "--images", "0");
        await AssertRefused("56", "--data", _data, "--calibration", "56");
        await AssertRefused("--threads", "--threads", "0");
        await AssertRefused("--batch", "--batch", "-1");
        await AssertRefused("--no-such-option", "--no-such-option");
    }

    [Fact]
    public async Task A_cancelled_comparison_says_so_and_ends_with_code_130()
    {
        var (code, _, error) = await Invoke(new CancellationToken(canceled: true), ["compare", "--data", _data, "--calibration", "16"]);
        Assert.Equal(ImcProgram.Cancelled, code);
        Assert.Contains("cancelled", error);
    }

    private static string ShippedModel => Path.Combine(AppContext.BaseDirectory, "weights", "resnet18-w16-shapes10-w4a4.onnx");

    private async Task<JsonObject> Compare(params string[] options)
    {
        string json = _folder[$"{Guid.NewGuid():N}.json"];
        string[] defaults = [.. options.Contains("--stats") ? [] : (string[])["--stats", "2"],
            .. options.Contains("--images") ? [] : (string[])["--images", "40"]];
        var (code, output, error) = await Invoke(default,
            ["compare", "--data", _data, "--calibration", $"{Calibration}", "--json", json, .. defaults, .. options]);
        Assert.True(code == ImcProgram.Success, error + output);
        Assert.Empty(error);
        return JsonNode.Parse(await File.ReadAllTextAsync(json))!.AsObject();
    }

    private static async Task<(int Code, string Output, string Error)> Invoke(CancellationToken cancellation, string[] args)
    {
        var output = new StringWriter();
        var error = new StringWriter();
        int code = await ImcProgram.RunAsync(args, output, error, cancellation);
        return (code, output.ToString(), error.ToString());
    }

    private static async Task AssertRefused(string named, params string[] options)
    {
        var (code, _, error) = await Invoke(default, ["compare", .. options]);
        Assert.True(code == ImcProgram.BadInput, $"{string.Join(' ', options)}: exit code {code}, {error}");
        Assert.Contains(named, error);
        Assert.StartsWith("imc: ", error);
        Assert.DoesNotContain("   at ", error);
    }

    private static void AssertFields(JsonObject document)
    {
        var point = Assert.Single(document["points"]!.AsArray())!.AsObject();
        Assert.All(point, field => Assert.Equal(field.Value!.ToJsonString(), document[field.Key]!.ToJsonString()));
        Assert.Equal(40, (int)document["images"]!);
        foreach (string fraction in (string[])["floatTop1", "digitalTop1", "imcTop1", "imcFloatAgreement", "imcDigitalAgreement"])
        {
            Assert.InRange((double)document[fraction]!, 0, 1);
            Assert.Equal(0, (double)document[fraction]! * 40 % 1, 9);
        }
        foreach (string rate in (string[])["floatImagesPerSecond", "imcImagesPerSecond"]) Assert.True((double)document[rate]! > 0);
        Assert.Equal("resnet18-w16-shapes10-fp32.onnx", (string)document["floatSource"]!);
        Assert.True((long)document["conversionsPerImage"]! > 1_000_000);
        Assert.True((int)document["arrays"]! > 16);
        Assert.NotEmpty((string)document["kernel"]!);
        Assert.Equal((ImcVersion.Product, ImcVersion.Numerics), ((string)document["version"]!, (int)document["numericsVersion"]!));
        foreach (var hash in (JsonNode[])[document["imcLogitsSha256"]!, document["model"]!["sha256"]!, document["data"]!["sha256"]!])
            Assert.Matches("^[0-9a-f]{64}$", (string)hash!);
        Assert.Equal("resnet18-w16-shapes10-w4a4.onnx", (string)document["model"]!["file"]!);
        Assert.Equal((4, 256), ((int)document["run"]!["macro"]!["adc"]!["bits"]!, (int)document["run"]!["macro"]!["rows"]!));
        Assert.Equal(Calibration, (int)document["run"]!["calibration"]!["count"]!);
        foreach (var layer in document["layers"]!.AsArray())
        {
            Assert.NotEmpty((string)layer!["name"]!);
            foreach (string ratio in (string[])["localSqnrDb", "cumulativeSqnrDb", "partialSumSqnrDb"])
                if (layer.AsObject()[ratio] is { } decibels) Assert.InRange((double)decibels, -20, 200);
            Assert.InRange((double)layer["clippedFraction"]!, 0, 1);
            Assert.True((int)layer["unreachableCodes"]! >= 0);
        }
        Assert.True(document["layers"]!.AsArray().Count(layer => layer!["localSqnrDb"] is not null) > 10);
    }
}
