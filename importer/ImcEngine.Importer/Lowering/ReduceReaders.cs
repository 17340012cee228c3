using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Operators that make one number of many: reductions over any axes but the batch, and pools over the whole image.</summary>
internal static class ReduceReaders
{
    public static ReduceKind? KindOf(string @operator) => @operator switch
    {
        "ReduceMean" => ReduceKind.Mean,
        "ReduceSum" => ReduceKind.Sum,
        "ReduceMax" => ReduceKind.Max,
        "ReduceMin" => ReduceKind.Min,
        "ReduceProd" => ReduceKind.Prod,
        "ReduceL1" => ReduceKind.L1,
        "ReduceL2" => ReduceKind.L2,
        "ReduceSumSquare" => ReduceKind.SumSquare,
        "ReduceLogSum" => ReduceKind.LogSum,
        "ReduceLogSumExp" => ReduceKind.LogSumExp,
        _ => null,
    };

    /// <summary>The opset from which on the axes are an input.</summary>
    public static int FirstOpsetOfAxesInput(string @operator) => @operator == "ReduceSum" ? 13 : 18;

    public static PlainStep Reduce(GraphReader graph, NodeView node, ReduceKind kind)
    {
        node.AllowAttributes("axes", "keepdims", "noop_with_empty_axes");
        bool keeps = node.Flag("keepdims", true), noop = node.Flag("noop_with_empty_axes", false);
        var x = graph.FloatFlow(node, 0);
        int rank = x.Shape.Rank + 1;
        long[] axes = graph.Constant(node, 1, "axes")?.Longs(node, "axes", scalarAllowed: true) ?? node.Ints("axes") ?? [];
        if (axes.Length == 0 && noop)
        {
            node.Require(kind is ReduceKind.Mean or ReduceKind.Sum or ReduceKind.Max or ReduceKind.Min or ReduceKind.Prod,
                "it has noop_with_empty_axes and no axes, for which ONNX's versions differ; give it axes");
            return StepReaders.Plain(node, [x], x.Shape, new UnaryNode("", [], 0, UnaryKind.Identity));
        }
        var reduced =
            (axes.Length == 0 ? Enumerable.Range(0, rank) : axes.Select(axis => ConstantShapes.Axis(node, axis, rank))).ToHashSet();
        node.Require(!reduced.Contains(0),
            $"it reduces axis 0, the batch; supported are all others{(axes.Length == 0 ? ". Without axes it reduces all" : "")}");
        var kept = Enumerable.Range(1, rank - 1).Where(axis => keeps || !reduced.Contains(axis));
        return OfImage(node, x, kind, [.. reduced.Order().Select(axis => axis - 1)],
            new([.. kept.Select(axis => reduced.Contains(axis) ? 1 : x.Shape[axis - 1])]));
    }

    /// <summary>ArgMax and ArgMin, whose result is of type Int64.</summary>
    public static PlainStep ExtremeIndex(GraphReader graph, NodeView node, bool isLeast)
    {
        node.AllowAttributes("axis", "keepdims", "select_last_index");
        var x = graph.FloatFlow(node, 0);
        int axis = ConstantShapes.Axis(node, node.Int("axis", 0), x.Shape.Rank + 1) - 1;
        node.Require(axis >= 0, "it runs over axis 0, the batch");
        int[] sizes = x.Shape.Sizes.ToArray(), shape = node.Flag("keepdims", true) ? [.. sizes[..axis], 1, .. sizes[(axis + 1)..]]
            : [.. sizes[..axis], .. sizes[(axis + 1)..]];
        return StepReaders.Plain(node, [x], new(shape),
            new ExtremeIndexNode("", [], 0, axis, isLeast, node.Flag("select_last_index", false)), Onnx.OnnxDataType.Int64);
    }

    /// <summary>GlobalAveragePool and GlobalMaxPool: over all axes behind the channels.</summary>
    public static PlainStep Global(GraphReader graph, NodeView node, ReduceKind kind)
    {
        node.AllowAttributes();
        var x = graph.FloatFlow(node, 0);
        node.Require(x.Shape.Rank >= 2, $"its input has shape {x.Shape} without the batch; it must be [channel, y, x]");
        return OfImage(node, x, kind, [.. Enumerable.Range(1, x.Shape.Rank - 1)],
            new([x.Shape[0], .. Enumerable.Repeat(1, x.Shape.Rank - 1)]));
    }

    private static PlainStep OfImage(NodeView node, Flow x, ReduceKind kind, int[] axes, TensorShape result)
    {
        bool isImageMean = kind == ReduceKind.Mean && x.Shape.Rank == 3 && axes is [1, 2];
        return StepReaders.Plain(node, [x], result,
            isImageMean ? new GlobalAverageNode("", [], 0) : new ReduceNode("", [], 0, kind, axes));
    }
}
