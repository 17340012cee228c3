using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>TopK of activations against OnnxRuntime.</summary>
public class TopKTests
{
    /// <summary>Shapes, axis, k, opset and direction are drawn, and few numbers, so that many are equal: seeds 1 to 150.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Values_and_places_agree_with_OnnxRuntime(int output)
    {
        for (int seed = 1; seed <= 150; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.OneIn(random, 5) ? [random.Next(20, 200)] : Drawn.Shape(random);
            int axis = random.Next(1, shape.Length + 1), opset = Drawn.Opset(random, 7);
            Agrees(Of(b =>
            {
                string few = b.Node("Floor", [b.Node("Mul", ["x", b.Float("scale", 1 << random.Next(0, 4))], "m")], "f");
                Make(b, few, opset, Drawn.Counted(random, axis, shape.Length + 1), random.Next(1, shape[axis - 1] + 1),
                    isLeast: Drawn.OneIn(random, 2), output);
            }, opset, Drawn.Input(shape), outputType: output == 0 ? OnnxDataType.Float : OnnxDataType.Int64), tolerance: 0, seed: seed);
        }
    }

    /// <param name="output">The one that is y.</param>
    private static void Make(OnnxBuilder b, string x, int opset, long axis, long k, bool isLeast, int output)
    {
        List<OnnxAttribute> attributes = [Attribute("axis", axis)];
        if (opset < 10) attributes.Add(Attribute("k", k));
        if (opset >= 11 && isLeast) attributes.Add(Attribute("largest", 0L));
        b.Node("TopK", opset < 10 ? [x] : [x, b.Longs("k", k)], output == 0 ? ["y", "other"] : ["other", "y"], [.. attributes]);
    }

    [Fact]
    public void Both_outputs_may_be_read()
    {
        var network = Agrees(Of(b =>
        {
            b.Node("TopK", ["x", b.Longs("k", 3)], ["v", "i"], Attribute("axis", 1L));
            b.Node("Add", ["v", b.Node("Cast", ["i"], "c", Attribute("to", 1L))], "y");
        }, 13, [-1, 7, 5])).Network;
        Assert.Equal(2, network.Nodes.OfType<TopKNode>().Count());
    }

    [Fact]
    public void A_transpose_is_taken_past_it() => Assert.DoesNotContain(Agrees(Of(b =>
    {
        b.Node("TopK", [b.Node("Transpose", [b.Node("Relu", ["x"], "r"), ], "t", Attribute("perm", [0, 2, 3, 1])), b.Longs("k", 2)],
            ["v", "i"], Attribute("axis", 3L));
        b.Node("Transpose", ["v"], "y", Attribute("perm", [0, 3, 1, 2]));
    }, 13, [-1, 4, 3, 5])).Network.Nodes, node => node is RearrangeNode);

    [Fact]
    public void Halves_are_sorted_as_floats() => Agrees(Of(b =>
    {
        b.Node("TopK", [b.Node("Cast", ["x"], "h", Attribute("to", (long)OnnxDataType.Float16)), b.Longs("k", 4)], ["v", "i"]);
        b.Node("Add", [b.Node("Cast", ["v"], "f", Attribute("to", 1L)), b.Node("Cast", ["i"], "c", Attribute("to", 1L))], "y");
    }, 13, [-1, 3, 9]));

    [Fact]
    public void What_is_not_supported_is_named()
    {
        void Refused(string part, int opset, long k, params OnnxAttribute[] attributes) => IsRefused(
            Of(b => b.Node("TopK", ["x", b.Longs("k", k)], ["y", "i"], attributes), opset, [-1, 4, 5]), "'y' (TopK)", part);
        Refused("axis 0, the batch", 13, 1, Attribute("axis", 0L));
        Refused("k is [6]; it must be one number from 1 to 5", 13, 6);
        Refused("k is [0]", 13, 0);
        Refused("sorted is 0", 13, 2, Attribute("sorted", 0L));
        Refused("'largest' is of opsets 11 and above", 10, 2, Attribute("largest", 1L));
        Refused("it has 2 inputs; it must have 1", 9, 2);
        IsRefused(Of(b => b.Node("TopK", ["x"], ["y", "i"]), 9, [-1, 4]), "it has no k");
        Agrees(Of(b => b.Node("TopK", ["x", b.Longs("k", 1)], ["y", "i"], Attribute("sorted", 0L)), 13, [-1, 4, 5]), tolerance: 0);
    }
}
