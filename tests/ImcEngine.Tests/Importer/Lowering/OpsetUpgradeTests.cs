using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Forms that operators had in older opsets, each with random shapes against OnnxRuntime.</summary>
public class OpsetUpgradeTests
{
    private const int Seeds = 40, FoldedSeeds = 8;

    private delegate void Body(OnnxBuilder b, Random random, long[] x, int opset);

    /// <summary>From x of 4 axes to y, in all opsets from the first to the last.</summary>
    private sealed record Form(int First, int Last, Body Body);

    private static readonly Dictionary<string, Form> Forms = new()
    {
        ["BatchNormalization with spatial"] = new(7, 8, (b, random, x, _) =>
            b.Node("BatchNormalization", ["x", .. Channels(b, random, x[1])], "y", Attribute("spatial", 1), Attribute("epsilon", 0.01f),
                Attribute("momentum", 0.5f))),
        ["BatchNormalization"] = new(7, 13, (b, random, x, _) =>
            b.Node("BatchNormalization", ["x", .. Channels(b, random, x[1])], "y")),
        ["Clip"] = new(7, 10, (b, random, _, _) =>
        {
            OnnxAttribute[] bounds = [Attribute("min", -random.NextSingle()), Attribute("max", random.NextSingle())];
            b.Node("Clip", ["x"], "y", [.. bounds.Where(_ => random.Next(3) > 0)]);
        }),
        ["Dropout"] = new(7, 11, (b, random, _, _) =>
        {
            b.Node("Dropout", ["x"], "dropped", random.Next(2) == 0 ? [] : [Attribute("ratio", random.NextSingle())]);
            b.Node("Relu", ["dropped"], "y");
            if (random.Next(2) == 0) b.Build().Graph!.Nodes[0].Outputs.Add("mask");
        }),
        ["Gemm"] = new(7, 10, (b, random, x, _) =>
        {
            b.Node("Flatten", ["x"], "flat");
            Numbers(b, "w", [Product(x), 5], random);
            Numbers(b, "c", random.Next(2) == 0 ? [5] : [1, 5], random);
            b.Node("Gemm", ["flat", "w", "c"], "y", Attribute("alpha", 0.5f), Attribute("beta", 2f));
        }),
        ["Pad"] = new(7, 10, (b, random, _, _) =>
        {
            var pads = Attribute("pads", [0, 0, random.Next(3), random.Next(3), 0, 0, random.Next(3), random.Next(3)]);
            b.Node("Pad", ["x"], "y", random.Next(3) switch
            {
                0 => [pads],
                1 => [pads, Attribute("value", random.NextSingle())],
                _ => [pads, Attribute("mode", "constant"), Attribute("value", 0f)],
            });
        }),
        ["ReduceMean"] = new(7, 17, (b, random, _, opset) => b.Node("ReduceMean", ["x"], "y",
            Attribute("axes", opset < 11 || random.Next(2) == 0 ? [2, 3] : [-1, 2]), Attribute("keepdims", random.Next(2)))),
        ["Reshape"] = new(7, 13, (b, random, x, _) =>
            b.Node("Reshape", ["x", b.Longs("shape", random.Next(2) == 0 ? [0, 0, -1] : [0, x[1] * x[2], x[3]])], "y")),
        ["Slice of a shape"] = new(7, 9, (b, random, _, _) =>
        {
            b.Node("Shape", ["x"], "sizes");
            b.Node("Slice", ["sizes"], "batch", [Attribute("starts", [0]), Attribute("ends", [random.Next(2) == 0 ? 1 : -3]),
                .. random.Next(2) == 0 ? Array.Empty<OnnxAttribute>() : [Attribute("axes", [0])]]);
            b.Node("Concat", ["batch", b.Longs("rest", -1)], "shape", Attribute("axis", 0));
            b.Node("Reshape", ["x", "shape"], "y");
        }),
        ["Softmax"] = new(7, 12, (b, random, _, _) =>
            b.Node("Softmax", ["x"], "y", random.Next(4) is var axis and > 0 ? [Attribute("axis", axis)] : [])),
        ["Split of a shape"] = new(7, 12, (b, random, x, _) =>
        {
            b.Node("Shape", ["x"], "sizes");
            b.Node("Split", ["sizes"], "batch", Attribute("axis", 0), Attribute("split", [1, 2, 1]));
            b.Build().Graph!.Nodes[^1].Outputs.AddRange(["middle", "last"]);
            b.Node("Concat", ["batch", "last", b.Longs("rest", -1)], "shape", Attribute("axis", 0));
            b.Node("Reshape", ["x", "shape"], "y");
        }),
        ["Squeeze and Unsqueeze"] = new(7, 12, (b, random, _, _) =>
        {
            int axis = random.Next(1, 5);
            b.Node("Unsqueeze", ["x"], "more", Attribute("axes", [axis]));
            b.Node("Relu", ["more"], "positive");
            b.Node("Squeeze", ["positive"], "y", Attribute("axes", [axis]));
        }),
    };

    public static TheoryData<string> Names => new(Forms.Keys);

    /// <summary>Seeds 1 to 40 in each of the form's opsets; of the first 8 also as quantization takes it, all in opset 21.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void An_old_form_gives_what_OnnxRuntime_gives(string name)
    {
        var (first, last, body) = Forms[name];
        for (int opset = first; opset <= last; opset++)
            for (int seed = 1; seed <= Seeds; seed++)
            {
                var random = new Random(seed);
                long[] x = [random.Next(4) == 0 ? 2 : -1, random.Next(1, 5), random.Next(1, 6), random.Next(1, 6)];
                var model = Of(b => body(b, random, x, opset), opset, x);
                Agrees(model, seed: seed);
                if (seed <= FoldedSeeds) Agrees(PostTrainingQuantizer.Folded(model), seed: seed);
            }
    }

    /// <summary>As onnx-caffe2 writes a classifier: IR 3, no flattening before the softmax.</summary>
    [Fact]
    public void An_old_softmax_over_an_image_is_one_over_its_flattened_numbers()
    {
        var imported = Agrees(Of(b => b.Node("Softmax", [b.Node("GlobalAveragePool", ["x"], "mean")], "y"), opset: 9));
        Assert.Equal(["mean", "y.flat", "y.whole", "y"], imported.Network.Tensors.Skip(1).Select(tensor => tensor.Name));
        Assert.Equal(new TensorShape(3, 1, 1), imported.Network.Tensors[imported.Network.OutputTensor].Shape);
        Assert.Single(Agrees(Of(b => b.Node("Softmax", ["x"], "y"), opset: 9, input: [-1, 10])).Network.Nodes);
    }

    [Fact]
    public void Names_that_the_upgrade_makes_are_new()
    {
        var model = Of(b =>
        {
            b.Floats("y.min", [1, 3, 1, 1], [1, 2, 3]);
            b.Node("Add", ["x", "y.min"], "y.max");
            b.Node("Clip", ["y.max"], "y", Attribute("min", 0f), Attribute("max", 1f));
        }, opset: 8);
        Agrees(model);
    }

    [Fact]
    public void An_initializer_that_an_old_file_lists_as_input_is_no_input()
    {
        var model = Of(b => b.Node("Add", ["x", b.Floats("k", [3, 1, 1], [1, 2, 3])], "y"), opset: 7);
        Assert.Equal(["x", "k"], model.Graph!.Inputs.Select(input => input.Name));
        Assert.Equal(3, model.IrVersion);
        Agrees(model);
    }

    private static string[] Channels(OnnxBuilder b, Random random, long channels)
    {
        b.Floats("var", [channels], [.. Enumerable.Range(0, (int)channels).Select(_ => 0.5f + random.NextSingle())]);
        foreach (string name in new[] { "scale", "bias", "mean" }) Numbers(b, name, [channels], random);
        return ["scale", "bias", "mean", "var"];
    }

    private static void Numbers(OnnxBuilder b, string name, long[] dims, Random random) =>
        b.Floats(name, dims, AgainstOnnxRuntime.Numbers((int)dims.Aggregate((product, size) => product * size), random.Next()));

    private static long Product(long[] x) => x[1] * x[2] * x[3];
}
