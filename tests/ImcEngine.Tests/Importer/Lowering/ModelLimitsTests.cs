using System.Diagnostics;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Reading a model is linear in its file, and takes no more memory than the limits say.</summary>
public class ModelLimitsTests
{
    private const int Many = 100_000;

    /// <summary>Far above what each needs, on a busy machine too; one pass over all nodes for each of them would take minutes.</summary>
    private static readonly TimeSpan Most = TimeSpan.FromSeconds(60);

    public static IEnumerable<object?[]> Networks => new TheoryData<string, Action<OnnxBuilder>>()
    {
        { "Relu", b => Chain(b, (from, to) => b.Node("Relu", [from], to)) },
        { "Identity", b => b.Node("Relu", [Chain(b, (from, to) => b.Node("Identity", [from], to), "z")], "y") },
        { "Add of one constant", b =>
            {
                b.Float("k", 1);
                Chain(b, (from, to) => b.Node("Add", [from, "k"], to));
            }
        },
        { "constants computed of constants", b =>
            {
                b.Float("x0", 0);
                b.Float("k", 1);
                for (int i = 0; i < Many; i++) b.Node("Add", [$"x{i}", "k"], $"x{i + 1}");
                b.Node("Add", ["x", $"x{Many}"], "y");
            }
        },
        { "Reshape", b =>
            {
                b.Longs("shape", 0, -1);
                Chain(b, (from, to) => b.Node("Reshape", [from, "shape"], to));
            }
        },
        { "readers of one tensor", b =>
            {
                for (int i = 0; i < Many / 2; i++) b.Node("Relu", ["x"], $"r{i}");
                string sum = "r0";
                for (int i = 1; i < Many / 2; i++) sum = b.Node("Add", [sum, $"r{i}"], i == Many / 2 - 1 ? "y" : $"a{i}");
            }
        },
        { "Concat", b => b.Node("Concat", [.. Enumerable.Repeat("x", Many)], "y", Attribute("axis", 1)) },
        { "initializers", b =>
            {
                for (int i = 0; i < Many; i++) b.Float($"k{i}", 1);
                b.Node("Add", ["x", "k0"], "y");
            }
        },
        { "metadata", b =>
            {
                for (int i = 0; i < Many; i++) b.Metadata($"k{i}", "1");
                b.Node("Relu", ["x"], "y");
            }
        },
        { "Gemm of one weight", b =>
            {
                b.Floats("w", [4, 4], [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
                Chain(b, (from, to) => b.Node("Gemm", [from, "w"], to));
            }
        },
        { "layers behind one chain of Reshape", b =>
            {
                b.Longs("shape", 0, -1);
                b.Floats("w", [4, 4], new float[16]);
                string flat = "x";
                for (int i = 0; i < Many / 4; i++) flat = b.Node("Reshape", [flat, "shape"], $"r{i}");
                string sum = flat;
                for (int i = 0; i < Many / 4; i++)
                    sum = b.Node("Add", [sum, b.Node("Gemm", [flat, "w"], $"g{i}")], i == Many / 4 - 1 ? "y" : $"s{i}");
            }
        },
    };

    private static string Chain(OnnxBuilder b, Action<string, string> add, string last = "y")
    {
        for (int i = 0; i < Many; i++) add(i == 0 ? "x" : $"t{i}", i == Many - 1 ? last : $"t{i + 1}");
        return last;
    }

    /// <summary>All nodes have one name.</summary>
    [Theory]
    [MemberData(nameof(Networks))]
    internal void A_network_of_100000_nodes_is_read_in_seconds(string kind, Action<OnnxBuilder> body)
    {
        var model = Of(body, input: [-1, 4]);
        foreach (var node in model.Graph!.Nodes) node.Name = "n";
        byte[] bytes = OnnxFile.ToBytes(model);
        var clock = Stopwatch.StartNew();
        var network = NetworkImporter.Import(OnnxFile.Read(new MemoryStream(bytes))).Network;
        _ = new MappedNetwork(network, MacroPresets.Get(MacroPresets.Ideal));
        FloatTopology.WithoutQuantization(model);
        PostTrainingQuantizer.CalibrationTensors(model, new());
        Assert.True(clock.Elapsed < Most, $"{kind}: {clock.Elapsed}");
    }

    [Fact]
    public void Nodes_of_two_outputs_are_read_in_seconds()
    {
        var model = Of(b => b.Node("Relu", [Chain(b, (from, to) => b.Node("Dropout", [from], to), "z")], "y"));
        foreach (var node in model.Graph!.Nodes.Where(node => node.Operator == "Dropout")) node.Outputs.Add(node.Outputs[0] + ".mask");
        var clock = Stopwatch.StartNew();
        NetworkImporter.Import(model);
        Assert.True(clock.Elapsed < Most, $"{clock.Elapsed}");
    }

    [Fact]
    public void Names_are_numbered_as_if_each_had_tried_all_before()
    {
        var names = new Names("conv", "conv#3");
        Assert.Equal(["conv#2", "conv#4", "fc", "fc#2", "conv#2#2", "conv#5"],
            new[] { "conv", "conv", "fc", "fc", "conv#2", "conv" }.Select(names.Take));
    }

    [Fact]
    public void Axes_are_limited()
    {
        long[] ones = [.. Enumerable.Repeat(1L, 40_000)];
        IsRefused(Of(b => b.Node("Reshape", ["x", b.Longs("shape", [0, -1, .. ones])], "y")), "40002 axes", "1 to 8");
        IsRefused(Of(b => b.Node("Add", ["x", b.Node("Reshape", [b.Float("k", 1), b.Longs("shape", ones)], "kk")], "y")), "'kk' (Reshape)",
            "40000 axes");
        IsRefused(Of(b => b.Node("Add", ["x", b.Floats("k", ones, [1])], "y")), "'k' has 40000 axes", "at most 8");
        IsRefused(Of(b =>
        {
            b.Longs("one", 1);
            Chain(b, (from, to) => b.Node("Unsqueeze", [from, "one"], to));
        }), "(Unsqueeze)", "9 axes");
    }

    [Fact]
    public void Elements_of_an_image_are_limited()
    {
        IsRefused(Of(b => b.Node("PRelu", ["x", b.Float("slope", 1)], "y"), input: [-1, int.MaxValue]), "'x'", "2147483647 elements");
        IsRefused(Of(b => b.Node("Pad", ["x", b.Longs("pads", 0, 0, 65535, 65535, 0, 0, 65535, 65535)], "y")), "'y' (Pad)", "elements");
        IsRefused(Of(b =>
        {
            for (int i = 0; i < 60; i++)
                b.Node("Concat", [i == 0 ? "x" : $"c{i}", i == 0 ? "x" : $"c{i}"], i == 59 ? "y" : $"c{i + 1}", Attribute("axis", 1));
        }), "(Concat)", "elements");
    }

    [Fact]
    public void Constants_that_grow_from_node_to_node_are_limited()
    {
        IsRefused(Of(b =>
        {
            b.Longs("c0", 1);
            for (int i = 0; i < 60; i++) b.Node("Concat", [$"c{i}", $"c{i}"], $"c{i + 1}", Attribute("axis", 0));
            b.Node("Reshape", ["x", "c60"], "y");
        }), "(Concat)", "65536");
        IsRefused(Of(b =>
        {
            b.Floats("c0", [10_000], new float[10_000]);
            for (int i = 0; i < 2_000; i++) b.Node("Add", [$"c{i}", "c0"], $"c{i + 1}");
            b.Node("Add", ["x", "c2000"], "y");
        }, input: [-1, 10_000]), "(Add)", "constants computed up to it");
    }

    [Fact]
    public void An_empty_weight_of_many_outputs_takes_no_memory() => IsRefused(Of(b =>
    {
        b.Floats("w", [0, int.MaxValue], []);
        b.Node("Gemm", ["x", "w", b.Float("bias", 1)], "y");
    }, input: [-1, 4]), "'y' (Gemm)");

    [Fact]
    public void Clips_without_end_before_a_quantizer_change_nothing()
    {
        var model = Of(b =>
        {
            b.Float("step", 0.125f);
            b.Codes("zero", [], [0], OnnxDataType.UInt8);
            string clipped = "x";
            for (int i = 0; i < 40; i++)
                clipped = b.Node("Clip", [clipped, b.Float($"low{i}", -i), b.Float($"high{i}", 50 - i)], $"clip{i}");
            b.Node("DequantizeLinear", [b.Node("QuantizeLinear", [clipped, "step", "zero"], "q"), "step", "zero"], "y");
        }, input: [-1, 16]);
        AgainstOnnxRuntime.Agrees(model);
    }
}
