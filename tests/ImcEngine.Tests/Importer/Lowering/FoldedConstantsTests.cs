using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>What constants that import computes may be, and how large.</summary>
public class FoldedConstantsTests
{
    /// <summary>Weights of files that were made light for tests; they may be as large as those of any file.</summary>
    [Fact]
    public void Weights_of_one_number_throughout_are_real_weights()
    {
        var imported = AgainstOnnxRuntime.Agrees(Of(b =>
        {
            var value = Attribute("value", TensorEncoder.Floats("", [1], [0.02f]));
            b.Node("ConstantOfShape", [b.Longs("w.shape", 10, 3072)], "w", value);
            b.Node("ConstantOfShape", [b.Longs("b.shape", 10)], "b", value);
            b.Node("Gemm", [b.Node("Flatten", ["x"], "f"), "w", "b"], "y", Attribute("transB", 1));
        }, opset: 9), tolerance: 1e-3f);
        Assert.Equal("y", imported.Layers.Single().Name);
    }

    [Fact]
    public void Constants_of_shape_are_limited_as_those_of_files_are()
    {
        IsRefused(Of(b => b.Node("Add", ["x", b.Node("ConstantOfShape", [b.Longs("s", 1 << 15, 1 << 15)], "k")], "y")),
            "'k' (ConstantOfShape)", "268435456");
        IsRefused(Of(b => b.Node("Add", ["x", b.Node("ConstantOfShape", [b.Longs("s", -1, 2)], "k")], "y")), "'k' (ConstantOfShape)");
    }

    public static IEnumerable<object?[]> Growing => new TheoryData<string, Action<OnnxBuilder>>()
    {
        { "Expand", b => b.Node("Expand", ["k", b.Longs("s", 1 << 10, 1 << 10)], "made") },
        { "Tile", b => b.Node("Tile", ["k", b.Longs("s", 1 << 20)], "made") },
        { "Pad", b => b.Node("Pad", ["k", b.Longs("s", 1 << 20, 0)], "made") },
        { "Range", b => b.Node("Range", [b.Float("from", 0), b.Float("to", 1e9f), b.Float("step", 1)], "made") },
        { "Tile", b => b.Node("Tile", [b.Floats("e", [0, int.MaxValue], []), b.Longs("s", 1, 1)], "made") },
        { "Slice", b => b.Node("Slice", [b.Floats("e", [0, int.MaxValue], []), b.Longs("s", 0), b.Longs("t", 1)], "made") },
    };

    [Theory]
    [MemberData(nameof(Growing))]
    internal void A_small_file_does_not_unfold_into_a_large_constant(string @operator, Action<OnnxBuilder> make) => IsRefused(Of(b =>
    {
        b.Floats("k", [1], [1]);
        make(b);
        b.Node("Add", ["x", "made"], "y");
    }), $"'made' ({@operator})", "65536");

    [Theory]
    [InlineData("Exp", 1000f)]
    [InlineData("Sqrt", -1f)]
    [InlineData("Reciprocal", 0f)]
    public void A_function_of_a_constant_that_has_no_number_is_refused(string @operator, float number) => IsRefused(
        Of(b => b.Node("Add", ["x", b.Node(@operator, [b.Float("k", number)], "made")], "y")), $"'made' ({@operator})", "only finite");

    [Fact]
    public void A_power_that_is_no_multiple_of_a_half_is_computed() => Agrees(
        Of(b => b.Node("Add", ["x", b.Node("Pow", [b.Float("k", 2), b.Float("e", 0.3f)], "made")], "y")));

    [Fact]
    public void Parts_that_are_not_the_whole_are_refused()
    {
        var model = Of(b => b.Node("Add", ["x", b.Node("Split", [b.Floats("k", [4], [1, 2, 3, 4]), b.Longs("s", 1, 2)], "a",
            Attribute("axis", 0))], "y"), input: [-1, 1]);
        model.Graph!.Nodes[0].Outputs.Add("b");
        IsRefused(model, "'a' (Split)", "axis 0 of size 4 into [1, 2]");
    }

    [Fact]
    public void A_constant_takes_the_type_of_the_image()
    {
        AgainstOnnxRuntime.Agrees(Of(b =>
            b.Node("Mul", ["x", b.Node("CastLike", [b.Initializer(TensorEncoder.Integers("two", [], [2])), "x"], "t")], "y")));
    }

    /// <summary>Brevitas clips the codes of weights, which are then of as many bits as the bounds say.</summary>
    [Fact]
    public void Clipped_codes_of_weights_go_to_the_macro()
    {
        var model = Quantized([-1, 3, 8, 8], model =>
        {
            model.Graph!.Initializers.Add(TensorEncoder.Codes("low", [], [-7], OnnxDataType.Int8));
            model.Graph.Initializers.Add(TensorEncoder.Codes("high", [], [7], OnnxDataType.Int8));
            model.Graph.Nodes.Insert(0, new() { Operator = "Clip", Inputs = ["c.weight", "low", "high"], Outputs = ["clipped"] });
            model.Graph.Nodes.Single(node => node.Outputs[0] == "w").Inputs[0] = "clipped";
        });
        var layer = Assert.Single(AgainstOnnxRuntime.Agrees(model).Layers);
        Assert.True(layer.OnMacro);
        Assert.Equal("c", layer.Name);
        using var plain = new FloatReference(OnnxFile.ToBytes(FloatTopology.WithoutQuantization(model)), 1);
        Assert.Equal(10, plain.CountLogits());
    }

    /// <summary>tf2onnx and CNTK reshape kernels behind their quantizer.
    /// Scales stay those of an axis as long as there is such an axis.</summary>
    [Theory]
    [InlineData(new long[] { 30 }, -1, true)]
    [InlineData(new long[] { 10, 3 }, 0, true)]
    [InlineData(new long[] { 1, 10, 3, 1 }, 1, true)]
    [InlineData(new long[] { 5, 2, 3 }, 0, false)]
    public void Reshaped_codes_of_weights_keep_their_scales(long[] dims, int axis, bool onMacro)
    {
        var model = Of(b =>
        {
            int scales = axis < 0 ? 1 : (int)dims[axis];
            b.Float("step", 0.125f);
            b.Codes("zero", [], [0], OnnxDataType.UInt8);
            b.Codes("c.weight", dims, [.. Enumerable.Range(0, 30).Select(i => (i % 15) - 7)], OnnxDataType.Int8);
            b.Floats("steps", axis < 0 ? [] : [scales], [.. Enumerable.Range(1, scales).Select(i => i / 64f)]);
            b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
            b.Node("DequantizeLinear", ["q", "step", "zero"], "d");
            b.Node("DequantizeLinear", ["c.weight", "steps"], "w", axis < 0 ? [] : [Attribute("axis", (long)axis)]);
            b.Node("Conv", ["d", b.Node("Reshape", ["w", b.Longs("shape", 10, 3, 1, 1)], "r")], "y");
        }, input: [-1, 3, 4, 4]);
        Assert.Equal(onMacro, Assert.Single(AgainstOnnxRuntime.Agrees(model).Layers).OnMacro);
    }
}
