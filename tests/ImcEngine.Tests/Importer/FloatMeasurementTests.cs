using ImcEngine.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Execution;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer;

/// <summary>Which networks OnnxRuntime can run beside a macro's, and what is said of the others.</summary>
public class FloatMeasurementTests
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Test, 3);

    private static string Refusal(OnnxModel model, Preprocessing? preprocessing = null) =>
        Assert.Throws<ModelException>(
            () => FloatMeasurement.Require(model, preprocessing ?? Preprocessing.Cifar10, classes: 10, Images)).Message;

    private static OnnxModel Linear(int classes, params long[] input) => Of(b =>
    {
        long inputs = input[1..].Aggregate(1L, (product, size) => product * size);
        b.Node("Flatten", ["x"], "f");
        b.Node("Gemm", ["f", b.Floats("w", [inputs, classes], new float[inputs * classes])], "y");
    }, input: input);

    [Fact]
    public void A_network_of_the_same_images_and_classes_passes() =>
        FloatMeasurement.Require(Linear(10, -1, 3, 32, 32), Preprocessing.Cifar10, 10, Images);

    /// <summary>Of as many numbers as the images have, and of others.</summary>
    [Theory]
    [InlineData(12, 16, 16)]
    [InlineData(1, 28, 28)]
    [InlineData(32, 32, 3)]
    public void Images_of_another_shape_are_refused(int channels, int height, int width)
    {
        Assert.Contains($"[{channels}, {height}, {width}]; the data has images of 3x32x32",
            Refusal(Linear(10, -1, channels, height, width)),
            StringComparison.Ordinal);
        var network = NetworkImporter.Import(Quantized([-1, channels, height, width])).Network;
        string message =
            Assert.Throws<ImcException>(
                () => new NetworkRunner(new(network, ImcEngine.Macro.MacroPresets.Get(ImcEngine.Macro.MacroPresets.Ideal)), new(2)).Run(
                    Images, null)).Message;
        Assert.Contains($"takes [{channels}, {height}, {width}]; the data", message, StringComparison.Ordinal);
        Assert.Contains("3x32x32", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_classes_are_refused()
    {
        Assert.Contains("makes 5 logits", Refusal(Linear(5, -1, 3, 32, 32)), StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => FloatMeasurement.Logits(Linear(5, -1, 3, 32, 32), Preprocessing.Cifar10, 10, Images, 1));
    }

    /// <summary>Of a float network beside another the metadata is the only thing that says for how
    /// many channels its preprocessing is.</summary>
    [Fact]
    public void Preprocessing_of_other_channels_is_refused() =>
        Assert.Contains("have 7 numbers", Refusal(Linear(10, -1, 3, 32, 32), new(new float[7], [1, 1, 1, 1, 1, 1, 1])),
            StringComparison.Ordinal);

    [Fact]
    public void A_weight_that_is_not_finite_is_named()
    {
        var model = Of(b => b.Node("Gemm",
            [b.Node("Flatten", ["x"], "f"), b.Floats("w", [3072, 10], [.. new float[17], float.NaN, .. new float[30702]])], "y"));
        Assert.Contains("Tensor 'w' holds NaN at index [1, 7]", Refusal(model), StringComparison.Ordinal);
    }

    /// <summary>Of opset 11, where no attribute but their further outputs tell that statistics of the batch are meant;
    /// OnnxRuntime dies of those without a name.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("m")]
    public void A_batch_norm_of_training_is_refused(string further)
    {
        string[] Channels(OnnxBuilder b) => [.. new[] { "scale", "bias", "mean", "var" }.Select(name => b.Floats(name, [3], [1, 1, 1]))];
        var model = Of(b => b.Node("BatchNormalization", ["x", .. Channels(b)], "y"), opset: 11);
        for (int i = 1; i < 5; i++) model.Graph!.Nodes[0].Outputs.Add(further.Length == 0 ? "" : $"{further}{i}");
        Assert.Contains("has 5 outputs, as in training", Assert.Throws<ModelException>(() => NetworkImporter.Import(model)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void What_OnnxRuntime_says_while_it_runs_is_an_error_of_the_model() =>
        Assert.Contains("OnnxRuntime cannot run",
            Refusal(
                Of(b => b.Node("MaxPool", ["x"], "y", Attribute("kernel_shape", [1, 1]), Attribute("strides", [2, 2]),
                    Attribute("auto_pad", "SAME_UPPER")))), StringComparison.Ordinal);

    [Fact]
    public void A_fixed_batch_that_fills_the_memory_is_refused() =>
        Assert.Contains("numbers a run", Refusal(Of(b => b.Node("Relu", ["x"], "y"), input: [int.MaxValue, 3, 32, 32])),
            StringComparison.Ordinal);

    [Fact]
    public void Logits_that_are_no_floats_are_refused()
    {
        var model = Of(b => b.Node("Greater", ["x", b.Float("zero", 0)], "y"));
        model.Graph!.Outputs[0].Type!.Tensor!.ElementType = (int)OnnxDataType.Bool;
        Assert.Contains("not a tensor of floats", Refusal(model), StringComparison.Ordinal);
    }
}
