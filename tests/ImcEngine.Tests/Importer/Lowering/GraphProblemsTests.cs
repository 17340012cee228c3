using System.Diagnostics;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>A network that cannot be read says everything that stands in the way, each problem once.</summary>
public class GraphProblemsTests
{
    private static string Message(OnnxModel model) => Assert.Throws<ModelException>(() => NetworkImporter.Import(model)).Message;

    [Fact]
    public void All_problems_of_a_graph_are_named_and_what_lies_behind_them_is_not()
    {
        var model = Of(b =>
        {
            b.Node("Hardmax", ["x"], "h");
            b.Node("Relu", ["h"], "behind");
            b.Node("LeakyRelu", ["x"], "l", Attribute("slope", 1L));
            b.Node("Bernoulli", ["behind"], "behind too");
            b.Node("DepthToSpace", ["x"], "d", Attribute("blocksize", 2L));
            b.Node("Sum", ["h", "l", "d", "behind too"], "y");
        });
        string message = Message(model);
        Assert.StartsWith("The network has 3 problems. (1) Node 'h' (Hardmax): "
            + "the operator is not supported here (nearest to it is ArgMax, which names the class). "
            + "(2) Node 'l' (LeakyRelu): attribute 'slope' is not supported; supported are alpha. (3) Node 'd' (DepthToSpace): ", message,
            StringComparison.Ordinal);
        Assert.Equal(1, Count(message, "Supported operators are Abs, "));
        Assert.DoesNotContain("behind", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Nodes_with_one_problem_are_named_together()
    {
        var model = Of(b =>
        {
            string[] sums = [.. Enumerable.Range(0, 9).Select(i => b.Node("Hardmax", ["x"], $"h{i}"))];
            b.Node("Sum", sums, "y");
        });
        string message = Message(model);
        Assert.StartsWith("The network has 1 problem. (1) Nodes 'h0', 'h1', 'h2' and 6 more (Hardmax): "
            + "the operator is not supported here (nearest to it is ArgMax, which names the class).",
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_problem_alone_reads_as_it_always_did() =>
        Assert.StartsWith("Node 'y' (Hardmax): "
            + "the operator is not supported here (nearest to it is ArgMax, which names the class); supported are Abs, ",
            Message(Of(b => b.Node("Hardmax", ["x"], "y"))), StringComparison.Ordinal);

    [Fact]
    public void After_many_problems_no_more_are_looked_for()
    {
        var model = Of(b =>
        {
            string[] sums = [.. Enumerable.Range(0, 50).Select(i => b.Node($"Unknown{i}", ["x"], $"u{i}"))];
            b.Node("Sum", sums, "y");
        });
        string message = Message(model);
        Assert.StartsWith($"The network has {GraphProblems.Most} problems or more. ", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Unknown20", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Operators_of_other_domains_are_problems_like_others_unless_nothing_needs_them()
    {
        var model = Of(b =>
        {
            b.Node("Gridless", ["x"], "unneeded");
            b.Node("Gridless", ["x"], "g");
            b.Node("Hardmax", ["x"], "h");
            b.Node("Sum", ["g", "h"], "y");
        });
        foreach (var node in model.Graph!.Nodes.Where(node => node.Operator == "Gridless")) node.Domain = "ai.example";
        string message = Message(model);
        Assert.Contains("Node 'g' (Gridless): it is of domain 'ai.example'", message, StringComparison.Ordinal);
        Assert.Contains("Node 'h' (Hardmax)", message, StringComparison.Ordinal);
        Assert.DoesNotContain("unneeded", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_large_graph_of_failing_nodes_is_refused_in_time()
    {
        var model = Of(b =>
        {
            string[] sums = [.. Enumerable.Range(0, 50_000).Select(i => b.Node("Hardmax", ["x"], $"h{i}"))];
            b.Node("Sum", sums, "y");
        });
        var clock = Stopwatch.StartNew();
        Assert.Contains("or more", Message(model), StringComparison.Ordinal);
        Assert.InRange(clock.Elapsed.TotalSeconds, 0, 4);
    }

    [Fact]
    public void Problems_of_tensors_cycles_nodes_quantizers_and_outputs_are_named_at_once()
    {
        var model = Of(b =>
        {
            b.Codes("zero", [], [0], OnnxDataType.UInt8);
            b.Node("QuantizeLinear", ["x", b.Float("half", 0.5f), "zero"], "q");
            b.Node("DequantizeLinear", ["q", b.Float("quarter", 0.25f), "zero"], "d");
            b.Node("Hardmax", ["x"], "h");
            b.Node("Relu", ["nowhere"], "r");
            b.Node("Add", ["x", "second"], "first");
            b.Node("Add", ["x", "first"], "second");
            b.Node("Relu", ["x"], "h");
            b.Node("Sum", ["d", "h", "r", "first"], "y");
        });
        model.Graph!.Outputs.Add(new() { Name = "d", Type = model.Graph.Outputs[0].Type });
        string message = Message(model);
        Assert.StartsWith("The network has 6 problems. ", message, StringComparison.Ordinal);
        foreach (string part in new[]
        {
            "Node 'h' (Relu): it writes tensor 'h', which something else makes already.",
            "Node 'r' (Relu) reads tensor 'nowhere', which nothing in the graph makes.",
            "The graph has a cycle through node 'first'.",
            "Node 'h' (Hardmax): the operator is not supported here (nearest to it is ArgMax, which names the class).",
            "The graph has 2 outputs (", "Node 'd' (DequantizeLinear): its scale 0.25 and zero point 0 differ from 0.5 and 0",
        })
            Assert.Equal(1, Count(message, part));
    }

    /// <summary>What cannot be read of the input leaves only what does not depend on it.</summary>
    [Fact]
    public void An_input_and_an_output_that_do_not_fit_are_named_together_with_initializers()
    {
        var model = Of(b =>
        {
            b.Node("Hardmax", ["x"], "behind");
            b.Node("Add", ["behind", b.Node("Hardmax", [b.Floats("twice", [2], [1, 2])], "constant")], "y");
        }, type: OnnxDataType.Int64);
        model.Graph!.Initializers.Add(TensorEncoder.Floats("twice", [1], [3]));
        model.Graph.Outputs.Add(new() { Name = "constant", Type = model.Graph.Outputs[0].Type });
        string message = Message(model);
        Assert.StartsWith("The network has 4 problems. (1) Two initializers are named 'twice'", message, StringComparison.Ordinal);
        Assert.Contains("Graph input 'x' must be of Float", message, StringComparison.Ordinal);
        Assert.Contains("Node 'constant' (Hardmax): all its inputs are constants", message, StringComparison.Ordinal);
        Assert.Contains("The graph has 2 outputs (", message, StringComparison.Ordinal);
        Assert.DoesNotContain("behind", message, StringComparison.Ordinal);
    }

    /// <summary>A tensor that cannot be read is no reason to stop, and is named once though two nodes read it.</summary>
    [Fact]
    public void A_tensor_that_cannot_be_read_is_a_problem_like_others()
    {
        string message = Message(Of(b =>
        {
            b.Floats("k", [1], [float.NaN]);
            b.Node("Sum", [b.Node("Add", ["x", "k"], "a"), b.Node("Mul", ["x", "k"], "m"), b.Node("Hardmax", ["x"], "h")], "y");
        }));
        Assert.StartsWith("The network has 2 problems. (1) Tensor 'k' holds NaN", message, StringComparison.Ordinal);
        Assert.Contains("(2) Node 'h' (Hardmax)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_of_these_alone_reads_as_it_always_did()
    {
        Assert.Equal("Node 'y' (Relu) reads tensor 'nowhere', which nothing in the graph makes.",
            Message(Of(b => b.Node("Relu", ["nowhere"], "y"))));
        Assert.Equal("The graph has a cycle through node 'y'.", Message(Of(b => b.Node("Add", ["x", "y"], "y"))));
        Assert.StartsWith("Graph input 'x' must be of Float", Message(Of(b => b.Node("Relu", ["x"], "y"), type: OnnxDataType.Int64)),
            StringComparison.Ordinal);
        Assert.StartsWith("Tensor 'k' holds NaN", Message(Of(b => b.Node("Add", ["x", b.Floats("k", [1], [float.NaN])], "y"))),
            StringComparison.Ordinal);
    }

    /// <summary>Quantizers whose two halves differ are all named, not the first.</summary>
    [Fact]
    public void Quantizers_that_do_not_fit_are_named_together()
    {
        string message = Message(Of(b =>
        {
            b.Float("s0", 0.5f);
            b.Float("s1", 0.25f);
            b.Codes("zero", [], [0], OnnxDataType.UInt8);
            string[] reals = [.. Enumerable.Range(0, 3).Select(i =>
            {
                b.Node("QuantizeLinear", ["x", "s0", "zero"], $"q{i}");
                return b.Node("DequantizeLinear", [$"q{i}", "s1", "zero"], $"d{i}");
            })];
            b.Node("Sum", reals, "y");
        }));
        Assert.StartsWith("The network has 3 problems. (1) Node 'd0' (DequantizeLinear): its scale 0.25", message,
            StringComparison.Ordinal);
        Assert.Contains("(3) Node 'd2' (DequantizeLinear)", message, StringComparison.Ordinal);
    }

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
