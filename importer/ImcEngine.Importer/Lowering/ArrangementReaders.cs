using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Operators that take elements from other places. For each axis of the result, cut finer where an operator cuts axes, they say how far
/// each index moves in the input (<see cref="RearrangeNode"/>). None may touch axis 0, the batch; a Transpose may where
/// a run has one image.
/// </summary>
internal static class ArrangementReaders
{
    /// <summary>The first opset whose Split gives the rest to the last part.</summary>
    private const int FirstOpsetOfUnequalParts = 18;

    public static PlainStep Transpose(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("perm");
        var x = graph.MovableFlow(node, 0);
        int[] sizes = x.FileSizes;
        int rank = sizes.Length;
        long[] order = node.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(axis => (long)axis)];
        node.Require(order.Length == rank && order.Order().SequenceEqual(Enumerable.Range(0, rank).Select(axis => (long)axis)),
            $"perm [{string.Join(", ", order)}] does not name each of {rank} axes once");
        node.Require(order is [] or [0, ..] || graph.HasOneImage, $"perm [{string.Join(", ", order)}] moves axis 0, the batch");
        int batch = x.IsPerImage ? 0 : 1;
        int[] axes = [.. order.Where(axis => axis >= batch).Select(axis => (int)axis - batch)], strides = AxisOffsets.Strides(x.Shape);
        Node prototype = AxisOrders.KeepsElements(x.Shape, Array.ConvertAll(axes, axis => axis + 1)) ? new ReshapeNode("", [], 0)
            : new RearrangeNode("", [], 0, [.. axes.Select(axis => AxisOffsets.Steps(x.Shape[axis], strides[axis]))]);
        return new(node, [x], graph.Made(node, Array.ConvertAll(order, axis => sizes[axis]), x.Type), prototype);
    }

    public static PlainStep Slice(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var x = graph.FloatFlow(node, 0);
        long[] Numbers(int input, string what, Func<int, long> otherwise, int count) => graph.Constant(node, input, what) is { } given
            ? Integers(node, given, what) : [.. Enumerable.Range(0, count).Select(otherwise)];
        long[] starts = Numbers(1, "starts", _ => 0, 0), ends = Numbers(2, "ends", _ => 0, 0);
        long[] axes = Numbers(3, "axes", axis => axis, starts.Length), steps = Numbers(4, "steps", _ => 1, starts.Length);
        node.Require(ends.Length == starts.Length && axes.Length == starts.Length && steps.Length == starts.Length,
            $"it has {starts.Length} starts, {ends.Length} ends, {axes.Length} axes and {steps.Length} steps");
        int[][] picked = All(x.Shape);
        var seen = new HashSet<int>();
        for (int i = 0; i < axes.Length; i++)
        {
            int axis = ConstantShapes.Axis(node, axes[i], x.Shape.Rank + 1);
            node.Require(seen.Add(axis), "it names an axis twice");
            node.Require(steps[i] != 0, "a step is 0");
            if (axis > 0) picked[axis - 1] = Cut(starts[i], ends[i], steps[i], x.Shape[axis - 1]);
            else node.Require(starts[i] == 0 && steps[i] == 1 && (ends[i] >= int.MaxValue || ends[i] == graph.FixedBatch),
                "it cuts axis 0, the batch");
        }
        foreach (int[] indices in picked) node.Require(indices.Length > 0, "it leaves nothing of an axis");
        return Picked(node, x, picked);
    }

    /// <summary>A slice for each result.</summary>
    public static IEnumerable<PlainStep> Split(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("axis", "split", "num_outputs");
        var x = graph.FloatFlow(node, 0);
        int axis = ConstantShapes.Axis(node, node.Int("axis", 0), x.Shape.Rank + 1) - 1;
        node.Require(axis >= 0, "it splits axis 0, the batch");
        long[] sizes = graph.Constant(node, 1, "split")?.Longs(node, "split") ?? node.Ints("split") ?? EqualParts(node, x.Shape[axis]);
        node.Require(sizes.Length == node.Outputs.Count && sizes.All(size => size is > 0 and <= int.MaxValue)
            && sizes.Sum() == x.Shape[axis],
            $"it splits {x.Shape[axis]} into [{string.Join(", ", sizes)}] for {node.Outputs.Count} outputs; "
                + $"each size must be positive, and together they must be the whole axis");
        int first = 0;
        for (int output = 0; output < sizes.Length; first += (int)sizes[output++])
        {
            if (node.Outputs[output].Length == 0) continue;
            int[][] picked = All(x.Shape);
            picked[axis] = [.. Enumerable.Range(first, (int)sizes[output])];
            yield return Picked(node, x, picked, output);
        }
    }

    public static PlainStep Gather(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("axis");
        var x = graph.FloatFlow(node, 0);
        int axis = ConstantShapes.Axis(node, node.Int("axis", 0), x.Shape.Rank + 1) - 1;
        node.Require(axis >= 0, "it picks along axis 0, the batch");
        var given = graph.Constant(node, 1, "indices") ?? throw node.Error("it has no indices");
        node.Require(given.Type is OnnxDataType.Int32 or OnnxDataType.Int64 && !given.HasBatch,
            $"its indices are of type {given.Type}; they must be Int32 or Int64");
        int size = x.Shape[axis];
        foreach (long index in given.Integers!)
            node.Require(index >= -size && index < size, $"index {index} is outside axis {axis + 1} of size {size}");
        node.Require(given.Count > 0, "it has no indices");
        int[][] picked = All(x.Shape);
        picked[axis] = Array.ConvertAll(given.Integers!, index => (int)(index < 0 ? index + size : index));
        int[] sizes = [.. x.Shape.Sizes];
        return Step(node, x, new([.. sizes[..axis], .. given.Dims, .. sizes[(axis + 1)..]]), Offsets(x.Shape, picked));
    }

    public static PlainStep Tile(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var x = graph.FloatFlow(node, 0);
        long[] repeats = graph.Constant(node, 1, "repeats")?.Longs(node, "repeats") ?? throw node.Error("it has no repeats");
        node.Require(repeats.Length == x.Shape.Rank + 1, $"it has {repeats.Length} repeats for {x.Shape.Rank + 1} axes");
        node.Require(repeats[0] == 1, $"it repeats axis 0, the batch, {repeats[0]} times");
        foreach (long times in repeats)
            node.Require(times is > 0 and <= ushort.MaxValue, $"its repeats are [{string.Join(", ", repeats)}]; "
                + $"each must be 1 to {ushort.MaxValue}");
        int[] sizes = [.. x.Shape.Sizes.ToArray().Select((size, axis) => checked(size * (int)repeats[axis + 1]))];
        return Bounded(node, x, sizes, (axis, index) => index % x.Shape[axis]);
    }

    public static PlainStep Expand(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var x = graph.FloatFlow(node, 0);
        long[] target = graph.Constant(node, 1, "shape")?.Longs(node, "shape") ?? throw node.Error("it has no shape");
        int rank = x.Shape.Rank + 1;
        node.Require(target.Length <= rank, $"its shape has {target.Length} axes, its input {rank}; more would mix images");
        long[] padded = [.. Enumerable.Repeat(1L, rank - target.Length), .. target];
        node.Require(padded[0] is 1 or ConstantValue.Batch || padded[0] == graph.FixedBatch,
            $"its shape begins with {padded[0]}, which is neither 1 nor the number of images");
        var sizes = new int[x.Shape.Rank];
        for (int axis = 0; axis < sizes.Length; axis++)
        {
            long size = padded[axis + 1];
            int own = x.Shape[axis];
            node.Require(size == 1 || size == own || (own == 1 && size is > 0 and <= int.MaxValue),
                $"its shape [{string.Join(", ", target)}] does not broadcast with its input {x.Shape} (without the batch)");
            sizes[axis] = size == 1 ? own : (int)size;
        }
        return Bounded(node, x, sizes, (axis, index) => x.Shape[axis] == 1 ? 0 : index);
    }

    public static PlainStep DepthToSpace(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("blocksize", "mode");
        var x = PoolReaders.Planes(graph, node);
        int block = Block(node);
        string mode = node.Text("mode", "DCR");
        node.Require(mode is "DCR" or "CRD", $"its mode is '{mode}'; supported are 'DCR' and 'CRD'");
        node.Require(x.Shape[0] % ((long)block * block) == 0, $"its {x.Shape[0]} channels do not divide into blocks of {block}x{block}");
        int channels = x.Shape[0] / (block * block), plane = x.Shape[1] * x.Shape[2], width = x.Shape[2];
        var (channelStride, blockStride) = mode == "DCR" ? (plane, channels * plane) : (block * block * plane, plane);
        return Step(node, x, new(channels, checked(x.Shape[1] * block), checked(width * block)),
        [
            AxisOffsets.Steps(channels, channelStride), AxisOffsets.Steps(x.Shape[1], width),
            AxisOffsets.Steps(block, block * blockStride), AxisOffsets.Steps(width, 1), AxisOffsets.Steps(block, blockStride),
        ]);
    }

    public static PlainStep SpaceToDepth(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("blocksize");
        var x = PoolReaders.Planes(graph, node);
        int block = Block(node), height = x.Shape[1], width = x.Shape[2];
        node.Require(height % block == 0 && width % block == 0,
            $"its planes of {height}x{width} do not divide into blocks of {block}x{block}");
        return Step(node, x, new(checked(x.Shape[0] * block * block), height / block, width / block),
        [
            AxisOffsets.Steps(block, width), AxisOffsets.Steps(block, 1), AxisOffsets.Steps(x.Shape[0], height * width),
            AxisOffsets.Steps(height / block, block * width), AxisOffsets.Steps(width / block, block),
        ]);
    }

    private static int Block(NodeView node)
    {
        long block = node.Int("blocksize", 0);
        node.Require(block is > 0 and <= ushort.MaxValue, $"its blocksize is {block}; it must be 1 to {ushort.MaxValue}");
        return (int)block;
    }

    private static long[] Integers(NodeView node, ConstantValue given, string what)
    {
        node.Require(given.Type is OnnxDataType.Int32 or OnnxDataType.Int64 && given.Dims.Length == 1 && !given.HasBatch,
            $"its {what} '{given.Name}' is of type {given.Type} and shape [{string.Join(", ", given.Dims)}]; "
                + $"it must be a vector of Int32 or Int64");
        return given.Integers!;
    }

    /// <summary>Returns the indices from start to end. As in ONNX, negative bounds count from the end, and bounds outside the axis are
    /// clamped.</summary>
    private static int[] Cut(long start, long end, long step, int size)
    {
        long Inside(long bound, long least, long most) => Math.Clamp(bound < 0 ? bound + size : bound, least, most);
        long first = step > 0 ? Inside(start, 0, size) : Inside(start, 0, size - 1);
        long stop = step > 0 ? Inside(end, 0, size) : Inside(end, -1, size - 1);
        var indices = new List<int>();
        for (Int128 at = first; step > 0 ? at < stop : at > stop; at += step) indices.Add((int)at);
        return [.. indices];
    }

    private static long[] EqualParts(NodeView node, int size)
    {
        long parts = node.Int("num_outputs", node.Outputs.Count);
        node.Require(parts == node.Outputs.Count, $"its num_outputs is {parts}, and it has {node.Outputs.Count} outputs");
        bool takesRest = node.Opset >= FirstOpsetOfUnequalParts;
        node.Require(takesRest || size % parts == 0, $"an axis of {size} does not divide into {parts} equal parts");
        long part = (size + parts - 1) / parts;
        return [.. Enumerable.Repeat(part, (int)parts - 1), size - (part * (parts - 1))];
    }

    /// <summary>Every index of every axis.</summary>
    private static int[][] All(TensorShape shape) => [.. shape.Sizes.ToArray().Select(size => AxisOffsets.Steps(size, 1))];

    private static int[][] Offsets(TensorShape shape, int[][] picked)
    {
        int[] strides = AxisOffsets.Strides(shape);
        return [.. picked.Select((indices, axis) => Array.ConvertAll(indices, index => index * strides[axis]))];
    }

    private static PlainStep Picked(NodeView node, Flow x, int[][] picked, int output = 0) =>
        Step(node, x, new([.. picked.Select(indices => indices.Length)]), Offsets(x.Shape, picked), output);

    /// <summary>A result larger than its input: refused before memory is taken.</summary>
    private static PlainStep Bounded(NodeView node, Flow x, int[] sizes, Func<int, int, int> from)
    {
        node.Require(new TensorShape(sizes).Count <= ModelLimits.MostElements,
            $"its result [{string.Join(", ", sizes)}] is too large; at most {ModelLimits.MostElements} elements are supported");
        return Picked(node, x, [.. sizes.Select((size, axis) => AxisOffsets.Steps(size, 1).Select(index => from(axis, index)).ToArray())]);
    }

    private static PlainStep Step(NodeView node, Flow x, TensorShape shape, int[][] offsets, int output = 0) =>
        new(node, [x], new(node.Outputs[output], shape, OnnxDataType.Float), new RearrangeNode("", [], 0, offsets));
}
