using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Digital;

namespace ImcEngine.Importer.Lowering;

/// <content>Operators that name axes, and the way into linear layers.</content>
internal sealed partial class AxisOrders
{
    private List<OnnxNode>? Concat(OnnxNode node)
    {
        if (node.Inputs.Exists(input => graph.FlowNamed(input) is null) || Leading(node) is not { } axes) return null;
        if (Axis(node, axes.Length) is not { } axis) return null;
        var nodes = new List<OnnxNode>();
        string[] inputs = [.. node.Inputs.Select(input => Ordered(input, axes, nodes))];
        nodes.AddRange(Results(node, Copy(node, inputs, node.Outputs, OnnxBuilder.Attribute("axis", (long)axes[axis])), axes));
        return nodes;
    }

    /// <summary>Softmax, LogSoftmax, Split and TopK, whose axis is an attribute.</summary>
    private List<OnnxNode>? AlongOneAxis(OnnxNode node, long otherwise, int firstOpset)
    {
        if (!_orders.TryGetValue(node.Inputs[0], out var order) || graph.Opset < firstOpset
            || Axis(node, order.Axes.Length, otherwise) is not { } axis) return null;
        return Results(node, Copy(node, [order.Source, .. node.Inputs[1..]], node.Outputs,
            OnnxBuilder.Attribute("axis", (long)order.Axes[axis])), order.Axes);
    }

    private List<OnnxNode>? Pad(OnnxNode node)
    {
        if (!_orders.TryGetValue(node.Inputs[0], out var order) || Constant(node, 1) is not { } pads) return null;
        int rank = order.Axes.Length;
        List<string> inputs = [order.Source, .. node.Inputs[1..]];
        if (node.Inputs.Count > 3 && node.Inputs[3].Length > 0)
        {
            if (MovedAxes(Constant(node, 3), order.Axes) is not { } named) return null;
            inputs[3] = Added(node, "axes", named);
        }
        else
        {
            if (pads.Length != 2 * rank) return null;
            var moved = new long[2 * rank];
            for (int axis = 0; axis < rank; axis++)
                (moved[order.Axes[axis]], moved[rank + order.Axes[axis]]) = (pads[axis], pads[rank + axis]);
            inputs[1] = Added(node, "pads", moved);
        }
        return Results(node, Copy(node, inputs, node.Outputs), order.Axes);
    }

    private List<OnnxNode>? Slice(OnnxNode node)
    {
        if (!_orders.TryGetValue(node.Inputs[0], out var order) || node.Inputs.Count < 3 || Constant(node, 1) is not { } starts)
            return null;
        long[]? axes = node.Inputs.Count > 3 && node.Inputs[3].Length > 0 ? Constant(node, 3)
            : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        if (MovedAxes(axes, order.Axes) is not { } moved) return null;
        string named = graph.Fresh($"{node.Outputs[0]}.axes");
        graph.AddConstant(named, ConstantValue.OfIntegers(named, [moved.Length], moved, graph.ConstantNamed(node.Inputs[1])!.Type));
        string[] inputs = [order.Source, node.Inputs[1], node.Inputs[2], named, .. node.Inputs.Skip(4)];
        return Results(node, Copy(node, inputs, node.Outputs), order.Axes);
    }

    private List<OnnxNode>? Reduced(OnnxNode node)
    {
        if (!_orders.TryGetValue(node.Inputs[0], out var order) || node.Inputs.Count < 2
            || MovedAxes(Constant(node, 1), order.Axes) is not { Length: > 0 } moved) return null;
        return Reduced(node, order, moved, Copy(node, [order.Source, Added(node, "axes", moved)], node.Outputs));
    }

    private List<OnnxNode>? OneReduced(OnnxNode node)
    {
        if (!_orders.TryGetValue(node.Inputs[0], out var order) || Axis(node, order.Axes.Length) is not { } axis) return null;
        long moved = order.Axes[axis];
        return Reduced(node, order, [moved], Copy(node, [order.Source], node.Outputs, OnnxBuilder.Attribute("axis", moved)));
    }

    /// <param name="reduced">Axes of the source.</param>
    private List<OnnxNode> Reduced(OnnxNode node, Order order, long[] reduced, OnnxNode made)
    {
        bool keeps = node.Attributes.Find(attribute => attribute.Name == "keepdims")?.Int is null or not 0;
        if (keeps) return Results(node, made, order.Axes);
        int[] left = [.. order.Axes.Where(axis => !reduced.Contains(axis))];
        return Results(node, made, [.. left.Select(axis => left.Count(other => other < axis))]);
    }

    /// <summary>What keeps elements in their order takes the source itself if the Transpose only moves axes of size 1. To a row of
    /// features, both orders are made.</summary>
    private List<OnnxNode>? Reshaped(OnnxNode node)
    {
        if (!_orders.TryGetValue(node.Inputs[0], out var order)) return null;
        var (source, axes) = order;
        var (x, from) = (graph.FlowNamed(node.Inputs[0])!, graph.FlowNamed(source)!);
        if (ShapeReaders.FileSizes(graph, new(node, graph.Opset), x) is not [1, .. var shape]) return null;
        OnnxNode Reshape(string result, long[] sizes) => new()
        {
            Operator = "Reshape", Name = node.Name, Inputs = [source, Added(node, "shape", sizes)], Outputs = [result],
        };
        if (KeepsElements(from.Shape, axes)) return [Reshape(node.Outputs[0], [0, .. Longs(shape)])];
        if (shape.Length != 1) return null;
        int[] strides = AxisOffsets.Strides(from.Shape);
        string features = graph.Fresh($"{node.Outputs[0]}.ordered");
        _features[node.Outputs[0]] = new(features, AxisOffsets.Sums([.. axes[1..].Select(axis =>
            AxisOffsets.Steps(from.Shape[axis - 1], strides[axis - 1]))]));
        return [Reshape(features, [0, -1]), node];
    }

    private List<OnnxNode>? OfFeatures(OnnxNode node) => node.Operator switch
    {
        "Gemm" or "MatMul" => Linear(node),
        { } of when KeepsPlaces(of) => Features(node),
        _ => null,
    };

    /// <summary>An operator of elements in the source's order, besides the one in the file's.</summary>
    private List<OnnxNode>? Features(OnnxNode node)
    {
        if (node.Outputs.Count != 1) return null;
        int[] from = _features[node.Inputs.First(_features.ContainsKey)].From;
        var inputs = new List<string>();
        foreach (string input in node.Inputs)
        {
            if (_features.TryGetValue(input, out var own) && ReferenceEquals(own.From, from)) inputs.Add(own.Source);
            else if (input.Length == 0 || graph.ConstantNamed(input) is { Count: 1 }) inputs.Add(input);
            else if (graph.ConstantNamed(input) is { Dims: [.., var last] } constant && last == from.Length && constant.Count == last)
                inputs.Add(Added(input, ConstantShapes.Picked(constant, constant.Dims, Inverse(from))));
            else return null;
        }
        string result = graph.Fresh($"{node.Outputs[0]}.ordered");
        _features[node.Outputs[0]] = new(result, from);
        return [Copy(node, inputs, [result]), node];
    }

    /// <summary>A linear layer of reordered features is one of the source's with its weights in that order.</summary>
    private List<OnnxNode>? Linear(OnnxNode node)
    {
        if (!_features.TryGetValue(node.Inputs[0], out var features)
            || graph.ConstantNamed(node.Inputs[1]) is not { Dims.Length: 2 } weights)
            return null;
        bool outputsFirst = node.Operator == "Gemm"
            && node.Attributes.Find(attribute => attribute.Name == "transB")?.Int is not (null or 0);
        int axis = outputsFirst ? 1 : 0;
        if (weights.Dims[axis] != features.From.Length || weights.Quantized is { Scales.Length: > 1 } origin && origin.Axis == axis)
            return null;
        string ordered = Added(node.Inputs[1], ConstantShapes.Reordered(weights, axis, Inverse(features.From)));
        return [Copy(node, [features.Source, ordered, .. node.Inputs[2..]], node.Outputs)];
    }

    /// <summary>The node with results of its own, and the Transposes that make the file's of them.</summary>
    private List<OnnxNode> Results(OnnxNode node, OnnxNode made, int[] axes)
    {
        if (IsIdentity(axes)) return [made];
        made.Outputs = [.. node.Outputs.Select(output => output.Length == 0 ? output : graph.Fresh($"{output}.ordered"))];
        return [made, .. node.Outputs.Zip(made.Outputs).Where(pair => pair.First.Length > 0)
            .Select(pair => Moved(pair.First, pair.Second, Longs(axes)))];
    }

    private long[]? Constant(OnnxNode node, int input) =>
        input < node.Inputs.Count && graph.ConstantNamed(node.Inputs[input]) is { HasBatch: false, Integers: { } numbers } ? numbers : null;

    private static int? Axis(OnnxNode node, int rank, long otherwise = 0)
    {
        long axis = node.Attributes.Find(attribute => attribute.Name == "axis")?.Int ?? otherwise;
        if (axis < 0) axis += rank;
        return axis > 0 && axis < rank ? (int)axis : null;
    }

    /// <summary>Axes of a tensor as those of its source; null if one is outside.</summary>
    private static long[]? MovedAxes(long[]? named, int[] axes) =>
        named is null || Array.Exists(named, axis => axis < -axes.Length || axis >= axes.Length) ? null
            : Array.ConvertAll(named, axis => (long)axes[axis < 0 ? axis + axes.Length : axis]);
}
