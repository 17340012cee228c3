using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Functions that a model brings along, as exporters of PyTorch write them.</summary>
public class LocalFunctionsTests
{
    private const string Domain = "own";

    private static OnnxNode Node(string @operator, string[] inputs, string[] outputs, string domain = "",
        params OnnxAttribute[] attributes) =>
        new() { Operator = @operator, Domain = domain, Inputs = [.. inputs], Outputs = [.. outputs], Attributes = [.. attributes] };

    /// <summary>y = x * by + 1, by 3 where the call does not say.</summary>
    private static OnnxFunction Affine(long opset = 21) => new()
    {
        Name = "Affine",
        Domain = Domain,
        Inputs = ["x"],
        Outputs = ["y"],
        Defaults = [Attribute("by", 3f)],
        OperatorSets = [new() { Domain = "", Version = opset }],
        Nodes =
        [
            Node("Constant", [], ["k"], attributes: new OnnxAttribute
                { Name = "value_float", Type = (int)OnnxAttributeType.Float, Reference = "by" }),
            Node("Constant", [], ["one"], attributes: Attribute("value_float", 1f)),
            Node("Mul", ["x", "k"], ["t"]),
            Node("Add", ["t", "one"], ["y"]),
        ],
    };

    /// <summary>Affine, clipped from below where a bound is given.</summary>
    private static OnnxFunction Bounded() => new()
    {
        Name = "Bounded",
        Domain = Domain,
        Inputs = ["x", "low"],
        Outputs = ["y", "same"],
        OperatorSets = [new() { Domain = "", Version = 21 }, new() { Domain = Domain, Version = 1 }],
        Nodes = [Node("Affine", ["x"], ["t"], Domain, Attribute("by", -2f)), Node("Clip", ["t", "low"], ["y"]),
            Node("Identity", ["x"], ["same"])],
    };

    private static OnnxModel Model(OnnxFunction[] functions, Action<OnnxBuilder> body)
    {
        var model = Of(body);
        model.OperatorSets.Add(new() { Domain = Domain, Version = 1 });
        model.Functions.AddRange(functions);
        return model;
    }

    private static string Call(OnnxBuilder b, string function, string[] inputs, string result, params OnnxAttribute[] attributes)
    {
        b.Node(function, inputs, result, attributes);
        b.Build().Graph!.Nodes[^1].Domain = Domain;
        return result;
    }

    [Fact]
    public void A_call_is_its_body_with_the_calls_attributes_or_the_defaults() => Agrees(Model([Affine()], b =>
        Call(b, "Affine", [Call(b, "Affine", ["x"], "a", Attribute("by", 0.5f))], "y")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Functions_call_functions_and_inputs_may_be_absent(bool bounded) => Agrees(Model([Affine(), Bounded()], b =>
    {
        b.Floats("a.t", [], [-0.5f]);
        Call(b, "Bounded", bounded ? ["x", "a.t"] : ["x"], "a");
        b.Build().Graph!.Nodes[^1].Outputs.Add("same");
        b.Node("Add", ["a", "same"], "y");
    }));

    [Fact]
    public void A_float_topology_has_no_functions_left() =>
        Assert.Empty(ImcEngine.Importer.Lowering.FloatTopology.WithoutQuantization(
            Model([Affine()], b => Call(b, "Affine", ["x"], "y"))).Functions);

    [Fact]
    public void A_function_of_another_opset_is_refused() =>
        IsRefused(Model([Affine(20)], b => Call(b, "Affine", ["x"], "y")), "'Affine' is of opset 20", "opset 21");

    [Fact]
    public void A_function_that_calls_itself_is_refused()
    {
        var function = Bounded();
        function.Nodes[0].Operator = "Bounded";
        IsRefused(Model([function], b => Call(b, "Bounded", ["x"], "y")), "'Bounded' calls itself");
    }

    [Fact]
    public void A_call_of_more_inputs_than_the_function_has_is_refused() =>
        IsRefused(Model([Affine()], b => Call(b, "Affine", ["x", "x"], "y")), "'y' (Affine)", "2 inputs");

    [Fact]
    public void Functions_of_one_name_are_refused() =>
        IsRefused(Model([Affine(), Affine()], b => Call(b, "Affine", ["x"], "y")), "'Affine'", "Two local functions");

    [Fact]
    public void An_input_that_is_an_output_too_is_refused()
    {
        var function = Affine();
        function.Outputs = ["x"];
        IsRefused(Model([function], b => Call(b, "Affine", ["x"], "y")), "'Affine' has 'x' as an input and as an output");
    }

    [Fact]
    public void A_body_that_reads_what_it_does_not_make_is_refused()
    {
        var function = Affine();
        function.Nodes[2].Inputs[1] = "x.outside";
        IsRefused(Model([function], b => Call(b, "Affine", ["x"], "y")), "'Affine' reads tensor 'x.outside'");
    }

    /// <summary>Each function calls the next twice.</summary>
    [Fact]
    public void Calls_that_double_from_function_to_function_are_limited()
    {
        OnnxFunction[] functions = [.. Enumerable.Range(0, 60).Select(i => new OnnxFunction
        {
            Name = $"F{i}",
            Domain = Domain,
            Inputs = ["x"],
            Outputs = ["y"],
            Nodes = i == 59 ? [Node("Relu", ["x"], ["y"])]
                : [Node($"F{i + 1}", ["x"], ["t"], Domain), Node($"F{i + 1}", ["t"], ["y"], Domain)],
        })];
        IsRefused(Model(functions, b => Call(b, "F0", ["x"], "y")), "131072 nodes");
    }
}
