using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Slice, Split, Expand, Tile, Pad and Concat of constants. All but the last pick, along every axis by itself, indices of the input:
/// <code>
/// result[i, j, ...] = x[picks[0][i], picks[1][j], ...]      a pick of -1 is no element of x
/// </code>
/// The number of images in a shape passes through.
/// </summary>
internal static class ConstantParts
{
    /// <param name="steps">Null: 1 along every axis.</param>
    public static ConstantValue Slice(NodeView node, ConstantValue x, ConstantValue starts, ConstantValue ends, ConstantValue? axes,
        ConstantValue? steps)
    {
        node.AllowAttributes();
        long[] from = Indices(node, starts, "starts"), to = Indices(node, ends, "ends");
        int[] axis = axes is null ? [.. Enumerable.Range(0, from.Length)]
            : Array.ConvertAll(Indices(node, axes, "axes"), each => ConstantShapes.Axis(node, each, x.Dims.Length));
        long[] step = steps is null ? [.. Enumerable.Repeat(1L, from.Length)] : Indices(node, steps, "steps");
        node.Require(to.Length == from.Length && axis.Length == from.Length && step.Length == from.Length,
            $"it has {from.Length} starts, {to.Length} ends, {axis.Length} axes and {step.Length} steps; they must be as many");
        node.Require(axis.Length <= x.Dims.Length && axis.Distinct().Count() == axis.Length,
            $"its axes are [{string.Join(", ", axis)}]; each of {x.Dims.Length} may stand once");
        int[][] picks = All(node, x);
        for (int i = 0; i < axis.Length; i++)
        {
            node.Require(step[i] is not 0 and > int.MinValue and <= int.MaxValue, $"its step {step[i]} is not supported");
            picks[axis[i]] = Between(from[i], to[i], step[i], x.Dims[axis[i]]);
        }
        return Picked(node, x, picks);
    }

    /// <summary>Returns one part for every result.</summary>
    public static ConstantValue[] Split(NodeView node, ConstantValue x, ConstantValue? sizes)
    {
        node.AllowAttributes("axis", "num_outputs");
        int axis = ConstantShapes.Axis(node, node.Int("axis", 0), x.Dims.Length), size = x.Dims[axis], count = node.Outputs.Count;
        long[] parts = sizes?.Longs(node, "split") ?? Equal(node, size, count);
        node.Require(sizes is null || !node.Has("num_outputs"), "it has both the input 'split' and the attribute 'num_outputs'");
        node.Require(parts.Length == count && parts.All(part => part >= 0 && part <= size) && parts.Sum() == size,
            $"it splits axis {axis} of size {size} into [{string.Join(", ", parts)}] for {count} results");
        int first = 0;
        return Array.ConvertAll(parts, part =>
        {
            int[][] picks = All(node, x);
            picks[axis] = picks[axis][first..(first += (int)part)];
            return Picked(node, x, picks);
        });
    }

    public static ConstantValue Expand(NodeView node, ConstantValue x, ConstantValue shape)
    {
        node.AllowAttributes();
        ConstantFolder.RequireNumber(node, shape);
        long[] sizes = shape.Longs(node, "shape");
        node.Require(sizes.Length <= ModelLimits.MostAxes && sizes.All(size => size is >= 0 and <= int.MaxValue),
            $"its shape [{string.Join(", ", sizes.Take(ModelLimits.MostAxes + 1))}] is not supported");
        int[] dims = Broadcasting.Shape(x.Dims, Array.ConvertAll(sizes, size => (int)size))
            ?? throw node.Error($"[{string.Join(", ", x.Dims)}] does not broadcast to [{string.Join(", ", sizes)}]");
        ConstantFolder.BoundedCount(node, dims, x.Count);
        return ConstantShapes.Picked(x, dims, Broadcasting.Indices(x.Dims, dims)) with { IsSign = x.IsSign };
    }

    public static ConstantValue Tile(NodeView node, ConstantValue x, ConstantValue repeats)
    {
        node.AllowAttributes();
        ConstantFolder.RequireNumber(node, repeats);
        long[] times = repeats.Longs(node, "repeats");
        node.Require(times.Length == x.Dims.Length && times.All(time => time is >= 0 and <= int.MaxValue),
            $"its repeats are [{string.Join(", ", times)}]; there must be {x.Dims.Length} of at least 0");
        int[] dims = [.. x.Dims.Select((size, axis) => checked(size * (int)times[axis]))];
        ConstantFolder.BoundedCount(node, dims, x.Count);
        return Picked(node, x, [.. dims.Select((size, axis) => Numbers(size, i => i % x.Dims[axis]))]);
    }

    public static ConstantValue Pad(NodeView node, ConstantValue x, ConstantValue pads, ConstantValue? constant, ConstantValue? axes)
    {
        node.AllowAttributes("mode");
        string mode = node.Text("mode", "constant");
        node.Require(mode == "constant", $"its mode is '{mode}'; supported for constants is 'constant'");
        ConstantFolder.RequireNumber(node, x);
        node.Require(constant is null || (constant.Type == x.Type && constant.Count == 1),
            $"its constant is of type {constant?.Type} and {constant?.Count} elements; it must be one {x.Type}");
        long[] amounts = pads.Longs(node, "pads");
        int[] axis = axes is null ? [.. Enumerable.Range(0, x.Dims.Length)]
            : Array.ConvertAll(Indices(node, axes, "axes"), each => ConstantShapes.Axis(node, each, x.Dims.Length));
        node.Require(amounts.Length == 2 * axis.Length && axis.Distinct().Count() == axis.Length,
            $"it has {amounts.Length} pads for {axis.Length} axes");
        node.Require(amounts.All(amount => Math.Abs(amount) <= ModelLimits.MostComputed),
            $"its pads are [{string.Join(", ", amounts)}]; each must be at most {ModelLimits.MostComputed}");
        int[] before = new int[x.Dims.Length], dims = [.. x.Dims];
        for (int i = 0; i < axis.Length; i++)
        {
            before[axis[i]] = (int)amounts[i];
            dims[axis[i]] = checked(dims[axis[i]] + (int)amounts[i] + (int)amounts[axis.Length + i]);
            node.Require(dims[axis[i]] >= 0, $"its pads [{string.Join(", ", amounts)}] cut off more than there is");
        }
        ConstantFolder.BoundedCount(node, dims, x.Count);
        int[] from = From(x.Dims,
            [.. dims.Select((size, each) => Numbers(size, i => i - before[each] is var at && at >= 0 && at < x.Dims[each] ? at : -1))]);
        T[] Padded<T>(T[] elements, T[]? fill) => Array.ConvertAll(from, i => i >= 0 ? elements[i] : fill is null ? default! : fill[0]);
        return x.Floats is not null ? ConstantValue.OfFloats(x.Name, dims, Padded(x.Floats, constant?.Floats))
            : x.Doubles is not null ? ConstantValue.OfDoubles(x.Name, dims, Padded(x.Doubles, constant?.Doubles), x.Type)
            : ConstantValue.OfIntegers(x.Name, dims, Padded(x.Integers!, constant?.Integers), x.Type);
    }

    public static ConstantValue Concat(NodeView node, ConstantValue[] inputs)
    {
        node.AllowAttributes("axis");
        node.Require(node.Has("axis"), "it has no attribute 'axis'");
        node.Require(inputs.All(input => input.Type == inputs[0].Type), "its inputs differ in type");
        int rank = inputs[0].Dims.Length;
        node.Require(rank > 0, "its inputs have no axis to be joined along");
        int axis = ConstantShapes.Axis(node, node.Int("axis", 0), rank);
        int[] dims = [.. inputs[0].Dims];
        foreach (var input in inputs[1..])
        {
            node.Require(input.Dims.Length == rank && Enumerable.Range(0, rank).All(each => each == axis || input.Dims[each] == dims[each]),
                $"its inputs [{string.Join(", ", inputs[0].Dims)}] and [{string.Join(", ", input.Dims)}] differ beside axis {axis}");
            dims[axis] = checked(dims[axis] + input.Dims[axis]);
        }
        long held = inputs.Distinct<ConstantValue>(ReferenceEqualityComparer.Instance).Sum(input => (long)input.Count);
        ConstantFolder.BoundedCount(node, dims, (int)Math.Min(int.MaxValue, held));
        string name = node.Outputs[0];
        int outer = ConstantShapes.Product(dims.AsSpan(0, axis));
        T[] Joined<T>(Func<ConstantValue, T[]> elements)
        {
            var joined = new List<T>(ConstantShapes.Product(dims));
            for (int o = 0; o < outer; o++)
                foreach (var input in inputs)
                    joined.AddRange(elements(input).AsSpan(o * (input.Count / outer), input.Count / outer));
            return [.. joined];
        }
        return inputs[0].Floats is not null
            ? ConstantValue.OfFloats(name, dims, Joined(input => input.Floats!)) with { IsSign = inputs.All(input => input.IsSign) }
            : inputs[0].Doubles is not null ? ConstantValue.OfDoubles(name, dims, Joined(input => input.Doubles!), inputs[0].Type)
            : ConstantValue.OfIntegers(name, dims, Joined(input => input.Integers!), inputs[0].Type);
    }

    /// <summary>Reads a vector of int32 or int64.</summary>
    private static long[] Indices(NodeView node, ConstantValue constant, string what)
    {
        ConstantFolder.RequireNumber(node, constant);
        node.Require(constant.Type is OnnxDataType.Int32 or OnnxDataType.Int64 && constant.Dims.Length == 1,
            $"its {what} '{constant.Name}' are of type {constant.Type} and shape [{string.Join(", ", constant.Dims)}]; "
                + $"they must be a vector of Int32 or Int64");
        return constant.Integers!;
    }

    /// <summary>Returns sizes of equal parts, one per result; since opset 18 the last may be smaller.</summary>
    private static long[] Equal(NodeView node, int size, int count)
    {
        bool mayDiffer = node.Opset >= 18;
        node.Require(!mayDiffer || node.Int("num_outputs", 0) == count,
            $"it has {count} results and neither the input 'split' nor num_outputs = {count}");
        node.Require(mayDiffer || size % count == 0, $"it splits an axis of size {size} into {count} equal parts");
        int part = (int)(((long)size + count - 1) / count);
        return [.. Enumerable.Repeat((long)part, count - 1), size - ((count - 1L) * part)];
    }

    /// <summary>Indices of an axis; bounds beyond its ends are moved to them, negative ones count from behind.</summary>
    private static int[] Between(long from, long to, long step, int size)
    {
        long least = step > 0 ? 0 : -1, most = step > 0 ? size : size - 1;
        long first = Math.Clamp(from < 0 ? from + size : from, step > 0 ? 0 : Math.Min(0, most), most);
        long end = Math.Clamp(to < 0 ? to + size : to, least, most);
        long count = Math.Max(0, step > 0 ? (end - first + step - 1) / step : (first - end - step - 1) / -step);
        return Numbers((int)count, i => (int)(first + (i * step)));
    }

    private static int[] Numbers(int count, Func<int, int> number) => [.. Enumerable.Range(0, count).Select(number)];

    private static int[][] All(NodeView node, ConstantValue x)
    {
        ConstantFolder.BoundedCount(node, x.Dims, x.Count);
        return Array.ConvertAll(x.Dims, size => Numbers(size, i => i));
    }

    private static ConstantValue Picked(NodeView node, ConstantValue x, int[][] picks)
    {
        int[] dims = Array.ConvertAll(picks, each => each.Length);
        ConstantFolder.BoundedCount(node, dims, x.Count);
        return ConstantShapes.Picked(x, dims, From(x.Dims, picks)) with { IsSign = x.IsSign };
    }

    /// <summary>For every element of the result in order, the index of the input's; -1 where an axis picks none.</summary>
    private static int[] From(int[] dims, int[][] picks)
    {
        int[] from = [0];
        for (int axis = 0; axis < dims.Length; axis++)
        {
            int size = dims[axis];
            from = [.. from.SelectMany(_ => picks[axis], (before, pick) => before < 0 || pick < 0 ? -1 : (before * size) + pick)];
        }
        return from;
    }
}
