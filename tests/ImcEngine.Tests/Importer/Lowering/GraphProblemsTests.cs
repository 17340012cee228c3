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
        Assert.StartsWith("The network has 3 problems. (1) Node 'h' (Hardmax): the operator is not supported here. "
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
        Assert.StartsWith("The network has 1 problem. (1) Nodes 'h0', 'h1', 'h2' and 6 more (Hardmax): the operator is not supported here.",
            message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_problem_alone_reads_as_it_always_did() =>
        Assert.StartsWith("Node 'y' (Hardmax): the operator is not supported here; supported are Abs, ",
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

    private static int Count(string text, string part) => text.Split(part).Length - 1;
}
