using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Operators that leave elements in their order, or put tensors side by side. None may touch axis 0, the batch,
/// unless a run has one image.</summary>
internal static class ShapeReaders
{
    public static PlainStep Reshape(GraphReader graph, NodeView node)
    {
        var x = graph.MovableFlow(node, 0);
        return new(node, [x], graph.Made(node, FileSizes(graph, node, x), x.Type), new ReshapeNode("", [], 0));
    }

    /// <summary>Returns the sizes in the file that the operator makes of one image.</summary>
    public static int[] FileSizes(GraphReader graph, NodeView node, Flow x)
    {
        int[] sizes = x.FileSizes;
        node.Require(!x.IsPerImage || graph.HasOneImage, $"its input '{x.Name}' is a number of each image by itself");
        switch (node.Operator)
        {
            case "Flatten":
                long axis = node.Int("axis", 1);
                node.Require(graph.HasOneImage || axis == 1 || axis == 1 - sizes.Length,
                    $"it flattens at axis {axis}; supported is axis 1, which keeps the images apart");
                return ConstantShapes.Flattened(node, sizes);
            case "Squeeze" or "Unsqueeze":
                long[]? axes = ConstantShapes.AxesOf(node, graph.Constant(node, 1, "axes"));
                node.Require(axes is not null || graph.HasOneImage, "it names no axes; it would drop the batch of one image");
                int rank = sizes.Length + (node.Operator == "Unsqueeze" ? axes?.Length ?? 0 : 0);
                foreach (long each in axes ?? [])
                    node.Require(ConstantShapes.Axis(node, each, rank) != 0 || graph.HasOneImage, "it changes axis 0, the batch");
                return node.Operator == "Squeeze" ? ConstantShapes.Squeezed(node, sizes, axes)
                    : ConstantShapes.Unsqueezed(node, sizes, axes ?? throw node.Error("it has no axes"));
            default:
                return Target(graph, node, sizes);
        }
    }

    public static PlainStep Concat(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("axis");
        Flow[] inputs = [.. Enumerable.Range(0, node.Inputs.Count).Select(input => graph.FloatFlow(node, input))];
        var shape = inputs[0].Shape.Sizes.ToArray();
        int axis = ConstantShapes.Axis(node, node.Int("axis", 0), shape.Length + 1) - 1;
        node.Require(axis >= 0, "it joins along axis 0, the batch");
        foreach (var input in inputs[1..])
        {
            node.Require(input.Shape.Rank == shape.Length, "its inputs have different numbers of axes");
            for (int i = 0; i < shape.Length; i++)
                if (i != axis)
                    node.Require(input.Shape[i] == shape[i],
                        $"its inputs {inputs[0].Shape} and {input.Shape} differ beside axis {axis + 1}");
            shape[axis] = checked(shape[axis] + input.Shape[axis]);
        }
        return StepReaders.Plain(node, inputs, new(shape), new ConcatNode("", [], 0, axis));
    }

    /// <summary>Joins constants, such as coordinates of pixels, with tensors. A constant becomes a tensor by being added to 0, which is an
    /// element of a tensor clipped to 0.</summary>
    public static IEnumerable<Step> ConcatWithConstants(GraphReader graph, NodeView node)
    {
        int image = Enumerable.Range(0, node.Inputs.Count).First(input => graph.FlowAt(node, input) is not null);
        var flow = graph.FloatFlow(node, image);
        var shape = new TensorShape([.. Enumerable.Repeat(1, flow.Shape.Rank)]);
        NodeView Part(string what) => CodeSteps.AsReal(node, node.Operator, [], $"{node.Outputs[0]}:{what}");
        var element = StepReaders.Plain(Part("element"), [flow], shape,
            new RearrangeNode("", [], 0, [.. Enumerable.Range(0, shape.Rank).Select(_ => new[] { 0 })]));
        yield return element;
        var zero = StepReaders.Plain(Part("zero"), [element.Result], shape, new ClipNode("", [], 0, 0, 0));
        yield return zero;
        string[] names = [.. node.Inputs];
        for (int input = 0; input < names.Length; input++)
        {
            if (graph.FlowAt(node, input) is not null) continue;
            var constant = GraphReader.Operand(node, graph.Constant(node, input, "input")!, shape.Rank);
            node.Require(constant.Shape.Rank == shape.Rank, "its inputs have different numbers of axes");
            var part = StepReaders.Plain(Part($"constant{input}"), [zero.Result], constant.Shape,
                new BinaryNode("", [], 0, BinaryKind.Add, null, constant));
            yield return part;
            names[input] = part.Result.Name;
        }
        yield return Concat(graph, CodeSteps.AsReal(node, node.Operator, names, node.Outputs[0], node.CopyOfAttributes()));
    }

    /// <summary>Returns the sizes that a Reshape makes: the first must stand for the batch, unless a run has one image.</summary>
    private static int[] Target(GraphReader graph, NodeView node, int[] sizes)
    {
        long[] target = ConstantShapes.TargetOf(node, graph.Constant(node, 1, "shape"));
        node.Require(target.Length is > 0 and <= ModelLimits.MostAxes,
            $"its shape has {target.Length} axes; supported are 1 to {ModelLimits.MostAxes}");
        if (graph.HasOneImage)
            return ConstantShapes.Resolve(node, sizes, Array.ConvertAll(target, size => size == ConstantValue.Batch ? 1 : size));
        bool keepsBatch = target[0] is 0 or ConstantValue.Batch || target[0] == graph.FixedBatch;
        node.Require((keepsBatch || (target[0] == -1 && !target.AsSpan(1).Contains(-1))) && !target.AsSpan(1).Contains(ConstantValue.Batch),
            $"its shape begins with {target[0]}, which is not the number of images; "
                + $"axis 0 must remain the batch (0, -1, or taken from the input's shape)");
        return ConstantShapes.Resolve(node, sizes, [1, .. target[1..]]);
    }
}
