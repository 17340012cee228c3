using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Einsum of activations against OnnxRuntime.</summary>
public class EinsumTests
{
    private static OnnxAttribute Equation(string equation) => Attribute("equation", equation);

    /// <summary>The letters of each operand, which of them depends on the image, sizes and the result are drawn; letter z is the batch.
    /// Seeds 1 to 250.</summary>
    [Fact]
    public void Drawn_equations_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= 250; seed++)
        {
            var random = new Random(seed);
            int[] sizes = [.. Enumerable.Range(0, 5).Select(_ => random.Next(1, 5))];
            string Letters(string of) => string.Concat(of.Where(_ => Drawn.OneIn(random, 2)).OrderBy(_ => random.Next(100)));
            long[] Dims(string letters) => [.. letters.Select(letter => letter == 'z' ? 0 : (long)sizes[letter - 'a'])];
            int count = random.Next(1, 4), image = random.Next(count);
            bool[] isFlow = [.. Enumerable.Range(0, count).Select(i => i == image || Drawn.OneIn(random, 2))];
            string[] operands = [.. isFlow.Select(flow => (flow ? "z" : "") + Letters("abcde"))];
            string result = "z" + Letters(string.Concat(operands.SelectMany(letters => letters).Distinct().Where(each => each != 'z')));
            Agrees(Of(b =>
            {
                string[] inputs = new string[count];
                for (int i = 0; i < count; i++)
                {
                    long[] dims = Dims(operands[i]);
                    inputs[i] = !isFlow[i] ? Constant(b, $"k{i}", dims) : b.Node("Reshape", [b.Node("MatMul", ["x", Constant(b, $"w{i}", 3,
                        dims[1..].Aggregate(1L, (product, size) => product * size))], $"f{i}"), b.Longs($"s{i}", dims)], $"t{i}");
                }
                string equation = $"{string.Join(',', operands)}->{result}";
                b.Node("Einsum", inputs, "y", Equation(Drawn.OneIn(random, 2) ? equation : equation.Replace(",", " , ")));
            }, Drawn.Opset(random, 12), [-1, 3]), seed: seed);
        }
    }

    [Theory]
    [InlineData("bchw->bhwc")]
    [InlineData("b c h w -> b c")]
    [InlineData("bchw->b")]
    [InlineData("...hw->...wh")]
    [InlineData("bc...->b...")]
    [InlineData("bcwh")]
    public void One_operand(string equation) =>
        Agrees(Of(b => b.Node("Einsum", ["x"], "y", Equation(equation)), 12, [-1, 3, 4, 5]));

    [Theory]
    [InlineData("bchw,bdhw->bcd")]
    [InlineData("...hw,...hw->...")]
    [InlineData("bchw,bchw->bchw")]
    [InlineData("bchw,bcij->bhwij")]
    public void Two_activations(string equation) => Agrees(
        Of(b => b.Node("Einsum", ["x", b.Node("Relu", ["x"], "r")], "y", Equation(equation)), 12, [-1, 2, 3, 4]));

    /// <summary>The layer runs on the macro where its operands are quantized, as that of a MatMul does.</summary>
    [Theory]
    [InlineData("bc,co->bo", 5)]
    [InlineData("bhc,co->bho", 2, 5)]
    [InlineData("bhwc,co->bhwo", 2, 3, 5)]
    [InlineData("...c,co->...o", 2, 3, 5)]
    [InlineData("co,bhc->bho", 2, 5)]
    public void A_constant_matrix_makes_a_layer(string equation, params int[] shape)
    {
        OnnxModel Model(string weights) => Of(b =>
        {
            b.Float("s", 0.125f);
            b.Codes("z", [], [0], OnnxDataType.UInt8);
            b.Codes("dense.weight", [5, 4], [.. Enumerable.Range(-10, 20)], OnnxDataType.Int8);
            b.Node("DequantizeLinear", ["dense.weight", "s"], "w");
            string x = b.Node("DequantizeLinear", [b.Node("QuantizeLinear", ["x", "s", "z"], "q"), "s", "z"], "d");
            bool isFirst = equation.StartsWith('c');
            b.Node("Einsum", isFirst ? [weights, x] : [x, weights], "y", Equation(equation));
        }, 13, Drawn.Input(shape));
        var imported = Agrees(Model("w"));
        var layer = Assert.Single(imported.Layers);
        Assert.True(layer.OnMacro, layer.Reason);
        Assert.Equal("dense", layer.Name);
        Assert.Single(imported.Network.MacroLayers);
    }

    /// <summary>Weights of several axes keep their codes where they have one step, as attention layers of Keras have them.</summary>
    [Fact]
    public void A_constant_of_three_axes_makes_a_layer_too()
    {
        var imported = Agrees(Of(b =>
        {
            b.Float("s", 0.125f);
            b.Codes("z", [], [0], OnnxDataType.UInt8);
            b.Codes("dense.weight", [5, 2, 3], [.. Enumerable.Range(-15, 30)], OnnxDataType.Int8);
            b.Node("DequantizeLinear", ["dense.weight", "s"], "w");
            string x = b.Node("DequantizeLinear", [b.Node("QuantizeLinear", ["x", "s", "z"], "q"), "s", "z"], "d");
            b.Node("Einsum", [x, "w"], "y", Equation("abc,cde->abde"));
        }, 13, [-1, 4, 5]));
        Assert.True(Assert.Single(imported.Layers).OnMacro);
    }

    [Fact]
    public void A_constant_per_channel_is_a_product() => Assert.IsType<BinaryNode>(Assert.Single(Agrees(
        Of(b => b.Node("Einsum", ["x", Constant(b, "k", 3)], "y", Equation("bhc,c->bhc")), 12, [-1, 2, 3])).Network.Nodes));

    [Fact]
    public void What_is_not_supported_is_named()
    {
        void Refused(string equation, string part) => IsRefused(Of(b => b.Node("Einsum",
            ["x"], "y", Equation(equation)), 12, [-1, 3, 3]), "'y' (Einsum)", part);
        Refused("bii->bi", "a diagonal");
        Refused("bij->bjj", "twice");
        Refused("bij->ij", "it would mix images");
        Refused("bij->ibj", "it would mix images");
        Refused("bi->bi", "2 letters for operand 0 of 3 axes");
        Refused("bij->bk", "a letter in the result that no operand has");
        Refused("bij,jk->bik", "not of 1 operands");
        Refused("b.j->bj", "holds '.'");
        Refused("bij->->b", "not of 1 operands and one result");
        IsRefused(Of(b => b.Node("Einsum", ["x", Constant(b, "k", 4, 2)], "y", Equation("bij,jk->bik")), 12, [-1, 3, 3]), "one size");
        IsRefused(Of(b => b.Node("Einsum", ["x", Constant(b, "k", 3, 1)], "y", Equation("bij,jb->bi")), 12, [-1, 3, 3]),
            "must not have it");
        IsRefused(Of(b => b.Node("Einsum", ["x", ""], "y", Equation("bij,->bij")), 12, [-1, 3, 3]), "'y' (Einsum)", "an input is absent");
        IsRefused(Of(b => b.Node("Einsum", ["x"], "y", Equation("bij->bji")), 11, [-1, 3, 3]), "since opset 12");
    }
}
