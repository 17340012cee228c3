using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Reductions over random axes against OnnxRuntime: seeds 1 to 60 of each.</summary>
public class ReduceOperatorTests
{
    private const int Seeds = 60;

    [Theory]
    [InlineData("ReduceMean")]
    [InlineData("ReduceSum")]
    [InlineData("ReduceMax")]
    [InlineData("ReduceMin")]
    [InlineData("ReduceProd")]
    [InlineData("ReduceL1")]
    [InlineData("ReduceL2")]
    [InlineData("ReduceSumSquare")]
    [InlineData("ReduceLogSum")]
    [InlineData("ReduceLogSumExp")]
    public void Agrees_with_OnnxRuntime(string @operator)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.Shape(random);
            int[] axes = [.. Enumerable.Range(1, shape.Length).Where(_ => Drawn.OneIn(random, 2))];
            if (axes.Length == 0) axes = [random.Next(1, shape.Length + 1)];
            random.Shuffle(axes);
            bool keeps = Drawn.OneIn(random, 2) || axes.Length == shape.Length;
            int opset = Drawn.Opset(random, 11);
            Agrees(Of(b =>
            {
                string x = @operator == "ReduceLogSum" ? b.Node("Add", [b.Node("Abs", ["x"], "a"), b.Float("k", 0.125f)], "p") : "x";
                b.Node(@operator, AxesOf(b, @operator, opset, x, axes, shape.Length + 1, random, out var attributes), "y",
                    [.. attributes, .. keeps && Drawn.OneIn(random, 2) ? [] : new[] { Attribute("keepdims", keeps ? 1L : 0) }]);
            }, opset, Drawn.Input(shape)), seed: seed);
        }
    }

    private static string[] AxesOf(OnnxBuilder b, string @operator, int opset, string x, int[] axes, int rank, Random random,
        out OnnxAttribute[] attributes)
    {
        long[] counted = Array.ConvertAll(axes, axis => Drawn.Counted(random, axis, rank));
        bool isInput = opset >= (@operator == "ReduceSum" ? 13 : 18);
        attributes = !isInput ? [Attribute("axes", counted)] : Drawn.OneIn(random, 3) ? [Attribute("noop_with_empty_axes", 1L)] : [];
        return isInput ? [x, b.Longs("axes", counted)] : [x];
    }

    [Theory]
    [InlineData("ReduceSum", 13)]
    [InlineData("ReduceMean", 18)]
    [InlineData("ReduceMax", 18)]
    [InlineData("ReduceProd", 20)]
    public void Without_axes_nothing_is_reduced_where_a_switch_says_so(string @operator, int opset) =>
        Agrees(Of(b => b.Node(@operator, ["x"], "y", Attribute("noop_with_empty_axes", 1L)), opset, [-1, 2, 3]));

    [Fact]
    public void All_that_is_left_may_be_one_number_an_image() =>
        Agrees(Of(b => b.Node("ReduceMax", ["x", b.Longs("axes", 1, 2, 3)], "y", Attribute("keepdims", 0L)), 18, [-1, 2, 3, 4]));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Pools_over_the_whole_image(int seed)
    {
        foreach (string @operator in new[] { "GlobalAveragePool", "GlobalMaxPool" })
            Agrees(Of(b => b.Node(@operator, ["x"], "y"), Drawn.Opset(new Random(seed), 11),
                Drawn.Input(Drawn.Shape(new Random(seed), leastRank: 2))), seed: seed);
    }

    [Theory]
    [InlineData("ArgMax")]
    [InlineData("ArgMin")]
    public void Places_of_extremes(string @operator)
    {
        for (int seed = 1; seed <= 80; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.Shape(random);
            int opset = Drawn.Opset(random, 7), axis = random.Next(1, shape.Length + 1);
            List<OnnxAttribute> attributes = [Attribute("axis", opset < 11 ? axis : Drawn.Counted(random, axis, shape.Length + 1))];
            bool isNumber = shape.Length == 1;
            if (isNumber || Drawn.OneIn(random, 2)) attributes.Add(Attribute("keepdims", isNumber ? 1L : 0L));
            if (opset >= 12 && Drawn.OneIn(random, 2)) attributes.Add(Attribute("select_last_index", 1L));
            // Few numbers, so that several are the greatest.
            Agrees(Of(b => b.Node(@operator, [b.Node("Floor", ["x"], "f")], "y", [.. attributes]), opset, Drawn.Input(shape),
                outputType: OnnxDataType.Int64), seed: seed);
        }
        Agrees(Of(b => b.Node("Cast", [b.Node(@operator, ["x"], "a", Attribute("axis", 1L))], "y", Attribute("to", 1L))));
    }

    [Fact]
    public void The_mean_over_an_image_stays_the_node_that_it_was() => Assert.IsType<GlobalAverageNode>(
        Assert.Single(NetworkImporter.Import(Of(b => b.Node("ReduceMean", ["x", b.Longs("axes", -1, 2)], "y"))).Network.Nodes));

    [Fact]
    public void What_would_mix_images_or_is_of_another_opset_is_refused()
    {
        IsRefused(Of(b => b.Node("ReduceSum", ["x"], "y")), "'y' (ReduceSum)", "axis 0, the batch", "Without axes");
        IsRefused(Of(b => b.Node("ReduceL2", ["x", b.Longs("axes", 0)], "y")), "'y' (ReduceL2)", "axis 0, the batch");
        IsRefused(Of(b => b.Node("ReduceL2", ["x", b.Longs("axes", 4)], "y")), "'y' (ReduceL2)", "axis 4 is outside");
        IsRefused(Of(b => b.Node("ReduceL2", ["x"], "y", Attribute("noop_with_empty_axes", 1L))), "'y' (ReduceL2)", "noop_with_empty_axes");
        IsRefused(Of(b => b.Node("ReduceSum", ["x"], "y", Attribute("axes", [1])), 13), "'axes' is of opsets 1 to 12");
        IsRefused(Of(b => b.Node("ReduceMin", ["x"], "y", Attribute("axes", [1])), 18), "'axes' is of opsets 1 to 17");
        IsRefused(Of(b => b.Node("ReduceMin", ["x", b.Longs("axes", 1)], "y"), 17), "it has 2 inputs; it must have 1");
        IsRefused(Of(b => b.Node("ReduceMin", ["x"], "y", Attribute("noop_with_empty_axes", 1L)), 17), "opsets 18 and above");
        IsRefused(Of(b => b.Node("GlobalMaxPool", ["x"], "y"), input: [-1, 4]), "'y' (GlobalMaxPool)", "[4]");
    }
}
