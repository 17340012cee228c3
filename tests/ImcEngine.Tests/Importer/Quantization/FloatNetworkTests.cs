using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Tests.Importer.Lowering;

namespace ImcEngine.Tests.Importer.Quantization;

/// <summary>Networks as other programs write them, brought into the one form that quantization works on.</summary>
public class FloatNetworkTests
{
    // Every operator that an opset from 7 to 21 changed, a batch norm behind each kind of layer, and constants that nodes compute.
    [Theory]
    [InlineData(7)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(18)]
    [InlineData(21)]
    public void An_old_opset_is_upgraded_without_changing_a_result(int opset)
    {
        var model = Old(opset);
        var folded = PostTrainingQuantizer.Folded(model);
        Assert.Equal(21, folded.OperatorSets.Single().Version);
        float[] expected = FloatModels.Logits(model, 3, seed: 7), found = FloatModels.Logits(folded, 3, seed: 7);
        Assert.All(expected.Zip(found).AtLeastOne(), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
        Assert.DoesNotContain(folded.Graph!.Nodes, node => node.Operator is "BatchNormalization" or "Constant" or "Transpose" or "MatMul");
    }

    [Theory]
    [InlineData(7)]
    [InlineData(11)]
    [InlineData(18)]
    public void An_old_opset_is_quantized_and_lowers_to_what_OnnxRuntime_answers(int opset)
    {
        var run = new RunSpec { Quantization = new() { WeightBits = 8, ActivationBits = 8 } };
        var imported = AgainstOnnxRuntime.Agrees(FloatModels.Quantized(Old(opset), run));
        Assert.Equal(NetworkImporter.Import(Old(opset)).Layers.Select(layer => layer.Name), imported.Layers.Select(layer => layer.Name));
        Assert.Equal(["conv1", "last"], imported.Layers.Where(layer => !layer.OnMacro).Select(layer => layer.Name));
    }

    [Fact]
    public void An_opset_beyond_21_stays() => Assert.Equal(22, PostTrainingQuantizer.Folded(Old(22)).OperatorSets.Single().Version);

    [Fact]
    public void Layers_that_share_a_weight_tensor_get_their_own_under_their_own_name()
    {
        var builder = new OnnxBuilder("shared");
        string x = FloatModels.Convolution(builder, builder.Input("image", -1, 3, 6, 6), "first", 4, 3, 1);
        string weight = builder.Floats("twin.weight", [4, 4, 1, 1], FloatModels.Numbers(16, 2));
        x = builder.Node("Conv", [builder.Node("Relu", [x], "relu1"), weight], "a");
        x = builder.Node("BatchNormalization", [x, .. BatchNorm(builder, "norm", 4)], "norm");
        x = builder.Node("Conv", [builder.Node("Relu", [x], "relu2"), weight], "b");
        builder.Node("Flatten", [builder.Node("GlobalAveragePool", [x], "mean")], "logits");
        builder.Output("logits", -1, 4);
        var imported =
            AgainstOnnxRuntime.Agrees(FloatModels.Quantized(builder.Build(), new RunSpec { Layers = [new("twin#2") { WeightBits = 6 }] }));
        Assert.Equal(["first ", "twin twos-complement:4", "twin#2 twos-complement:6"],
            imported.Layers.Select(layer => $"{layer.Name} {layer.Weight}"));
    }

    [Fact]
    public void A_layer_without_a_weight_name_keeps_its_nodes_name()
    {
        var builder = new OnnxBuilder("nameless");
        string x = builder.Node("Conv", [builder.Input("image", -1, 1, 4, 4), builder.Floats("onnx::Conv_1", [2, 1, 1, 1], [1, -1])],
            "/conv1/Conv");
        x = builder.Node("Relu", [x], "relu");
        x = builder.Node("Conv", [x, builder.Floats("onnx::Conv_2", [2, 2, 1, 1], FloatModels.Numbers(4, 1)),
            builder.Floats("onnx::Conv_3", [2], [0.5f, -0.5f])], "/conv2/Conv");
        builder.Node("Flatten", [builder.Node("GlobalAveragePool", [x], "mean")], "logits");
        builder.Output("logits", -1, 2);
        var imported = AgainstOnnxRuntime.Agrees(FloatModels.Quantized(builder.Build(), new()));
        Assert.Equal(["/conv1/Conv", "/conv2/Conv"], imported.Layers.Select(layer => layer.Name));
        Assert.True(imported.Layers[1].OnMacro);
    }

    /// <summary>Images 3 x 6 x 6.</summary>
    private static OnnxModel Old(int opset)
    {
        var builder = new OnnxBuilder("old", opset, irVersion: opset < 9 ? 3 : opset < 21 ? 6 : 10);
        string x = FloatModels.Convolution(builder, builder.Input("image", -1, 3, 6, 6), "conv1", 4, 3, 1);
        x = builder.Node("Relu",
            [builder.Node("BatchNormalization", [x, .. BatchNorm(builder, "bn1", 4)], "bn1", OnnxBuilder.Attribute("epsilon", 0.01f),
                OnnxBuilder.Attribute("momentum", 0.9f))], "relu1");
        x = FloatModels.Convolution(builder, x, "conv2", 5, 4, 2);
        x = builder.Node("BatchNormalization", [x, .. BatchNorm(builder, "bn2", 5)], "bn2",
            opset < 9 ? [OnnxBuilder.Attribute("spatial", 1)] : []);
        x = opset < 11 ? builder.Node("Clip", [x], "clip", OnnxBuilder.Attribute("min", 0f), OnnxBuilder.Attribute("max", 6f))
            : builder.Node("Relu", [x], "relu2");
        if (opset < 11) x = builder.Node("Pad", [x], "padded", OnnxBuilder.Attribute("pads", 0, 0, 1, 0, 0, 0, 0, 1));
        x = opset < 18
            ? builder.Node("ReduceMean", [x], "mean", OnnxBuilder.Attribute("axes", 2, 3))
            : builder.Node("ReduceMean", [x, builder.Longs("mean.axes", 2, 3)], "mean");
        x = WithAxes(builder, "Squeeze", x, "squeezed", opset, 3);
        x = WithAxes(builder, "Squeeze", x, "flat", opset, 2);
        x = opset < 12 ? builder.Node("Dropout", [x], "dropped", OnnxBuilder.Attribute("ratio", 0.4f))
            : builder.Node("Dropout", [x], "dropped");
        string turned = builder.Node("Transpose", [builder.Floats("hidden.weight", [7, 5], FloatModels.Numbers(35, 3))], "turned");
        x = builder.Node("BatchNormalization", [builder.Node("MatMul", [x, turned], "hidden"), .. BatchNorm(builder, "bn3", 7)], "bn3");
        string constant = builder.Node("Constant", [], "last.weight",
            OnnxBuilder.Attribute("value", TensorEncoder.Floats("", [7, 4], FloatModels.Numbers(28, 4))));
        x = builder.Node("Gemm", [builder.Node("Relu", [x], "relu3"), constant, builder.Float("shift", 0.25f)], "scores",
            OnnxBuilder.Attribute("alpha", 0.5f), OnnxBuilder.Attribute("beta", 2f));
        builder.Node("Softmax", [x], "logits");
        builder.Output("logits", -1, 4);
        return builder.Build();
    }

    private static string WithAxes(OnnxBuilder builder, string @operator, string x, string result, int opset, long axis) => opset < 13
        ? builder.Node(@operator, [x], result, OnnxBuilder.Attribute("axes", [axis]))
        : builder.Node(@operator, [x, builder.Longs(result + ".axes", axis)], result);

    private static string[] BatchNorm(OnnxBuilder builder, string name, int channels) =>
        [
            builder.Floats(name + ".weight", [channels], [.. FloatModels.Numbers(channels, 21).Select(x => 1 + (0.5f * x))]),
            builder.Floats(name + ".bias", [channels], FloatModels.Numbers(channels, 22)),
            builder.Floats(name + ".mean", [channels], FloatModels.Numbers(channels, 23)),
            builder.Floats(name + ".var", [channels], [.. FloatModels.Numbers(channels, 24).Select(x => 1.5f + x)]),
        ];

    /// <summary>Operators whose forms changed between the opsets, behind a layer.</summary>
    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    [InlineData(17)]
    [InlineData(18)]
    public void Older_forms_of_splits_reductions_and_softmax_compute_the_same(int opset)
    {
        var builder = new OnnxBuilder("old", opset, irVersion: 7);
        string x = FloatModels.Convolution(builder, builder.Input("image", -1, 3, 6, 6), "conv1", 4, 3, 1);
        builder.Node("Split", opset < 13 ? [x] : [x, builder.Longs("sizes", 1, 3)], new[] { "one", "three" },
            [OnnxBuilder.Attribute("axis", 1), .. opset < 13 ? new[] { OnnxBuilder.Attribute("split", [1, 3]) } : []]);
        builder.Node("Split", ["three"], new[] { "left", "right" },
            [OnnxBuilder.Attribute("axis", -1), .. opset < 18 ? [] : new[] { OnnxBuilder.Attribute("num_outputs", 2) }]);
        x = builder.Node("Concat", ["right", "left"], "turned", OnnxBuilder.Attribute("axis", 1));
        x = Reduced(builder, "ReduceSum", x, "sum", opset < 13);
        x = Reduced(builder, "ReduceMax", x, "max", opset < 18);
        builder.Node("LogSoftmax", [x], "logits");
        builder.Output("logits", -1, 6);
        var model = builder.Build();
        var folded = FloatNetwork.Folded(model);
        float[] image = AgainstOnnxRuntime.Numbers(3 * 6 * 6, 1);
        Assert.Equal(NodeInterpreter.Run(AgainstOnnxRuntime.Agrees(model).Network, image),
            NodeInterpreter.Run(AgainstOnnxRuntime.Agrees(folded).Network, image));
    }

    private static string Reduced(OnnxBuilder builder, string @operator, string x, string result, bool isAttribute) => isAttribute
        ? builder.Node(@operator, [x], result, OnnxBuilder.Attribute("axes", [-1]), OnnxBuilder.Attribute("keepdims", 0))
        : builder.Node(@operator, [x, builder.Longs(result + ".axes", -1)], result, OnnxBuilder.Attribute("keepdims", 0));
}
