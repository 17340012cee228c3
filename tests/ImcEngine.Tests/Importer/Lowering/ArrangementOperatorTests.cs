using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Operators that move, repeat or leave out elements, against OnnxRuntime: seeds 1 to 80 of each.</summary>
public class ArrangementOperatorTests
{
    private const int Seeds = 80;

    private delegate void Body(OnnxBuilder b, Random random, int[] shape, int opset);

    private static void AgreesEverywhere(Body body, int first = 11, int leastRank = 1)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int[] shape = Drawn.Shape(random, leastRank);
            int opset = Drawn.Opset(random, first);
            Agrees(Of(b => body(b, random, shape, opset), opset, Drawn.Input(shape)), seed: seed);
        }
    }

    [Fact]
    public void Transposition() => AgreesEverywhere((b, random, shape, _) =>
    {
        int[] axes = [.. Enumerable.Range(1, shape.Length)];
        random.Shuffle(axes);
        b.Node("Neg", [b.Node("Transpose", ["x"], "t", Attribute("perm", [0, .. Drawn.Longs(axes)]))], "y");
    });

    [Fact]
    public void Slices() => AgreesEverywhere((b, random, shape, _) =>
    {
        int rank = shape.Length + 1;
        int[] axes = [.. Enumerable.Range(1, shape.Length).Where(_ => Drawn.OneIn(random, 2)).DefaultIfEmpty(1)];
        var (starts, ends, steps) = (new long[axes.Length], new long[axes.Length], new long[axes.Length]);
        for (int i = 0; i < axes.Length; i++)
        {
            int size = shape[axes[i] - 1], from = random.Next(size);
            bool backwards = Drawn.OneIn(random, 3);
            starts[i] = Drawn.OneIn(random, 2) ? from : from - size;
            if (Drawn.OneIn(random, 6)) starts[i] = backwards ? size + 5 : -size - 5;
            ends[i] = backwards ? Drawn.OneOf(random, -long.MaxValue, -size - 1, from - 1 - size)
                : Drawn.OneOf(random, long.MaxValue, int.MaxValue, from + 1);
            steps[i] = (backwards ? -1 : 1) * random.Next(1, 4);
        }
        bool isInt32 = Drawn.OneIn(random, 3) && !ends.Any(end => end is -long.MaxValue or long.MaxValue);
        string Vector(string name, long[] numbers) =>
            b.Initializer(TensorEncoder.Integers(name, [numbers.Length], numbers, isInt32 ? OnnxDataType.Int32 : OnnxDataType.Int64));
        List<string> inputs = ["x", Vector("starts", starts), Vector("ends", ends),
            Vector("axes", [.. axes.Select(axis => Drawn.Counted(random, axis, rank))])];
        if (steps.Any(step => step != 1) || Drawn.OneIn(random, 2)) inputs.Add(Vector("steps", steps));
        b.Node("Slice", [.. inputs], "y");
    });

    [Fact]
    public void A_slice_may_keep_the_whole_batch() => Agrees(Of(b =>
        b.Node("Slice", ["x", b.Longs("s", 0, 1), b.Longs("e", int.MaxValue, 3)], "y"), input: [-1, 4, 2]));

    [Fact]
    public void Parts_of_a_split() => AgreesEverywhere((b, random, shape, opset) =>
    {
        int axis = random.Next(1, shape.Length + 1), parts = random.Next(1, shape[axis - 1] + 1);
        bool equal = Drawn.OneIn(random, 2) && (opset >= 18 || shape[axis - 1] % parts == 0)
            && (shape[axis - 1] + parts - 1) / parts * (parts - 1) < shape[axis - 1];
        long[] sizes = [.. Enumerable.Repeat(1L, parts - 1), shape[axis - 1] - parts + 1];
        List<OnnxAttribute> attributes = [Attribute("axis", Drawn.Counted(random, axis, shape.Length + 1))];
        List<string> inputs = ["x"];
        if (equal && opset >= 18) attributes.Add(Attribute("num_outputs", (long)parts));
        else if (!equal && opset < 13) attributes.Add(Attribute("split", sizes));
        else if (!equal) inputs.Add(b.Longs("sizes", sizes));
        string[] outputs = [.. Enumerable.Range(0, parts).Select(part => $"p{part}")];
        b.Node("Split", [.. inputs], outputs, [.. attributes]);
        b.Node("Concat", [.. outputs.Reverse()], "y", Attribute("axis", (long)axis));
    });

    [Fact]
    public void Picks() => AgreesEverywhere((b, random, shape, _) =>
    {
        int axis = random.Next(1, shape.Length + 1), size = shape[axis - 1];
        long[] dims = Drawn.OneOf<long[]>(random, [], [3], [1], [2, 2]);
        long[] indices = [.. Enumerable.Range(0, (int)dims.Aggregate(1L, (product, each) => product * each))
            .Select(_ => (long)random.Next(-size, size))];
        b.Initializer(TensorEncoder.Integers("i", dims, indices, Drawn.OneOf(random, OnnxDataType.Int32, OnnxDataType.Int64)));
        b.Node("Gather", ["x", "i"], "y", Attribute("axis", Drawn.Counted(random, axis, shape.Length + 1)));
    }, leastRank: 2);

    [Fact]
    public void Tiles() => AgreesEverywhere((b, random, shape, _) =>
        b.Node("Tile", ["x", b.Longs("r", [1, .. shape.Select(_ => (long)random.Next(1, 4))])], "y"));

    [Fact]
    public void Expansion() => AgreesEverywhere((b, random, shape, _) =>
    {
        string column = b.Node("Slice", ["x", b.Longs("s", 0), b.Longs("e", 1), b.Longs("a", -1)], "column");
        long[] target = [1, .. shape[..^1].Select(size => Drawn.OneIn(random, 2) ? 1L : size), random.Next(1, 5)];
        b.Node("Expand", [column, b.Longs("t", Drawn.OneIn(random, 3) ? target[1..] : target)], "y");
    });

    [Theory]
    [InlineData("DCR")]
    [InlineData("CRD")]
    [InlineData(null)]
    public void Depth_to_space(string? mode)
    {
        for (int seed = 1; seed <= Seeds / 4; seed++)
        {
            var random = new Random(seed);
            int block = random.Next(1, 4);
            long[] input = [-1, random.Next(1, 4) * block * block, random.Next(1, 5), random.Next(1, 5)];
            var size = Attribute("blocksize", (long)block);
            Agrees(Of(b => b.Node("DepthToSpace", ["x"], "y", mode is null ? [size] : [size, Attribute("mode", mode)]),
                Drawn.Opset(random, 11), input), seed: seed);
        }
    }

    [Fact]
    public void Space_to_depth()
    {
        for (int seed = 1; seed <= Seeds / 4; seed++)
        {
            var random = new Random(seed);
            int block = random.Next(1, 4);
            Agrees(Of(b => b.Node("SpaceToDepth", ["x"], "y", Attribute("blocksize", (long)block)), Drawn.Opset(random, 11),
                [-1, random.Next(1, 4), random.Next(1, 4) * block, random.Next(1, 4) * block]), seed: seed);
        }
    }

    [Fact]
    public void A_channel_shuffle_is_two_shapes_and_a_transposition() => Agrees(Of(b =>
    {
        b.Node("Reshape", ["x", b.Longs("a", 0, 2, 3, 4, 5)], "r");
        b.Node("Transpose", ["r"], "t", Attribute("perm", [0, 2, 1, 3, 4]));
        b.Node("Reshape", ["t", b.Longs("c", 0, 6, 4, 5)], "y");
    }, input: [-1, 6, 4, 5]));

    [Fact]
    public void Results_that_nothing_reads_are_left_out()
    {
        var network = NetworkImporter.Import(Of(b =>
        {
            b.Node("Split", ["x", b.Longs("s", 1, 1, 1)], new[] { "p0", "p1", "p2" }, Attribute("axis", 1L));
            b.Node("Relu", ["p1"], "y");
        })).Network;
        Assert.Equal(2, network.Nodes.Count);
        Assert.Equal(1024, Assert.IsType<RearrangeNode>(network.Nodes[0]).Offsets[0][0]);
    }

    [Fact]
    public void What_would_touch_the_batch_is_refused()
    {
        IsRefused(Of(b => b.Node("Transpose", ["x"], "y")), "'y' (Transpose)", "moves axis 0, the batch");
        IsRefused(Of(b => b.Node("Slice", ["x", b.Longs("s", 0), b.Longs("e", 1), b.Longs("a", 0)], "y")), "'y' (Slice)",
            "axis 0, the batch");
        IsRefused(Of(b => b.Node("Split", ["x"], "y", Attribute("num_outputs", 1L))), "'y' (Split)", "axis 0, the batch");
        IsRefused(Of(b => b.Node("Gather", ["x", b.Longs("i", 0)], "y")), "'y' (Gather)", "axis 0, the batch");
        IsRefused(Of(b => b.Node("Tile", ["x", b.Longs("r", 2, 1, 1, 1)], "y")), "'y' (Tile)", "axis 0, the batch");
        IsRefused(Of(b => b.Node("Expand", ["x", b.Longs("t", 5, 3, 32, 32)], "y")), "'y' (Expand)", "begins with 5");
        IsRefused(Of(b => b.Node("Expand", ["x", b.Longs("t", 2, 1, 3, 32, 32)], "y")), "'y' (Expand)", "mix images");
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        IsRefused(Of(b => b.Node("Slice", ["x", b.Longs("s", 0), b.Longs("e", 0), b.Longs("a", 1)], "y")), "leaves nothing");
        IsRefused(Of(b => b.Node("Slice", ["x", b.Longs("s", 0), b.Longs("e", 1), b.Longs("a", 1), b.Longs("t", 0)], "y")), "step is 0");
        IsRefused(Of(b => b.Node("Slice", ["x", b.Longs("s", 0, 0), b.Longs("e", 1, 1), b.Longs("a", 1, -3)], "y")), "names an axis twice");
        IsRefused(Of(b => b.Node("Slice", ["x", b.Longs("s", 0, 0), b.Longs("e", 1), b.Longs("a", 1)], "y")), "2 starts, 1 ends");
        IsRefused(Of(b => b.Node("Split", ["x", b.Longs("s", 1, 1)], "y", Attribute("axis", 1L))), "'y' (Split)", "for 1 outputs");
        IsRefused(Of(b => b.Node("Split", ["x"], "y", Attribute("axis", 1L), Attribute("num_outputs", 2L))), "num_outputs is 2");
        IsRefused(Of(b => b.Node("Split", ["x"], "y", Attribute("axis", 1L), Attribute("split", [3])), 13), "'split' is of opsets 1 to 12");
        IsRefused(Of(b => b.Node("Gather", ["x", b.Longs("i", 3)], "y", Attribute("axis", 1L))), "index 3 is outside");
        IsRefused(Of(b => b.Node("Gather", ["x", b.Floats("i", [1], [0])], "y", Attribute("axis", 1L))), "of type Float");
        IsRefused(Of(b => b.Node("Tile", ["x", b.Longs("r", 1, 1)], "y")), "2 repeats for 4 axes");
        IsRefused(Of(b => b.Node("Tile", ["x", b.Longs("r", 1, 65535, 65535, 1)], "y")), "'y' (Tile)");
        IsRefused(Of(b => b.Node("Expand", ["x", b.Longs("t", 2, 32, 32)], "y")), "does not broadcast");
        IsRefused(Of(b => b.Node("DepthToSpace", ["x"], "y", Attribute("blocksize", 2L))), "3 channels do not divide");
        IsRefused(Of(b => b.Node("DepthToSpace", ["x"], "y", Attribute("blocksize", 1L), Attribute("mode", "RDC"))), "'RDC'");
        IsRefused(Of(b => b.Node("DepthToSpace", ["x"], "y", Attribute("blocksize", 2L), Attribute("mode", "CRD")), 10),
            "'mode' is of opsets 11 and above");
        IsRefused(Of(b => b.Node("SpaceToDepth", ["x"], "y", Attribute("blocksize", 3L))), "32x32 do not divide");
        IsRefused(Of(b => b.Node("SpaceToDepth", ["x"], "y")), "blocksize is 0");
        IsRefused(Of(b => b.Node("Transpose", ["x"], "y", Attribute("perm", [0, 1, 1, 2]))), "each of 4 axes once");
    }
}
