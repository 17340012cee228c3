using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Importer;
using ImcEngine.Tests.Importer.Lowering;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Tests.Cli;

/// <summary>Networks that a command cannot use end it with exit code 2 and a message, before anything runs.</summary>
public sealed class FaultyModelsTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    private string File(OnnxModel model)
    {
        OnnxFile.Save(model, _files["m.onnx"]);
        return _files["m.onnx"];
    }

    private string[][] Commands(string model) =>
        [
            ["inspect", model],
            ["compare", "--model", model, "--data", _files.Data, "--images", "2", "--calibration", "4"],
            ["quantize", model, "--out", _files["q.onnx"], "--data", _files.Data, "--calibration", "4"],
            ["calibrate", model, "--out", _files["c.json"], "--data", _files.Data, "--calibration", "4"],
            ["profile", model, "--data", _files.Data, "--images", "2", "--calibration", "4"],
            ["verify", "--model", model, "--data", _files.Data, "--images", "2"],
            ["attribute", "--model", model, "--data", _files.Data, "--images", "2", "--calibration", "4"],
        ];

    [Theory]
    [InlineData(12, 16, 16)]
    [InlineData(1, 28, 28)]
    public async Task Images_of_another_shape(int channels, int height, int width)
    {
        string file = File(ImporterModel.Quantized([-1, channels, height, width]));
        foreach (string[] command in Commands(file).Where(command => command[0] is not ("inspect" or "quantize")))
            (await ImcRun.Of(command)).IsBadInput($"takes {channels}x{height}x{width}", "3x32x32");
    }

    [Fact]
    public async Task A_float_network_of_other_images_is_not_quantized()
    {
        string file = File(ImporterModel.Of(b => b.Node("Conv", ["x", b.Floats("w", [10, 12, 16, 16], new float[10 * 12 * 256])], "y"),
            input: [-1, 12, 16, 16]));
        foreach (string[] command in Commands(file).Where(command => command[0] is not ("inspect" or "verify")))
            (await ImcRun.Of(command)).IsBadInput("takes 12x16x16", "3x32x32");
    }

    [Fact]
    public async Task A_float_network_of_other_classes()
    {
        string file = File(ImporterModel.Quantized([-1, 3, 32, 32]));
        OnnxFile.Save(ImporterModel.Of(b => b.Node("Conv", ["x", b.Floats("w", [5, 3, 32, 32], new float[5 * 3072])], "y")),
            _files["five.onnx"]);
        foreach (string command in new[] { "compare", "attribute" })
            (await ImcRun.Of(command, "--model", file, "--float", _files["five.onnx"], "--data", _files.Data, "--images", "2",
                "--calibration", "4")).IsBadInput("5 logits", "10");
    }

    /// <summary>0 / 0 of every pixel, before the quantizer, or before a comparison that makes a number of it.</summary>
    private static OnnxModel NotNumbers(bool compared) => ImporterModel.Quantized([-1, 3, 32, 32], model =>
    {
        var nodes = model.Graph!.Nodes;
        nodes[0].Inputs[0] = compared ? "number" : "none";
        nodes.Add(new() { Operator = "Sub", Inputs = ["x", "x"], Outputs = ["zero.pixels"] });
        nodes.Add(new() { Operator = "Div", Inputs = ["zero.pixels", "zero.pixels"], Outputs = ["none"] });
        nodes.Add(new() { Operator = "Greater", Inputs = ["none", "step"], Outputs = ["greater"] });
        nodes.Add(new() { Operator = "Cast", Inputs = ["greater"], Outputs = ["number"],
            Attributes = [Attribute("to", (long)OnnxDataType.Float)] });
    });

    [Theory]
    [InlineData("compare", false)]
    [InlineData("verify", false)]
    [InlineData("verify", true)]
    public async Task Activations_that_are_no_numbers(string command, bool compared)
    {
        string file = File(NotNumbers(compared));
        var run = await ImcRun.Of([.. Commands(file).Single(each => each[0] == command), "--threads", "1"]);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("NaN", run.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("passed", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_float_network_in_another_folder()
    {
        Directory.CreateDirectory(_files["sub"]);
        OnnxFile.Save(ImporterModel.Of(b => b.Node("Conv", ["x", b.Floats("w", [10, 3, 32, 32], new float[10 * 3072])], "y")),
            _files["sub/f.onnx"]);
        string file = File(ImporterModel.Quantized([-1, 3, 32, 32], model => ModelMetadata.Set(model, ModelMetadata.Float, "sub/f.onnx")));
        (await ImcRun.Of("compare", "--model", file, "--images", "2", "--calibration", "4")).IsBadInput("imc.float is 'sub/f.onnx'",
            "the model's own folder");
    }

    [Fact]
    public async Task A_mean_of_seven_channels()
    {
        string file =
            File(ImporterModel.Quantized([-1, 3, 32, 32],
                model => model.Metadata.AddRange([new() { Key = "imc.mean", Value = "1,1,1,1,1,1,1" },
                    new() { Key = "imc.std", Value = "1,1,1,1,1,1,1" }])));
        foreach (string[] command in Commands(file).Where(command => command[0] is not "quantize"))
            (await ImcRun.Of(command)).IsBadInput("imc.mean has 7 numbers", "3 channels");
    }

    [Fact]
    public async Task What_OnnxRuntime_cannot_run()
    {
        string file = File(ImporterModel.Quantized([-1, 3, 32, 32], model =>
        {
            model.Graph!.Nodes.Single(node => node.Operator == "Conv").Outputs[0] = "c0";
            model.Graph.Nodes.Add(new() { Operator = "MaxPool", Inputs = ["c0"], Outputs = ["c"],
                Attributes = [Attribute("kernel_shape", [1, 1]), Attribute("strides", [2, 2]), Attribute("auto_pad", "SAME_UPPER")] });
        }));
        (await ImcRun.Of("compare", "--model", file, "--data", _files.Data, "--images", "2", "--calibration", "4")).IsBadInput(
            "OnnxRuntime cannot run");
    }

    /// <summary>
    /// Every file of the shared folder through every command: done, or bad input, never a defect. Those of 20,000 nodes, which reading them
    /// was slow for, through a command that reads them and one that would run them: the others read them by the same code.
    /// </summary>
    [SharedTheory("faults")]
    [InlineData("conv-same-wide-stride"), InlineData("dead-branch"), InlineData("float-other-classes"), InlineData("identity-network"),
        InlineData("mean-of-7-channels")]
    [InlineData("nan-weight-becomes-0"), InlineData("node-with-constant-first-input"), InlineData("ort-run-exception"),
        InlineData("prelu-wide"), InlineData("reshape-many-axes-hang")]
    [InlineData("same-node-names-hang"), InlineData("size-not-32x32-aggregate"), InlineData("size-same-count-accepted"),
        InlineData("two-outputs-hang")]
    public async Task Shared_files(string folder)
    {
        foreach (string file in Directory.GetFiles(Path.Combine(SharedFolder.Find("faults")!, folder), "*.onnx").AtLeastOne())
            foreach (string[] command in Commands(file)
                .Where(command => folder is not ("same-node-names-hang" or "two-outputs-hang") || command[0] is "inspect" or "compare"))
            {
                var run = await ImcRun.Of(command);
                Assert.True(run.ExitCode is 0 or 2, $"{string.Join(" ", command)}: {run.ExitCode} {run.Error}");
                if (folder is "nan-weight-becomes-0" or "identity-network" or "mean-of-7-channels" or "conv-same-wide-stride")
                    Assert.Equal(2, run.ExitCode);
                if (folder is "dead-branch" && command[0] is "inspect" or "compare") Assert.Equal(0, run.ExitCode);
            }
    }
}
