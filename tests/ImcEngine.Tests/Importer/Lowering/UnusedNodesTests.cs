using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Tests.Importer.Quantization;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Nodes that the output does not need, and graphs that are wired as no exporter wires them.</summary>
public class UnusedNodesTests
{
    private static void Live(OnnxBuilder b)
    {
        b.Floats("fc.weight", [10, 3], AgainstOnnxRuntime.Numbers(30, 4));
        b.Floats("c.weight", [3, 3, 3, 3], AgainstOnnxRuntime.Numbers(81, 5));
        b.Node("Conv", ["x", "c.weight"], "c", Attribute("pads", [1, 1, 1, 1]));
        b.Node("Relu", ["c"], "r");
        b.Node("Conv", ["r", b.Floats("d.weight", [3, 3, 1, 1], AgainstOnnxRuntime.Numbers(9, 6))], "d");
        b.Node("GlobalAveragePool", ["d"], "p");
        b.Node("Flatten", ["p"], "f");
        b.Node("Gemm", ["f", "fc.weight"], "y", Attribute("transB", 1));
    }

    /// <summary>A second head as training leaves it: with layers, and with an operator that is not supported.</summary>
    private static OnnxModel WithDeadBranch() => Of(b =>
    {
        Live(b);
        b.Node("Conv", ["r", b.Floats("dead.weight", [4, 3, 1, 1], AgainstOnnxRuntime.Numbers(12, 6))], "dead");
        b.Node("Sinh", ["dead"], "dead.end");
    });

    [Fact]
    public void A_branch_that_the_output_does_not_need_is_left_out()
    {
        var imported = AgainstOnnxRuntime.Agrees(WithDeadBranch());
        Assert.Equal(["c", "d", "fc"], imported.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void A_network_with_such_a_branch_is_quantized_as_without_it()
    {
        Assert.Equal(PostTrainingQuantizer.CalibrationTensors(Of(Live), new()),
            PostTrainingQuantizer.CalibrationTensors(WithDeadBranch(), new()));
        Assert.Equal(OnnxFile.ToBytes(FloatModels.Quantized(Of(Live), new())),
            OnnxFile.ToBytes(FloatModels.Quantized(WithDeadBranch(), new())));
    }

    [Fact]
    public void A_layer_that_lends_only_its_shape_is_left_out()
    {
        var model = Of(b =>
        {
            Live(b);
            b.Node("Conv", ["x", b.Floats("lender.weight", [10, 3, 32, 32], new float[10 * 3 * 32 * 32])], "lender");
            b.Node("Flatten", ["lender"], "lent");
            b.Node("Shape", ["lent"], "shape");
            b.Node("Reshape", ["y", "shape"], "z");
        });
        model.Graph!.Outputs[0].Name = "z";
        Assert.Equal(["c", "d", "fc"], AgainstOnnxRuntime.Agrees(model).Layers.Select(layer => layer.Name));
        Assert.Equal(["r"], PostTrainingQuantizer.CalibrationTensors(model, new()));
    }

    [Fact]
    public void A_network_whose_output_is_its_input_is_refused()
    {
        IsRefused(Of(b => b.Node("Identity", ["x"], "y")), "output 'y' is the graph's input");
        var noNodes = Of(b => { });
        noNodes.Graph!.Outputs[0].Name = "x";
        IsRefused(noNodes, "output 'x' is the graph's input");
    }

    [Fact]
    public void A_graph_without_nodes_or_outputs_is_refused()
    {
        IsRefused(Of(b => { }), "output 'y'");
        var none = Of(b => b.Node("Relu", ["x"], "y"));
        none.Graph!.Outputs.Clear();
        IsRefused(none, "0 outputs");
    }

    /// <summary>First a constant, then the image.</summary>
    [Theory]
    [InlineData("AveragePool"), InlineData("BatchNormalization"), InlineData("Cast"), InlineData("Clip"), InlineData("Concat"),
        InlineData("Conv"), InlineData("DequantizeLinear")]
    [InlineData("Dropout"), InlineData("Flatten"), InlineData("Gather"), InlineData("Gemm"), InlineData("GlobalAveragePool"),
        InlineData("Identity"), InlineData("MatMul"), InlineData("MaxPool")]
    [InlineData("Not"), InlineData("PRelu"), InlineData("Pad"), InlineData("QuantizeLinear"), InlineData("ReduceMean"), InlineData("Relu"),
        InlineData("Reshape"), InlineData("Shape")]
    [InlineData("Sign"), InlineData("Softmax"), InlineData("Squeeze"), InlineData("Transpose"), InlineData("Unsqueeze"),
        InlineData("Where")]
    public void An_operator_whose_first_input_alone_is_constant_is_refused_by_name(string @operator)
    {
        foreach (int images in new[] { 1, 2, 4 })
            IsRefused(Of(b => b.Node(@operator, [b.Floats("k", [1, 3, 1, 1], [1, 2, 3]), .. Enumerable.Repeat("x", images)], "y")),
                $"'y' ({@operator})");
    }

    [Theory]
    [InlineData("Relu", 2)]
    [InlineData("Add", 3)]
    [InlineData("Add", 1)]
    [InlineData("Conv", 4)]
    [InlineData("Clip", 4)]
    [InlineData("GlobalAveragePool", 0)]
    public void Inputs_are_as_many_as_the_operator_has(string @operator, int count) =>
        IsRefused(Of(b => b.Node(@operator, [.. Enumerable.Repeat("x", count)], "y")), $"'y' ({@operator})", $"{count} inputs");

    [Theory]
    [InlineData("1,1,1,1,1,1,1", 7)]
    [InlineData("1", 1)]
    public void Mean_and_std_have_one_number_for_each_channel(string numbers, int count)
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        model.Metadata.Add(new() { Key = ModelMetadata.Mean, Value = numbers });
        model.Metadata.Add(new() { Key = ModelMetadata.Std, Value = numbers });
        IsRefused(model, "imc.mean", $"{count} numbers", "3 channels");
    }

    [Fact]
    public void Three_numbers_are_not_for_one_channel()
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"), input: [-1, 1, 28, 28]);
        model.Metadata.Add(new() { Key = ModelMetadata.Mean, Value = "1,1,1" });
        IsRefused(model, "imc.mean has 3 numbers", "imc.std has 1 numbers, assumed since it is not stated", "one per channel each");
    }

    [Theory]
    [InlineData("1,0,1")]
    [InlineData("1,-1,1")]
    [InlineData("1,1e-60,1")]
    public void A_std_is_positive(string numbers)
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        model.Metadata.Add(new() { Key = ModelMetadata.Std, Value = numbers });
        IsRefused(model, $"imc.std is '{numbers}'", "positive");
    }

    [Fact]
    public void An_assumed_std_is_called_so()
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        model.Metadata.Add(new() { Key = ModelMetadata.Mean, Value = "1" });
        IsRefused(model, "imc.mean has 1 numbers,", "imc.std has 3 numbers, assumed");
    }

    [Theory]
    [InlineData("nan,1,1")]
    [InlineData("1,inf,1")]
    [InlineData("1,1e39,1")]
    [InlineData("1,,1")]
    [InlineData("")]
    public void Mean_and_std_are_finite_numbers(string numbers)
    {
        var model = Of(b => b.Node("Relu", ["x"], "y"));
        model.Metadata.Add(new() { Key = ModelMetadata.Std, Value = numbers });
        IsRefused(model, "imc.std");
    }
}
