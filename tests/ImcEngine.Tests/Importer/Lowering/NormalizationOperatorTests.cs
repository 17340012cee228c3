using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Softmax, LogSoftmax and normalizations of random shapes against OnnxRuntime: seeds 1 to 60 of each.</summary>
public class NormalizationOperatorTests
{
    private const int Seeds = 60;

    private delegate void Body(OnnxBuilder b, Random random, int[] shape);

    private static void AgreesEverywhere(Body body, int first, int leastRank = 1)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.Shape(random, leastRank);
            Agrees(Of(b => body(b, random, shape), Drawn.Opset(random, first), Drawn.Input(shape)), seed: seed);
        }
    }

    private static OnnxAttribute[] Perhaps(Random random, params OnnxAttribute[] attributes) =>
        [.. attributes.Where(_ => Drawn.OneIn(random, 2))];

    private static string Vector(OnnxBuilder b, string name, int seed, params long[] dims) =>
        b.Floats(name, dims, Numbers((int)dims.Aggregate(1L, (product, size) => product * size), seed));

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void Along_any_axis(string @operator) => AgreesEverywhere((b, random, shape) => b.Node(@operator, ["x"], "y",
        Attribute("axis", Drawn.Counted(random, random.Next(1, shape.Length + 1), shape.Length + 1))), first: 13);

    [Theory]
    [InlineData("Softmax")]
    [InlineData("LogSoftmax")]
    public void Before_opset_13_along_all_axes_from_one_on(string @operator)
    {
        foreach (int opset in new[] { 7, 11, 12 })
        {
            Agrees(Of(b => b.Node(@operator, ["x"], "y"), opset, [-1, 10]));
            Agrees(Of(b => b.Node(@operator, ["x"], "y"), opset, [-1, 10, 1, 1]));
            Agrees(Of(b => b.Node(@operator, ["x"], "y", Attribute("axis", 3L)), opset, [-1, 4, 3, 5]));
            Agrees(Of(b => b.Node(@operator, ["x"], "y"), opset, [-1, 4, 3]));
        }
    }

    [Fact]
    public void Local_response() => AgreesEverywhere((b, random, _) => b.Node("LRN", ["x"], "y",
        [Attribute("size", random.Next(0, 4) * 2 + 1L), .. Perhaps(random, Attribute("alpha", random.Next(1, 40) / 16f),
            Attribute("beta", random.Next(1, 40) / 16f), Attribute("bias", random.Next(16, 40) / 16f))]), first: 13, leastRank: 3);

    [Fact]
    public void Instances() => AgreesEverywhere((b, random, shape) => b.Node("InstanceNormalization",
        ["x", Vector(b, "s", 5, shape[0]), Vector(b, "t", 6, shape[0])], "y",
        Perhaps(random, Attribute("epsilon", random.Next(1, 9) / 64f))),
        first: 11, leastRank: 2);

    [Fact]
    public void Groups() => AgreesEverywhere((b, random, shape) =>
    {
        int groups = Drawn.OneOf<int>(random, [.. Enumerable.Range(1, shape[0]).Where(groups => shape[0] % groups == 0)]);
        b.Node("GroupNormalization", ["x", Vector(b, "s", 5, shape[0]), Vector(b, "t", 6, shape[0])], "y",
            [Attribute("num_groups", (long)groups), .. Perhaps(random, Attribute("epsilon", random.Next(1, 9) / 64f))]);
    }, first: 21, leastRank: 2);

    [Theory]
    [InlineData(18)]
    [InlineData(20)]
    public void Groups_had_scales_of_their_own(int opset)
    {
        for (int seed = 1; seed <= 40; seed++)
        {
            var random = new Random(seed);
            int groups = random.Next(1, 4);
            Agrees(Of(b => b.Node("GroupNormalization", ["x", Vector(b, "s", 5, groups), Vector(b, "t", 6, groups)], "y",
                Attribute("num_groups", (long)groups)), opset,
                [-1, groups * random.Next(1, 4), random.Next(1, 5), random.Next(1, 5)]), seed: seed);
        }
    }

    [Fact]
    public void Layers() => AgreesEverywhere((b, random, shape) =>
    {
        int axis = random.Next(1, shape.Length + 1);
        long[] dims = Drawn.Longs(shape[(axis - 1)..]);
        List<string> inputs = ["x", Vector(b, "s", 5, dims)];
        if (Drawn.OneIn(random, 2)) inputs.Add(Vector(b, "t", 6, dims));
        OnnxAttribute[] attributes = [.. Perhaps(random, Attribute("epsilon", random.Next(1, 9) / 64f), Attribute("stash_type", 1L))];
        b.Node("LayerNormalization", [.. inputs], "y", axis == shape.Length && Drawn.OneIn(random, 2) ? attributes
            : [.. attributes, Attribute("axis", Drawn.Counted(random, axis, shape.Length + 1))]);
    }, first: 17);

    [Fact]
    public void The_last_axis_stays_the_node_that_it_was()
    {
        Node Only(string @operator, long axis) =>
            Assert.Single(NetworkImporter.Import(Of(b => b.Node(@operator, ["x"], "y", Attribute("axis", axis)))).Network.Nodes);
        Assert.IsType<SoftmaxNode>(Only("Softmax", -1));
        Assert.IsType<AxisSoftmaxNode>(Only("Softmax", 1));
        Assert.IsType<AxisSoftmaxNode>(Only("LogSoftmax", -1));
    }

    [Fact]
    public void What_is_not_supported_is_named()
    {
        IsRefused(Of(b => b.Node("Softmax", ["x"], "y", Attribute("axis", 0L))), "'y' (Softmax)", "axis 0, the batch");
        IsRefused(Of(b => b.Node("LRN", ["x"], "y", Attribute("size", 4L))), "'y' (LRN)", "size is 4");
        IsRefused(Of(b => b.Node("LRN", ["x"], "y")), "'y' (LRN)", "size is 0");
        IsRefused(Of(b => b.Node("LRN", ["x"], "y", Attribute("size", 3L)), input: [-1, 4]), "'y' (LRN)", "[4]");
        IsRefused(Of(b => b.Node("InstanceNormalization", ["x", Vector(b, "s", 5, 3), Vector(b, "t", 6, 4)], "y")), "'t'",
            "must be Float [3]");
        IsRefused(
            Of(b => b.Node("InstanceNormalization", ["x", Vector(b, "s", 5, 3), Vector(b, "t", 6, 3)], "y", Attribute("epsilon", -1f))),
            "epsilon is -1");
        IsRefused(Of(b => b.Node("LayerNormalization", ["x", Vector(b, "s", 5, 32)], "y", Attribute("axis", 0L))), "axis 0, the batch");
        IsRefused(Of(b => b.Node("LayerNormalization", ["x", Vector(b, "s", 5, 31)], "y")), "[31] does not fit [32]");
        IsRefused(Of(b => b.Node("LayerNormalization", ["x", Vector(b, "s", 5, 32)], "y", Attribute("stash_type", 10L))), "stash_type");
        IsRefused(
            Of(b => b.Node("GroupNormalization", ["x", Vector(b, "s", 5, 3), Vector(b, "t", 6, 3)], "y", Attribute("num_groups", 2L))),
            "2 groups");
        IsRefused(Of(b => b.Node("GroupNormalization", ["x", Vector(b, "s", 5, 3), Vector(b, "t", 6, 3)], "y", Attribute("num_groups", 1L)),
            18), "'s'", "must be Float [1]");
    }
}
