using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Nodes of every supported opset in the one form that is read, which opset 21 has (the first with 4-bit DequantizeLinear).
/// Of the operators that the importer supports, these changed:
/// <code>
/// BatchNormalization    9: 'spatial', which had to be 1, was taken away
/// Slice                10: starts, ends and axes became inputs
/// Clip                 11: min and max became inputs
/// TopK                 10: k became an input
/// Pad                  11: pads and value became inputs
/// Dropout              12: ratio became an input; in inference it is an Identity
/// Softmax, LogSoftmax  13: had run over all axes from one on together, by default from 1 on
/// Split                13: split became an input; 18: without it the number of results is an attribute
/// Squeeze, Unsqueeze   13: axes became an input
/// Upsample             10: became Resize, whose 'asymmetric' and 'floor' it has; 9: scales had become an input
/// Resize               11: took on ways to place indices
/// Reduce...            18 (ReduceSum 13): axes became an input
/// </code>
/// CastLike becomes a Cast. What a node makes keeps its name; constants that become inputs are given to the reader of the graph.
/// </summary>
internal sealed class OpsetUpgrade(GraphIndex index, GraphReader graph)
{
    public const int Opset = 21;

    /// <summary>The first IR with 4-bit tensors.</summary>
    public const int IrVersion = 10;

    /// <summary>The node itself where nothing changed. All nodes that it reads from have been read.</summary>
    /// <exception cref="ModelException">An attribute that would become an input is not as its opset has it.</exception>
    public IReadOnlyList<OnnxNode> Upgraded(OnnxNode node)
    {
        var view = new NodeView(node, index.Opset);
        return node.Operator switch
        {
            "BatchNormalization" when index.Opset < 9 => [WithoutSpatial(node, view)],
            "CastLike" => [AsCast(node, view)],
            "Clip" when index.Opset < 11 => [WithBounds(node, view)],
            "Dropout" => [AsIdentity(node, view)],
            "LogSoftmax" or "Softmax" when index.Opset < 13 => OverTheLastAxis(node, view),
            "Pad" when index.Opset < 11 => [WithPads(node, view)],
            "Slice" when index.Opset < 10 => [WithStarts(node, view)],
            "Resize" when index.Opset < 11 => Resizes(node, view),
            "Upsample" when index.Opset < 10 =>
                [AsResize(node, view, node.Inputs[0], index.Opset < 9 ? Scales(node, view) : node.Inputs[1], node.Outputs[0])],
            "Split" when index.Opset < 13 => [WithNumberOfResults(WithInput(node, view, "split", ["axis"]))],
            "Split" when index.Opset < 18 => [WithNumberOfResults(node)],
            "Squeeze" or "Unsqueeze" when index.Opset < 13 => [WithInput(node, view, "axes", [])],
            "TopK" when index.Opset < 10 => [WithCount(node, view)],
            { } reduction when ReduceReaders.KindOf(reduction) is not null
                && index.Opset < ReduceReaders.FirstOpsetOfAxesInput(reduction) => [WithInput(node, view, "axes", ["keepdims"])],
            _ => [node],
        };
    }

    private static OnnxNode WithoutSpatial(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("epsilon", "momentum", "spatial");
        view.Require(view.Int("spatial", 1) == 1,
            $"spatial is {view.Int("spatial", 1)}; supported is 1, parameters that each hold for a whole channel");
        return With(node, node.Inputs, "spatial");
    }

    private OnnxNode AsCast(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("saturate", "round_mode");
        return New(node, "Cast", node.Inputs[0], node.Outputs[0],
            [.. node.Attributes, OnnxBuilder.Attribute("to", (long)graph.TypeOf(view, 1))]);
    }

    private OnnxNode WithBounds(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("min", "max");
        string Bound(string name) => view.Has(name) ? Float(node, name, view.Float(name, 0)) : "";
        return With(node, [node.Inputs[0], Bound("min"), Bound("max")], "min", "max");
    }

    private OnnxNode AsIdentity(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("ratio", "seed");
        view.Float("ratio", 0.5f);
        graph.Constant(view, 1, "ratio");
        view.Require(graph.Constant(view, 2, "training mode") is not { Integers: [not 0] },
            "it is in training mode; supported is inference");
        return New(node, "Identity", node.Inputs[0], node.Outputs[0]);
    }

    /// <summary>Softmax over all axes from one on: these axes are joined by a Reshape, and a second one restores them.</summary>
    private IReadOnlyList<OnnxNode> OverTheLastAxis(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("axis");
        if (graph.FlowAt(view, 0) is not { } x) return [node];
        long[] sizes = [0, .. x.Shape.Sizes.ToArray().Select(size => (long)size)];
        int axis = ConstantShapes.Axis(view, view.Int("axis", 1), sizes.Length);
        var last = OnnxBuilder.Attribute("axis", -1L);
        if (axis == sizes.Length - 1) return [New(node, node.Operator!, node.Inputs[0], node.Outputs[0], last)];
        view.Require(axis > 0, "it runs over all axes from 0 on, the batch among them; supported are axes from 1 on");
        string flat = Fresh(node, "flat"), whole = Fresh(node, "whole");
        return
        [
            Reshape(node, node.Inputs[0], Longs(node, "flat.shape", [.. sizes[..axis], -1]), flat),
            New(node, node.Operator!, flat, whole, last),
            Reshape(node, whole, Longs(node, "shape", sizes), node.Outputs[0]),
        ];
    }

    private OnnxNode WithPads(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("mode", "pads", "value");
        long[] pads = view.Ints("pads") ?? throw view.Error("it has no pads");
        float constant = view.Float("value", 0);
        string[] inputs = [node.Inputs[0], Longs(node, "pads", pads)];
        return With(node, constant == 0 ? inputs : [.. inputs, Float(node, "value", constant)], "pads", "value");
    }

    /// <summary>The nearest element was the one below where an axis grows, as OnnxRuntime has it, and the one above where it shrinks.
    /// </summary>
    private OnnxNode[] Resizes(OnnxNode node, NodeView view)
    {
        float[] scales = graph.Constant(view, 1, "scales")?.Floats ?? throw view.Error("its scales are not of type Float");
        bool grows = Array.Exists(scales, scale => scale > 1), shrinks = Array.Exists(scales, scale => scale < 1);
        if (!grows || !shrinks || view.Text("mode", "nearest") != "nearest")
            return [AsResize(node, view, node.Inputs[0], node.Inputs[1], node.Outputs[0], shrinks ? "ceil" : "floor")];
        string grown = Fresh(node, "grown");
        return
        [
            AsResize(node, view, node.Inputs[0], Floats(node, "growing", Array.ConvertAll(scales, scale => Math.Max(1, scale))), grown),
            AsResize(node, view, grown, Floats(node, "shrinking", Array.ConvertAll(scales, scale => Math.Min(1, scale))), node.Outputs[0],
                "ceil"),
        ];
    }

    /// <summary>Upsample, and Resize of opset 10: index i of the result lies at i / scale of the input.</summary>
    private static OnnxNode AsResize(OnnxNode node, NodeView view, string x, string scales, string result, string nearest = "floor")
    {
        view.AllowAttributes("mode", "scales");
        var resize = New(node, "Resize", x, result, OnnxBuilder.Attribute("mode", view.Text("mode", "nearest")),
            OnnxBuilder.Attribute("coordinate_transformation_mode", "asymmetric"), OnnxBuilder.Attribute("nearest_mode", nearest));
        resize.Inputs.AddRange(["", scales]);
        return resize;
    }

    private string Scales(OnnxNode node, NodeView view) =>
        Floats(node, "scales", view.Floats("scales") ?? throw view.Error("it has no scales"));

    private string Floats(OnnxNode node, string what, float[] numbers)
    {
        string name = Fresh(node, what);
        graph.AddConstant(name, ConstantValue.OfFloats(name, [numbers.Length], numbers));
        return name;
    }

    private OnnxNode WithStarts(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("starts", "ends", "axes");
        string Ints(string name) => Longs(node, name, view.Ints(name) ?? throw view.Error($"it has no {name}"));
        string[] inputs = [node.Inputs[0], Ints("starts"), Ints("ends")];
        return With(node, view.Has("axes") ? [.. inputs, Ints("axes")] : inputs, "starts", "ends", "axes");
    }

    /// <param name="input">The attribute that became the second input.</param>
    /// <param name="others">Attributes that the operator has besides.</param>
    private OnnxNode WithInput(OnnxNode node, NodeView view, string input, string[] others)
    {
        view.AllowAttributes([input, .. others]);
        return view.Ints(input) is { } numbers ? With(node, [node.Inputs[0], Longs(node, input, numbers)], input) : node;
    }

    private OnnxNode WithCount(OnnxNode node, NodeView view)
    {
        view.AllowAttributes("axis", "k");
        return view.Has("k") ? With(node, [node.Inputs[0], Longs(node, "k", [view.Int("k", 0)])], "k") : throw view.Error("it has no k");
    }

    private static OnnxNode WithNumberOfResults(OnnxNode node)
    {
        if (node.Inputs.Count > 1) return node;
        var counted = With(node, node.Inputs);
        counted.Attributes.Add(OnnxBuilder.Attribute("num_outputs", node.Outputs.Count));
        return counted;
    }

    private string Longs(OnnxNode node, string what, long[] numbers)
    {
        string name = Fresh(node, what);
        graph.AddConstant(name, ConstantValue.OfIntegers(name, [numbers.Length], numbers));
        return name;
    }

    private string Float(OnnxNode node, string what, float number)
    {
        string name = Fresh(node, what);
        graph.AddConstant(name, ConstantValue.OfFloats(name, [], [number]));
        return name;
    }

    private string Fresh(OnnxNode node, string what) => graph.Fresh($"{node.Outputs[0]}.{what}");

    private static OnnxNode Reshape(OnnxNode node, string x, string shape, string result)
    {
        var reshape = New(node, "Reshape", x, result);
        // Names of nodes are unique, and the node's own name stays with the node.
        reshape.Name = "";
        reshape.Inputs.Add(shape);
        return reshape;
    }

    private static OnnxNode New(OnnxNode node, string @operator, string input, string result, params OnnxAttribute[] attributes) =>
        new() { Operator = @operator, Name = node.Name, Inputs = [input], Outputs = [result], Attributes = [.. attributes] };

    /// <summary>The node with other inputs, and without attributes.</summary>
    private static OnnxNode With(OnnxNode node, IReadOnlyList<string> inputs, params string[] dropped) => new()
    {
        Operator = node.Operator,
        Name = node.Name,
        Inputs = [.. inputs],
        Outputs = node.Outputs,
        Attributes = [.. node.Attributes.Where(attribute => !dropped.Contains(attribute.Name))],
    };
}
