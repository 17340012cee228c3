using System.Text.Json.Nodes;
using ImcEngine.Cli;
using ImcEngine.Data;
using ImcEngine.Importer.Identity;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Lowering;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.EndToEnd;
using ImcEngine.Tests.Importer.Lowering;

namespace ImcEngine.Tests.Cli;

public class VerifyModelTests
{
    [Fact]
    public async Task The_trained_network_is_identical_with_OnnxRuntime_in_table_and_json()
    {
        using var folder = new TemporaryFolder();
        var run =
            (await ImcRun.Of("verify", "--model", ShippedNetworks.Default, "--images", "1", "--threads", "2", "--json",
                folder["v.json"])).Succeeds();
        Assert.Equal("36 passed, 0 failed", run.Lines[^1]);
        Assert.Contains(run.Lines, line => line.StartsWith("layer4.1.conv2  ", StringComparison.Ordinal)
            && line.Contains("layer4.1.quant2", StringComparison.Ordinal));
        Assert.Contains(run.Lines,
            line => line.StartsWith("Classes: 1 images, same class as OnnxRuntime: 100.00 %", StringComparison.Ordinal));

        var json = JsonNode.Parse(await File.ReadAllTextAsync(folder["v.json"]))!;
        Assert.Equal((1, 36, 0), ((int)json["images"]!, (int)json["passed"]!, (int)json["failed"]!));
        Assert.Equal((19, 16), (json["sums"]!.AsArray().Count, json["codes"]!.AsArray().Count));
        Assert.Equal(1, (double)json["agreement"]!);
    }

    [Fact]
    public void Every_part_that_fails_counts_and_is_printed()
    {
        var mapped = IdentityModels.Subject(IdentityModels.TwosComplements).Mapped;
        SumCheck Sums(string? failure) => new("grouped", ["exact"], 5, true, failure);
        CodeCheck Codes(int number, long wrong) => new("in", number, 7, 0, wrong, wrong > 0 ? "image 0, element 3" : null);
        var results = new ModelVerificationResults("m.onnx", NetworkChoice.None, new(Preprocessing.Cifar10, default, default, default),
            IdentityInputs.OfImages(Shapes10.Render(Split.Test, 1)), mapped, 1, 1, [Sums(null), Sums("image 0, output 4")],
            [Codes(1, 0), Codes(2, 6)],
            new(1, 0.5, 1, 4));
        Assert.Equal((2, 3), (results.Passed, results.Failed));

        using var output = new StringWriter();
        ModelVerificationReport.Write(new(output, isTerminal: false), results);
        string text = output.ToString();
        foreach (string expected in new[] { "FAILED sums of layer 'grouped': image 0, output 4",
            "FAILED codes of 'in', 6 of 7: image 0, element 3", "FAILED classes", "2 passed, 3 failed" })
            Assert.Contains(expected, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_float_network_is_held_to_its_logits()
    {
        var run = (await ImcRun.Of("verify", "--model",
            Path.Combine(AppContext.BaseDirectory, "weights", "resnet18-w16-shapes10-fp32.onnx"), "--images", "2")).Succeeds();
        Assert.Equal("1 passed, 0 failed", run.Lines[^1]);
        Assert.Contains(run.Lines, line => line.StartsWith("Logits: 2 images, largest logit difference ", StringComparison.Ordinal)
            && line.Contains(", allowed 0.0001 of it", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(RunRule.Logits, 0.5, 3.9e-4f, true)]
    [InlineData(RunRule.Logits, 1, 4.1e-4f, false)]
    [InlineData(RunRule.Finite, 0, 3, true)]
    [InlineData(RunRule.Finite, 1, float.NaN, false)]
    internal void What_passes_depends_on_what_is_verified(RunRule rule, double agreement, float difference, bool passes) =>
        Assert.Equal(passes, new RunCheck(8, agreement, difference, 4, rule).Passed);

    [Fact]
    public async Task A_network_of_any_input_is_verified_on_random_inputs()
    {
        using var folder = new TemporaryFolder();
        OnnxFile.Save(ImporterModel.Quantized([-1, 5, 7, 3]), folder["q.onnx"]);
        OnnxFile.Save(ImporterModel.Of(b => b.Node("Sigmoid", ["x"], "y"), input: [-1, 6]), folder["f.onnx"]);
        var quantized = (await ImcRun.Of("verify", "--model", folder["q.onnx"], "--seed", "5", "--json", folder["q.json"])).Succeeds();
        Assert.Equal("3 passed, 0 failed", quantized.Lines[^1]);
        Assert.Contains("Inputs: 8 drawn at random, [5, 7, 3] numbers from -2 to 2, seed 5; without preprocessing.", quantized.Lines);
        Assert.Equal("""{"name":"random","seed":5}""", JsonNode.Parse(File.ReadAllText(folder["q.json"]))!["data"]!.ToJsonString());
        Assert.Equal("1 passed, 0 failed",
            (await ImcRun.Of("verify", "--model", folder["f.onnx"], "--random", "3")).Succeeds().Lines[^1]);
        (await ImcRun.Of("verify", "--model", folder["f.onnx"], "--random", "3", "--data", "shapes10")).IsBadInput("--random and --data");
    }

    /// <summary>Logits of about 1e-7, where OnnxRuntime's Sigmoid is wrong by as much.</summary>
    [Fact]
    public async Task A_network_that_ends_in_Sigmoid_is_held_to_what_OnnxRuntimes_is_worth()
    {
        using var folder = new TemporaryFolder();
        OnnxFile.Save(ImporterModel.Of(b => b.Node("Sigmoid", [b.Node("Sub", ["x", b.Float("k", 16)], "s")], "y"), input: [-1, 6]),
            folder["f.onnx"]);
        var verified = (await ImcRun.Of("verify", "--model", folder["f.onnx"], "--random", "3")).Succeeds();
        Assert.Contains(verified.Lines, line => line.Contains("allowed 0.0001 of it and 5E-07", StringComparison.Ordinal));
    }
}
