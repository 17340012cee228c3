using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;

namespace ImcEngine.Tests.Importer.Lowering;

public class OperatorTests
{
    private static OnnxModel Model(Action<OnnxBuilder> body, int opset = 21, long[]? input = null) =>
        ImporterModel.Of(body, opset, input ?? [-1, 4, 7, 6]);

    private static OnnxModel One(string @operator, int opset = 21, long[]? input = null, params OnnxAttribute[] attributes) =>
        Model(b => b.Node(@operator, ["x"], "y", attributes), opset, input);

    [Theory]
    [InlineData("NOTSET", 1, 1, 1)]
    [InlineData("NOTSET", 2, 1, 2)]
    [InlineData("NOTSET", 1, 2, 4)]
    [InlineData("SAME_UPPER", 2, 1, 1)]
    [InlineData("SAME_LOWER", 2, 1, 1)]
    [InlineData("SAME_UPPER", 3, 1, 1)]
    [InlineData("VALID", 1, 1, 2)]
    public void Convolution(string auto, int stride, int dilation, int groups)
    {
        Agrees(Model(b =>
        {
            b.Floats("c.weight", [8, 4 / groups, 3, 2], Numbers(8 * 4 / groups * 6, 2));
            b.Floats("c.bias", [8], Numbers(8, 3));
            List<OnnxAttribute> attributes = [Attribute("strides", [stride, stride]), Attribute("dilations", [dilation, dilation]),
                Attribute("group", groups)];
            attributes.Add(auto == "NOTSET" ? Attribute("pads", [1, 0, 2, 1]) : Attribute("auto_pad", auto));
            b.Node("Conv", ["x", "c.weight", "c.bias"], "y", [.. attributes]);
        }));
    }

    [Theory]
    [InlineData("MaxPool", 0, 0)]
    [InlineData("MaxPool", 1, 0)]
    [InlineData("AveragePool", 0, 0)]
    [InlineData("AveragePool", 0, 1)]
    [InlineData("AveragePool", 1, 0)]
    [InlineData("AveragePool", 1, 1)]
    [InlineData("AveragePool", 1, 1, 18)]
    public void Pool(string @operator, int ceil, int countPads, int opset = 21)
    {
        OnnxAttribute[] attributes = [Attribute("kernel_shape", [3, 2]), Attribute("strides", [2, 2]), Attribute("pads", [1, 0, 1, 1]),
            Attribute("ceil_mode", ceil)];
        Agrees(One(@operator, opset,
            attributes: @operator == "MaxPool" ? attributes : [.. attributes, Attribute("count_include_pad", countPads)]));
    }

    [Theory]
    [InlineData("SAME_UPPER")]
    [InlineData("SAME_LOWER")]
    [InlineData("VALID")]
    public void Pool_with_auto_pad(string auto) =>
        Agrees(One("AveragePool",
            attributes: [Attribute("kernel_shape", [3, 3]), Attribute("strides", [2, 2]), Attribute("auto_pad", auto)]));

    [Fact]
    public void Pool_with_dilation() =>
        Agrees(One("MaxPool", attributes: [Attribute("kernel_shape", [3, 2]), Attribute("dilations", [2, 3])]));

    [Theory]
    [InlineData("Relu")]
    [InlineData("Sign")]
    [InlineData("GlobalAveragePool")]
    [InlineData("Flatten")]
    public void Operators_of_one_input(string @operator) => Agrees(One(@operator));

    [Theory]
    [InlineData(11)]
    [InlineData(13)]
    [InlineData(21)]
    public void Softmax_over_the_classes(int opset) => Agrees(One("Softmax", opset, [-1, 10]));

    [Theory]
    [InlineData("Add")]
    [InlineData("Sub")]
    [InlineData("Mul")]
    [InlineData("Div")]
    public void Arithmetic_with_constants_and_tensors(string @operator)
    {
        Agrees(Model(b =>
        {
            b.Floats("k", [4, 1, 1], [1, -2, 3, 0.5f]);
            b.Floats("row", [1, 1, 1, 6], Numbers(6, 9));
            b.Node(@operator, ["x", "k"], "a");
            b.Node("Sub", ["row", "x"], "b");
            b.Node(@operator == "Div" ? "Mul" : @operator, ["a", "b"], "y");
        }));
    }

    [Theory]
    [InlineData("Equal")]
    [InlineData("Greater")]
    [InlineData("GreaterOrEqual")]
    [InlineData("Less")]
    [InlineData("LessOrEqual")]
    public void Comparisons_choose_in_where(string @operator)
    {
        Agrees(Model(b =>
        {
            b.Float("half", 0.5f);
            b.Float("three", 3);
            b.Node(@operator, ["x", "half"], "c");
            b.Node("Cast", ["c"], "f", Attribute("to", (long)OnnxDataType.Float));
            b.Node("Where", ["c", "x", "three"], "w");
            b.Node("Add", ["w", "f"], "y");
        }));
    }

    [Fact]
    public void Clip_prelu_pad_and_concat()
    {
        Agrees(Model(b =>
        {
            b.Float("low", -0.5f);
            b.Floats("slope", [4, 1, 1], [0.1f, 0.2f, -0.3f, 2]);
            b.Longs("pads", 0, 0, 1, 2, 0, 0, 0, 1);
            b.Float("fill", 0.25f);
            b.Node("Clip", ["x", "low", ""], "clipped");
            b.Node("PRelu", ["x", "slope"], "sloped");
            b.Node("Concat", ["clipped", "sloped"], "both", Attribute("axis", 1));
            b.Node("Pad", ["both", "pads", "fill"], "y");
        }));
    }

    [Theory]
    [InlineData(11, 0)]
    [InlineData(11, 1)]
    [InlineData(18, 0)]
    public void Mean_over_the_image(int opset, int keep) => Agrees(Model(b =>
    {
        if (opset < 18) b.Node("ReduceMean", ["x"], "y", Attribute("axes", [2, -1]), Attribute("keepdims", keep));
        else b.Node("ReduceMean", ["x", b.Longs("axes", 2, 3)], "y", Attribute("keepdims", keep));
    }, opset));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Gemm_with_scales_and_transposition(int transposed) => Agrees(Model(b =>
    {
        b.Floats("fc.weight", transposed == 1 ? [5, 10] : [10, 5], Numbers(50, 4));
        b.Floats("fc.bias", [5], Numbers(5, 5));
        b.Node("Gemm", ["x", "fc.weight", "fc.bias"], "y", Attribute("transB", transposed), Attribute("alpha", 0.5f),
            Attribute("beta", -2f));
    }, input: [-1, 10]));

    [Fact]
    public void MatMul_takes_its_bias_in()
    {
        var imported = Agrees(Model(b =>
        {
            b.Floats("fc.weight", [10, 5], Numbers(50, 4));
            b.Floats("fc.bias", [5], Numbers(5, 5));
            b.Node("MatMul", ["x", "fc.weight"], "m");
            b.Node("Add", ["fc.bias", "m"], "y");
        }, input: [-1, 10]));
        Assert.NotNull(Assert.IsType<DigitalNode>(Assert.Single(imported.Network.Nodes)).Bias);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Batch_norm_folds_into_a_layer_only_where_nothing_else_reads_it(bool alone)
    {
        var imported = Agrees(Model(b =>
        {
            b.Floats("c.weight", [4, 4, 1, 1], Numbers(16, 2));
            b.Floats("g", [4], [1, 2, -0.5f, 3]);
            b.Floats("b", [4], [0, 1, 2, 3]);
            b.Floats("m", [4], [1, 0, -1, 0.5f]);
            b.Floats("v", [4], [1, 2, 0.25f, 0]);
            b.Node("Conv", ["x", "c.weight"], "c");
            b.Node("BatchNormalization", ["c", "g", "b", "m", "v"], "n", Attribute("epsilon", 1e-3f));
            b.Node("Add", ["n", alone ? "x" : "c"], "y");
        }));
        Assert.Equal(alone ? 0 : 1, imported.Network.Nodes.OfType<ChannelAffineNode>().Count());
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(2)]
    public void Shape_chains_around_a_flatten_are_computed(long batch) => Agrees(Model(b =>
    {
        b.Longs("zero", 0);
        b.Longs("rest", -1);
        b.Node("Shape", ["x"], "s");
        b.Node("Gather", ["s", "zero"], "n1");
        b.Node("Squeeze", ["n1", "zero"], "n0");
        b.Node("Unsqueeze", ["n0", "zero"], "n");
        b.Node("Concat", ["n", "rest"], "t", Attribute("axis", 0));
        b.Node("Reshape", ["x", "t"], "y");
    }, input: [batch, 4, 7, 6]));

    [Fact]
    public void A_fixed_batch_of_one_may_stand_in_a_reshape()
    {
        var model = Model(b => b.Node("Reshape", ["x", b.Longs("t", 1, -1)], "y"), input: [1, 4, 7, 6]);
        Agrees(model);
    }

    /// <summary>allowzero says what a 0 means, and where there is none, nothing.</summary>
    [Theory]
    [InlineData(0, new long[] { 0, 0, -1 })]
    [InlineData(1, new long[] { -1, 4, 42 })]
    [InlineData(1, new long[] { -1, 168 })]
    public void A_reshape_may_state_what_a_0_means(int allowed, long[] shape) =>
        Agrees(Model(b => b.Node("Reshape", ["x", b.Longs("t", shape)], "y", Attribute("allowzero", allowed))));

    [Fact]
    public void A_constants_reshape_may_too() => Agrees(Model(b => b.Node("Add", ["x", b.Node("Reshape",
        [b.Floats("k", [4], [1, 2, 3, 4]), b.Longs("t", -1, 1, 1)], "k4", Attribute("allowzero", 1))], "y")));

    [Theory]
    [InlineData(0, -1)]
    [InlineData(-1, 0)]
    public void A_reshape_to_no_elements_is_refused(long first, long second) => ImporterModel.IsRefused(
        Model(b => b.Node("Reshape", ["x", b.Longs("t", first, second)], "y", Attribute("allowzero", 1))), "'y' (Reshape)",
        "allowzero is 1", $"[{first}, {second}]");

    [Theory]
    [InlineData(2, -1)]
    [InlineData(-1, 7)]
    [InlineData(-1, -1)]
    public void A_reshape_that_mixes_images_is_refused(long first, long second) => Assert.Contains("'y' (Reshape)",
        Assert.Throws<ModelException>(
            () => NetworkImporter.Import(Model(b => b.Node("Reshape", ["x", b.Longs("t", first, second)], "y")))).Message);

    [Theory]
    [InlineData("LSTM")]
    [InlineData("Det")]
    public void An_unsupported_operator_is_named(string @operator)
    {
        string message = Assert.Throws<ModelException>(() => NetworkImporter.Import(One(@operator))).Message;
        Assert.Contains($"'y' ({@operator})", message);
        Assert.Contains("supported are", message);
    }

    [Fact]
    public void An_unknown_attribute_is_named() => Assert.Contains("'extra'",
        Assert.Throws<ModelException>(() => NetworkImporter.Import(One("Relu", attributes: [Attribute("extra", 1)]))).Message);

    [Theory]
    [InlineData(OnnxDataType.Float)]
    [InlineData(OnnxDataType.Float16)]
    internal void A_batch_norm_folded_before_quantization_changes_no_result(OnnxDataType stored)
    {
        var model = Model(b =>
        {
            b.Initializer(TensorEncoder.Floats("c.weight", [3, 4, 2, 2], Numbers(48, 2), stored));
            string weight = stored == OnnxDataType.Float ? "c.weight"
                : b.Node("Cast", ["c.weight"], "c.cast", Attribute("to", (long)OnnxDataType.Float));
            b.Floats("c.bias", [3], Numbers(3, 8));
            b.Floats("g", [3], [1, 2, -0.5f]);
            b.Floats("b", [3], [0, 1, 2]);
            b.Floats("m", [3], [1, 0, -1]);
            b.Floats("v", [3], [1, 2, 0.25f]);
            b.Node("Conv", ["x", weight, "c.bias"], "c");
            b.Node("BatchNormalization", ["c", "g", "b", "m", "v"], "y");
        });
        var folded = GraphFolding.FoldBatchNorms(model);
        Assert.Equal("Conv", Assert.Single(folded.Graph!.Nodes).Operator);
        var a = Agrees(model).Network;
        Assert.Equal("c", NetworkImporter.Import(folded).Layers[0].Name);
        var image = Numbers(a.InputShape.Count, 1);
        Assert.Equal(NodeInterpreter.Run(a, image), NodeInterpreter.Run(Agrees(folded).Network, image));
    }
}
