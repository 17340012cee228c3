using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Layers that read quantized tensors through operators that only move or choose elements: they are on the macro.</summary>
public class MovedPatternTests
{
    private static string Quantized(OnnxBuilder b, string x, string name, float step, int zero)
    {
        b.Float(name + ".step", step);
        b.Codes(name + ".zero", [], [zero], OnnxDataType.UInt8);
        b.Node("QuantizeLinear", [x, name + ".step", name + ".zero"], name + ".q");
        return b.Node("DequantizeLinear", [name + ".q", name + ".step", name + ".zero"], name);
    }

    private static string Layer(OnnxBuilder b, string x, int inputs)
    {
        b.Codes("c.weight", [2, inputs, 3, 3], [.. Enumerable.Range(0, 18 * inputs).Select(i => (i * 7 % 15) - 7)], OnnxDataType.Int8);
        b.Float("c.step", 1 / 16f);
        return b.Node("Conv", [x, b.Node("DequantizeLinear", ["c.weight", "c.step"], "w")], "y", Attribute("pads", 1, 1, 1, 1));
    }

    private static string Move(OnnxBuilder b, string x, string move) => move switch
    {
        "MaxPool" =>
            b.Node("MaxPool", [x], "m", Attribute("kernel_shape", 2, 2), Attribute("strides", 2, 2), Attribute("pads", 1, 0, 0, 1)),
        "Transpose" => b.Node("Transpose", [x], "m", Attribute("perm", 0, 1, 3, 2)),
        "Slice" => b.Node("Slice", [x, b.Longs("from", 1), b.Longs("to", 5), b.Longs("axis", 2)], "m"),
        "Pad" => b.Node("Pad", [x, b.Longs("pads", 0, 0, 1, 2, 0, 0, 0, 1)], "m"),
        "DepthToSpace" => b.Node("DepthToSpace", [b.Node("Concat", [x, x, x, x], "four", Attribute("axis", 1L))], "m",
            Attribute("blocksize", 2L)),
        "GlobalMaxPool" => b.Node("GlobalMaxPool", [x], "m"),
        "Reshape" => b.Node("MaxPool", [b.Node("Reshape", [x, b.Longs("shape", 0, 3, 4, 9)], "r")], "m", Attribute("kernel_shape", 1, 2)),
        _ => throw new ArgumentException($"No rule for {move}."),
    };

    [Theory]
    [InlineData("MaxPool", 0)]
    [InlineData("MaxPool", 117)]
    [InlineData("Transpose", 128)]
    [InlineData("Slice", 5)]
    [InlineData("Pad", 0)]
    [InlineData("Pad", 40)]
    [InlineData("DepthToSpace", 255)]
    [InlineData("GlobalMaxPool", 3)]
    [InlineData("Reshape", 9)]
    public void A_layer_reads_the_codes_behind(string move, int zero)
    {
        var imported = Agrees(Of(b => Layer(b, Move(b, Quantized(b, "x", "d", 1 / 64f, zero), move), 3), input: [-1, 3, 6, 6]));
        Assert.True(Assert.Single(imported.Layers).OnMacro, imported.Layers[0].Reason);
        // The quantizer of a Transpose stands behind it from the start.
        Assert.Equal(move == "Transpose" ? 1 : 2, imported.Network.Nodes.OfType<QuantizeNode>().Count());
    }

    /// <summary>Tensors of one grid may be joined, though one is clipped;
    /// a residual sum reads the pooled floats beside the layer.</summary>
    [Fact]
    public void Tensors_of_one_grid_may_be_joined_and_read_as_floats_too()
    {
        var imported = Agrees(Of(b =>
        {
            string clipped = Quantized(b, b.Node("Relu", ["x"], "relu"), "first", 1 / 64f, 9);
            string joined = b.Node("Concat", [clipped, Quantized(b, b.Node("Neg", ["x"], "neg"), "second", 1 / 64f, 9)], "j",
                Attribute("axis", 1L));
            string pooled = b.Node("MaxPool", [joined], "m", Attribute("kernel_shape", 3, 3));
            b.Codes("c.weight", [4, 4, 1, 1], [.. Enumerable.Range(-8, 16)], OnnxDataType.Int8);
            b.Float("c.step", 1 / 16f);
            string made = b.Node("Conv", [pooled, b.Node("DequantizeLinear", ["c.weight", "c.step"], "w")], "c");
            b.Node("Add", [made, pooled], "y");
        }, input: [-1, 2, 6, 6]));
        Assert.True(Assert.Single(imported.Layers).OnMacro);
    }

    [Fact]
    public void Tensors_of_different_grids_stay_digital_when_joined()
    {
        var imported = Agrees(Of(b => Layer(b, b.Node("Concat",
            [Quantized(b, "x", "first", 1 / 64f, 9), Quantized(b, "x", "second", 1 / 32f, 9)], "j", Attribute("axis", 1L)), 4),
            input: [-1, 2, 6, 6]));
        Assert.Contains("its input comes from Concat 'j'", Assert.Single(imported.Layers).Reason, StringComparison.Ordinal);
    }

    /// <summary>A quantizer that rounds down takes no number of its own grid, which float32 may hold a little too low,
    /// to another.</summary>
    [Fact]
    public void Codes_of_a_quantizer_that_rounds_down_stay()
    {
        var network = NetworkImporter.Import(Of(b =>
        {
            b.Foreign("qonnx.custom_op.general", "Quant", ["x", b.Float("scale", 0.1f), b.Float("zero", 0), b.Float("bits", 8)], "d",
                Attribute("signed", 0L), Attribute("rounding_mode", "FLOOR"));
            b.Node("MaxPool", ["d"], "m", Attribute("kernel_shape", 1, 1));
            b.Codes("c.weight", [1, 1, 1, 1], [1], OnnxDataType.Int8);
            b.Float("one", 10);
            b.Node("Conv", ["m", b.Node("DequantizeLinear", ["c.weight", "one"], "w")], "y");
        }, input: [-1, 1, 1, 256])).Network;
        Assert.Single(network.MacroLayers);
        float[] image = [.. Enumerable.Range(0, 256).Select(i => (i + 0.5f) * 0.1f)];
        Assert.Equal(Enumerable.Range(0, 256), NodeInterpreter.Run(network, image).Select(y => (int)MathF.Round(y)));
    }

    /// <summary>0 is none of the two numbers of a sign.</summary>
    [Theory]
    [InlineData("MaxPool", true)]
    [InlineData("Pad", false)]
    public void Signs_may_be_chosen_but_not_padded(string move, bool onMacro)
    {
        var imported = Agrees(Of(b =>
        {
            b.Node("GreaterOrEqual", ["x", b.Float("nothing", 0)], "positive");
            b.Node("Where", ["positive", b.Float("plus", 0.5f), b.Float("minus", -0.5f)], "d");
            b.Codes("c.weight", [2, 3, 1, 1], [1, -1, 1, 1, -1, -1], OnnxDataType.Int8);
            b.Metadata("imc.encoding.c.weight", "bipolar:1");
            b.Node("Conv", [Move(b, "d", move), b.Node("DequantizeLinear", ["c.weight", "plus"], "w")], "y");
        }, input: [-1, 3, 6, 6]));
        Assert.Equal(onMacro, Assert.Single(imported.Layers).OnMacro);
    }

    /// <summary>A chain of moves costs no stack.</summary>
    [Fact]
    public void A_long_chain_of_moves_is_followed()
    {
        var imported = NetworkImporter.Import(Of(b =>
        {
            string x = Quantized(b, "x", "d", 1 / 64f, 5);
            for (int i = 0; i < 20_000; i++) x = b.Node("MaxPool", [x], $"m{i}", Attribute("kernel_shape", 1, 1));
            Layer(b, x, 1);
        }, input: [-1, 1, 2, 2]));
        Assert.True(Assert.Single(imported.Layers).OnMacro);
    }
}
