using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>ConvTranspose over <c>[channel, y, x]</c>, or over <c>[channel, x]</c> as a plane of one row. It runs digitally.</summary>
internal static class TransposedConvolutionReader
{
    public static PlainStep Read(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("auto_pad", "dilations", "group", "kernel_shape", "output_padding", "output_shape", "pads", "strides");
        var x = graph.FloatFlow(node, 0);
        int rank = x.Shape.Rank - 1;
        node.Require(rank is 1 or 2, $"its input has shape {x.Shape} without the batch; supported are [channel, y, x] and [channel, x]");
        var weights = graph.Constant(node, 1, "weight") ?? throw node.Error("it has no weights");
        int[] dims = weights.Dims;
        node.Require(weights.Floats is { Length: > 0 } && dims.Length == rank + 2 && dims[0] == x.Shape[0],
            $"its weights are of type {weights.Type} and shape [{string.Join(", ", dims)}]; they must be Float "
                + $"[{x.Shape[0]}, output, {(rank == 1 ? "kx" : "ky, kx")}]");
        long groups = node.Int("group", 1);
        node.Require(groups > 0 && groups <= dims[0] && dims[0] % groups == 0,
            $"its {dims[0]} channels do not divide into {groups} groups");
        node.Require(node.Ints("kernel_shape") is not { } kernel || kernel.SequenceEqual(dims[2..].Select(size => (long)size)),
            $"its kernel_shape differs from its weights' [{string.Join(", ", dims[2..])}]");
        int outputs = checked((int)groups * dims[1]);
        int[] strides = node.Sizes("strides", rank, 1, 1), dilations = node.Sizes("dilations", rank, 1, 1);
        var axes = Enumerable.Range(0, rank)
            .Select(axis => Axis(node, axis, rank, x.Shape[axis + 1], dims[axis + 2], strides[axis], dilations[axis])).ToArray();
        int[] sizes = [.. axes.Select(axis => axis.Size)], pads = [.. axes.Select(axis => axis.Pad)];
        float[]? bias = graph.Constant(node, 2, "bias") is { } given
            ? given.Floats is { } floats && floats.Length == outputs ? floats
                : throw node.Error($"its bias has {given.Count} numbers of type {given.Type} for {outputs} channels") : null;
        var prototype = rank == 1
            ? new TransposedConvolutionNode("", [], 0, (int)groups, 1, dims[2], 1, strides[0], 0, pads[0], 1, dilations[0], weights.Floats!,
                bias)
            : new TransposedConvolutionNode("", [], 0, (int)groups, dims[2], dims[3], strides[0], strides[1], pads[0], pads[1],
                dilations[0],
                dilations[1], weights.Floats!, bias);
        return StepReaders.Plain(node, [x], new([outputs, .. sizes]), prototype);
    }

    /// <summary>The size of a result's axis, and how much of the full one is cut in front.</summary>
    private static (int Size, int Pad) Axis(NodeView node, int axis, int rank, int from, int kernel, int stride, int dilation)
    {
        int[] pads = node.Sizes("pads", 2 * rank, 0, 0), added = node.Sizes("output_padding", rank, 0, 0);
        string auto = node.Text("auto_pad", "NOTSET");
        node.Require(auto is "NOTSET" or "VALID" or "SAME_UPPER" or "SAME_LOWER",
            $"auto_pad is '{auto}'; supported are NOTSET, VALID, SAME_UPPER and SAME_LOWER");
        node.Require(auto == "NOTSET" || !node.Has("pads"), $"it has both auto_pad {auto} and pads; ONNX allows one of them");
        node.Require(kernel is > 0 and <= ushort.MaxValue, $"its kernel has size {kernel}; sizes must be 1 to {ushort.MaxValue}");
        node.Require(added[axis] < Math.Max(stride, dilation),
            $"its output_padding {added[axis]} is not below its stride {stride} or dilation {dilation}");
        long full = ((from - 1L) * stride) + added[axis] + ((kernel - 1L) * dilation) + 1;
        long[]? shape = node.Ints("output_shape");
        node.Require(shape is null || shape.Length >= rank, $"its output_shape has {shape?.Length} sizes for {rank} axes");
        long size = shape?[shape.Length - rank + axis] ?? auto switch
        {
            "NOTSET" => full - pads[axis] - pads[axis + rank],
            "VALID" => full,
            // OnnxRuntime adds nothing behind a result that is smaller.
            _ => Math.Min((long)from * stride, full),
        };
        node.Require(size is > 0 and <= ModelLimits.MostElements, $"its result has size {size} at axis {axis + 2}");
        if (shape is null && auto is "NOTSET" or "VALID") return ((int)size, pads[axis]);
        long cut = Math.Max(0, full - size);
        return ((int)size, (int)(auto == "SAME_UPPER" ? cut / 2 : cut - (cut / 2)));
    }
}
