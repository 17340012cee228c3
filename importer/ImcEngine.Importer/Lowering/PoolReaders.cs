using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Pools and padding.</summary>
internal static class PoolReaders
{
    public static PlainStep Pool(GraphReader graph, NodeView node, PoolKind kind)
    {
        bool isMax = kind == PoolKind.Max;
        node.AllowAttributes(["auto_pad", "ceil_mode", "dilations", "kernel_shape", "pads", "strides",
            isMax ? "storage_order" : "count_include_pad"]);
        var x = Planes(graph, node);
        node.Require(node.Ints("kernel_shape") is not null, "it has no kernel_shape");
        int[] kernel = node.Sizes("kernel_shape", 2, 1, 1);
        bool ceil = node.Flag("ceil_mode", false);
        bool countsPads = !isMax && node.Flag("count_include_pad", false);
        if (isMax) node.Flag("storage_order", false);
        else if (countsPads) kind = PoolKind.AverageCountingPads;
        var window = Window.Read(node, kernel[0], kernel[1], x.Shape, ceil);
        node.Require(window.ReachesInput(kernel[0], kernel[1], x.Shape), "its pads and dilations leave windows that hold no pixel");
        bool cuts = countsPads && ceil;
        return StepReaders.Plain(node, [x], new(x.Shape[0], window.Height, window.Width),
            new PoolNode("", [], 0, kind, kernel[0], kernel[1],
            window.StrideY, window.StrideX, window.PadTop, window.PadLeft, window.DilationY, window.DilationX,
            cuts ? window.PadBottom : null, cuts ? window.PadRight : null));
    }

    public static PlainStep Pad(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("mode");
        string mode = node.Text("mode", "constant");
        node.Require(mode == "constant", $"its mode is '{mode}'; supported is 'constant'");
        var x = Planes(graph, node);
        long[] pads = graph.Constant(node, 1, "pads")?.Longs(node, "pads") ?? throw node.Error("it has no pads");
        float constant = 0;
        if (graph.Constant(node, 2, "constant") is { } value)
            constant = value is { Floats: [float one] } ? one
                : throw node.Error($"its constant '{value.Name}' is of type {value.Type} and shape [{string.Join(", ", value.Dims)}]; "
                    + "it must be one Float");
        int[] axes = graph.Constant(node, 3, "axes") is { } given ? PaddedAxes(node, given) : [0, 1, 2, 3];
        node.Require(pads.Length == 2 * axes.Length && axes.Distinct().Count() == axes.Length,
            $"it has {pads.Length} pads for {axes.Length} axes");
        var before = new int[4];
        var after = new int[4];
        for (int i = 0; i < axes.Length; i++)
        {
            long from = pads[i], to = pads[axes.Length + i];
            node.Require(from is >= 0 and <= ushort.MaxValue && to is >= 0 and <= ushort.MaxValue,
                $"its pads are [{string.Join(", ", pads)}]; each must be 0 to {ushort.MaxValue}");
            node.Require(axes[i] >= 2 || (from == 0 && to == 0), "it pads the batch or the channels; supported are y and x");
            (before[axes[i]], after[axes[i]]) = ((int)from, (int)to);
        }
        var shape = new TensorShape(x.Shape[0], checked(x.Shape[1] + before[2] + after[2]), checked(x.Shape[2] + before[3] + after[3]));
        return StepReaders.Plain(node, [x], shape, new PadNode("", [], 0, before[2], before[3], constant));
    }

    /// <summary>Returns the axes of a Pad: int32 or int64, unlike those of all other operators.</summary>
    private static int[] PaddedAxes(NodeView node, ConstantValue axes)
    {
        node.Require(axes.Type is OnnxDataType.Int32 or OnnxDataType.Int64 && axes.Dims.Length == 1,
            $"its axes are of type {axes.Type}; they must be a vector of Int32 or Int64");
        return Array.ConvertAll(axes.Integers!, axis => ConstantShapes.Axis(node, axis, 4));
    }

    public static Flow Planes(GraphReader graph, NodeView node)
    {
        var x = graph.FloatFlow(node, 0);
        node.Require(x.Shape.Rank == 3, $"its input has shape {x.Shape} without the batch; supported is [channel, y, x]");
        return x;
    }
}
