using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Operators that divide by a measure of what lies around an element.</summary>
internal static class NormalizationReaders
{
    private const int FirstOpsetOfOneAxis = 13, FirstOpsetOfChannelScales = 21;

    /// <summary>Softmax and LogSoftmax along any axis but the batch. Before opset 13 all axes from one on counted as one.</summary>
    public static PlainStep Softmax(GraphReader graph, NodeView node, bool isLog)
    {
        node.AllowAttributes("axis");
        var x = graph.FloatFlow(node, 0);
        bool joins = node.Opset < FirstOpsetOfOneAxis;
        int axis = ConstantShapes.Axis(node, node.Int("axis", joins ? 1 : -1), x.Shape.Rank + 1) - 1;
        node.Require(axis >= 0, "it runs over axis 0, the batch");
        int inner = 1;
        foreach (int size in x.Shape.Sizes[(axis + 1)..]) inner *= size;
        node.Require(!joins || inner == 1, $"it runs over axes {axis + 1} to {x.Shape.Rank} together, "
            + $"as before opset {FirstOpsetOfOneAxis}; supported is one axis. Flatten its input before it, or export with a later opset");
        return StepReaders.Plain(node, [x], x.Shape,
            axis == x.Shape.Rank - 1 && !isLog ? new SoftmaxNode("", [], 0)
                : new AxisSoftmaxNode("", [], 0, x.Shape[axis], inner, isLog));
    }

    public static PlainStep LocalResponse(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("alpha", "beta", "bias", "size");
        var x = graph.FloatFlow(node, 0);
        node.Require(x.Shape.Rank >= 2, $"its input has shape {x.Shape} without the batch; it must be [channel, y, x]");
        long size = node.Int("size", 0);
        node.Require(size is > 0 and <= ushort.MaxValue && size % 2 == 1, $"its size is {size}; it must be odd, 1 to {ushort.MaxValue}");
        return StepReaders.Plain(node, [x], x.Shape, new LocalResponseNode("", [], 0, (int)size, node.Float("alpha", 1e-4f),
            node.Float("beta", 0.75f), node.Float("bias", 1)));
    }

    public static PlainStep Instance(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("epsilon");
        var x = graph.FloatFlow(node, 0);
        node.Require(x.Shape.Rank >= 2, $"its input has shape {x.Shape} without the batch; it must be [channel, y, x]");
        return OfChannels(graph, node, x, x.Shape[0], x.Shape[0]);
    }

    public static PlainStep Group(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("epsilon", "num_groups", "stash_type");
        RequireFloatStash(node);
        var x = graph.FloatFlow(node, 0);
        long groups = node.Int("num_groups", 0);
        node.Require(x.Shape.Rank >= 2 && groups > 0 && x.Shape[0] % groups == 0,
            $"its input {x.Shape} (without the batch) does not divide into {groups} groups of channels");
        return OfChannels(graph, node, x, (int)groups, node.Opset < FirstOpsetOfChannelScales ? (int)groups : x.Shape[0]);
    }

    public static PlainStep Layer(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("axis", "epsilon", "stash_type");
        RequireFloatStash(node);
        var x = graph.FloatFlow(node, 0);
        int axis = ConstantShapes.Axis(node, node.Int("axis", -1), x.Shape.Rank + 1) - 1;
        node.Require(axis >= 0, "it runs over axis 0, the batch");
        int[] normalized = [.. x.Shape.Sizes[axis..]];
        int count = new TensorShape(normalized).Count;
        float[] Parameter(int input, string what, float otherwise)
        {
            if (graph.Constant(node, input, what) is not { } given) return [.. Enumerable.Repeat(otherwise, count)];
            float[] floats = given.Floats ?? throw node.Error($"its {what} '{given.Name}' is of type {given.Type}; supported is Float");
            node.Require(Broadcasting.Shape(normalized, given.Dims) is { } all && all.AsSpan().SequenceEqual(normalized),
                $"its {what} of shape [{string.Join(", ", given.Dims)}] does not fit [{string.Join(", ", normalized)}]");
            return Array.ConvertAll(Broadcasting.Indices(given.Dims, normalized), index => floats[index]);
        }
        node.Require(node.HasInput(1), "it has no scale");
        return StepReaders.Plain(node, [x], x.Shape, new NormalizationNode("", [], 0, x.Shape.Count / count, Epsilon(node),
            Parameter(1, "scale", 1), Parameter(2, "bias", 0), 1));
    }

    /// <param name="scales">How many scales and biases there are: one per channel, or per group of them.</param>
    private static PlainStep OfChannels(GraphReader graph, NodeView node, Flow x, int parts, int scales)
    {
        float[] Parameter(int input, string what)
        {
            var given = graph.Constant(node, input, what) ?? throw node.Error($"it has no {what}");
            return given.Floats is { } floats && given.Dims.Length == 1 && floats.Length == scales ? floats
                : throw node.Error($"its {what} '{given.Name}' is of type {given.Type} and shape [{string.Join(", ", given.Dims)}]; "
                    + $"it must be Float [{scales}]");
        }
        return StepReaders.Plain(node, [x], x.Shape, new NormalizationNode("", [], 0, parts, Epsilon(node), Parameter(1, "scale"),
            Parameter(2, "bias"), x.Shape.Count / scales));
    }

    /// <summary>The smallest normal float32, 2^-126.</summary>
    private const float SmallestNormal = 1.17549435E-38f;

    private static float Epsilon(NodeView node)
    {
        float epsilon = node.Float("epsilon", 1e-5f);
        node.Require(epsilon == 0 || epsilon >= SmallestNormal,
            $"its epsilon is {epsilon}; it must be 0 or at least {SmallestNormal}, since kernels may take smaller numbers for 0");
        return epsilon;
    }

    private static void RequireFloatStash(NodeView node) =>
        node.Require((OnnxDataType)node.Int("stash_type", (long)OnnxDataType.Float) == OnnxDataType.Float,
            "its stash_type is not Float, which alone is supported");
}
