using ImcEngine.Evaluation.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer;

/// <summary>Which networks OnnxRuntime can run beside a macro's, and what is said of the others.</summary>
public class FloatMeasurementTests
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Test, 3);

    private static string Refusal(OnnxModel model, int classes = 10) => Assert.Throws<ModelException>(() => FloatMeasurement.Require(model, classes)).Message;

    private static OnnxModel Linear(int classes, params long[] input) => Of(b =>
    {
        long inputs = input[1..].Aggregate(1L, (product, size) => product * size);
        b.Node("Flatten", ["x"], "f");
        b.Node("Gemm", ["f", b.Floats("w", [inputs, classes], new float[inputs * classes])], "y");
    }, input: input);

    [Fact]
    public void A_network_of_the_same_images_and_classes_passes() => FloatMeasurement.Require(Linear(10, -1, 3, 32, 32), 10);

    /// <summary>Of as many numbers as the images have, and of others.</summary>
    [Theory]
    [InlineData(12, 16, 16)]
    [InlineData(1, 28, 28)]
    [InlineData(32, 32, 3)]
    public void Images_of_another_shape_are_refused(int channels, int height, int width)
    {
        Assert.Contains($"[{channels}, {height}, {width}]; the data has 3x32x32", Refusal(Linear(10, -1, channels, height, width)), StringComparison.Ordinal);
        var network = NetworkImporter.Import(Quantized([-1, channels, height, width])).Network;
        string message = Assert.Throws<ImcException>(() => new NetworkRunner(new(network, ImcEngine.Macro.MacroPresets.Get(ImcEngine.Macro.MacroPresets.Ideal)), new(2)).Run(Images, null)).Message;
        Assert.Contains($"takes [{channels}, {height}, {width}]; the data", message, StringComparison.Ordinal);
        Assert.Contains("3x32x32", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_classes_are_refused()
    {
        Assert.Contains("makes 5 logits", Refusal(Linear(5, -1, 3, 32, 32)), StringComparison.Ordinal);
        Assert.Throws<ModelException>(() => FloatMeasurement.Logits(Linear(5, -1, 3, 32, 32), Preprocessing.Cifar10, 10, Images, 1));
    }

    [Fact]
    public void What_OnnxRuntime_says_while_it_runs_is_an_error_of_the_model() =>
        Assert.Contains("OnnxRuntime cannot run", Refusal(Of(b => b.Node("MaxPool", ["x"], "y", Attribute("kernel_shape", [1, 1]), Attribute("strides", [2, 2]), Attribute("auto_pad", "SAME_UPPER")))), StringComparison.Ordinal);

    [Fact]
    public void A_fixed_batch_that_fills_the_memory_is_refused() => Assert.Contains("numbers a run", Refusal(Of(b => b.Node("Relu", ["x"], "y"), input: [int.MaxValue, 3, 32, 32])), StringComparison.Ordinal);

    [Fact]
    public void Logits_that_are_no_floats_are_refused()
    {
        var model = Of(b => b.Node("Greater", ["x", b.Float("zero", 0)], "y"));
        model.Graph!.Outputs[0].Type!.Tensor!.ElementType = (int)OnnxDataType.Bool;
        Assert.Contains("not a float tensor", Refusal(model), StringComparison.Ordinal);
    }
}
