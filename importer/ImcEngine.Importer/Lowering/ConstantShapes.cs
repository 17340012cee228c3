using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Operators that move the elements of constants but do not change them. The number of images in a shape passes through.</summary>
internal static class ConstantShapes
{
    public static ConstantValue Gather(NodeView node, ConstantValue x, ConstantValue indices)
    {
        node.AllowAttributes("axis");
        node.Require(x.Dims.Length > 0 && indices.Type is OnnxDataType.Int32 or OnnxDataType.Int64,
            $"its indices are of type {indices.Type}, its tensor has {x.Dims.Length} axes; it needs Int32 or Int64, and at least one axis");
        int axis = Axis(node, node.Int("axis", 0), x.Dims.Length);
        int size = x.Dims[axis];
        foreach (long index in indices.Integers!)
            node.Require(index >= -size && index < size, $"index {index} is outside axis {axis} of size {size}");
        int outer = Product(x.Dims.AsSpan(0, axis)), inner = Product(x.Dims.AsSpan(axis + 1));
        int[] dims = [.. x.Dims[..axis], .. indices.Dims, .. x.Dims[(axis + 1)..]];
        int count = ConstantFolder.BoundedCount(node, dims, x.Count);
        var from = new int[count];
        for (int o = count == 0 ? outer : 0, at = 0; o < outer; o++)
            foreach (long index in indices.Integers!)
                for (int i = 0; i < inner; i++) from[at++] = ((o * size) + (int)(index < 0 ? index + size : index)) * inner + i;
        return Picked(x, dims, from);
    }

    /// <summary>Computes Squeeze, Unsqueeze, Flatten and Reshape of a constant.</summary>
    public static ConstantValue Reshaped(NodeView node, ConstantValue x, ConstantValue? second)
    {
        int[] dims = node.Operator switch
        {
            "Squeeze" => Squeezed(node, x.Dims, AxesOf(node, second)),
            "Unsqueeze" => Unsqueezed(node, x.Dims, AxesOf(node, second) ?? throw node.Error("it has no axes")),
            "Flatten" => Flattened(node, x.Dims),
            _ => ReshapeTarget(node, x.Dims, second),
        };
        return x with { Dims = dims, Quantized = x.Quantized is { } origin ? Reshaped(origin, x.Dims, dims) : null };
    }

    /// <summary>Codes in another shape; null where their scales are those of an axis that the shape does not have.</summary>
    private static QuantizedOrigin? Reshaped(QuantizedOrigin origin, int[] dims, int[] shape)
    {
        if (origin.Scales.Length == 1) return origin;
        int before = Product(dims.AsSpan(0, origin.Axis)), size = dims[origin.Axis];
        int axis = Array.FindIndex([.. Enumerable.Range(0, shape.Length)],
            each => shape[each] == size && Product(shape.AsSpan(0, each)) == before);
        return axis < 0 ? null : origin with { Axis = axis };
    }

    public static ConstantValue Transpose(NodeView node, ConstantValue x)
    {
        node.AllowAttributes("perm");
        int rank = x.Dims.Length;
        long[] order = node.Ints("perm") ?? [.. Enumerable.Range(0, rank).Reverse().Select(axis => (long)axis)];
        node.Require(order.Length == rank && order.Order().SequenceEqual(Enumerable.Range(0, rank).Select(axis => (long)axis)),
            "perm does not name every axis once");
        return Permuted(x, order);
    }

    /// <summary>Returns the transpose of a matrix.</summary>
    public static ConstantValue Transposed(ConstantValue matrix) => Permuted(matrix, [1, 0]);

    /// <summary>Returns a constant whose index i of an axis is index <paramref name="rows"/>[i] of the given one; its codes stay if their
    /// scales are of another axis.</summary>
    public static ConstantValue Reordered(ConstantValue x, int axis, int[] rows)
    {
        int size = x.Dims[axis], inner = Product(x.Dims.AsSpan(axis + 1));
        var from = new int[x.Count];
        for (int i = 0; i < from.Length; i++)
        {
            int row = i / inner % size;
            from[i] = i + ((rows[row] - row) * inner);
        }
        var picked = Picked(x, x.Dims, from) with { IsSign = x.IsSign };
        return x.Quantized is not { } origin || (origin.Scales.Length > 1 && origin.Axis == axis) ? picked
            : picked with { Quantized = origin with { Codes = Array.ConvertAll(from, i => origin.Codes[i]) } };
    }

    public static ConstantValue Permuted(ConstantValue x, long[] order)
    {
        int[] strides = Strides(x.Dims), dims = Array.ConvertAll(order, axis => x.Dims[axis]);
        int[] from = Broadcasting.Walk(dims, Array.ConvertAll(order, axis => strides[axis]));
        var picked = Picked(x, dims, from) with { IsSign = x.IsSign };
        return x.Quantized is not { } origin ? picked : picked with
        {
            Quantized = origin with { Codes = Array.ConvertAll(from, i => origin.Codes[i]),
                Axis = Array.IndexOf(order, (long)origin.Axis) },
        };
    }

    /// <summary>Returns for each axis how far its indices lie apart.</summary>
    public static int[] Strides(int[] dims)
    {
        var strides = new int[dims.Length];
        for (int axis = dims.Length - 1, stride = 1; axis >= 0; stride *= dims[axis--]) strides[axis] = stride;
        return strides;
    }

    public static int Axis(NodeView node, long axis, int rank)
    {
        node.Require(axis >= -rank && axis < rank, $"axis {axis} is outside a tensor of {rank} axes");
        return (int)(axis < 0 ? axis + rank : axis);
    }

    /// <summary>Returns the axes: an attribute up to opset 12, an input from 13.</summary>
    public static long[]? AxesOf(NodeView node, ConstantValue? input)
    {
        node.AllowAttributes();
        return input?.Longs(node, "axes", scalarAllowed: true);
    }

    public static int[] Squeezed(NodeView node, int[] dims, long[]? axes)
    {
        var dropped = axes is null
            ? [.. Enumerable.Range(0, dims.Length).Where(axis => dims[axis] == 1)]
            : axes.Select(axis => Axis(node, axis, dims.Length)).ToHashSet();
        foreach (int axis in dropped)
            node.Require(dims[axis] == 1, $"axis {axis} has size {dims[axis]}; only axes of size 1 can be dropped");
        return [.. dims.Where((_, axis) => !dropped.Contains(axis))];
    }

    public static int[] Unsqueezed(NodeView node, int[] dims, long[] axes)
    {
        node.Require(axes.Length <= ModelLimits.MostAxes, $"it adds {axes.Length} axes; supported are at most {ModelLimits.MostAxes}");
        int rank = dims.Length + axes.Length;
        var added = axes.Select(axis => Axis(node, axis, rank)).ToHashSet();
        node.Require(added.Count == axes.Length, "it names an axis twice");
        var old = new Queue<int>(dims);
        return [.. Enumerable.Range(0, rank).Select(axis => added.Contains(axis) ? 1 : old.Dequeue())];
    }

    public static int[] Flattened(NodeView node, int[] dims)
    {
        node.AllowAttributes("axis");
        long axis = node.Int("axis", 1);
        node.Require(axis >= -dims.Length && axis <= dims.Length, $"axis {axis} is outside a tensor of {dims.Length} axes");
        int split = (int)(axis < 0 ? axis + dims.Length : axis);
        return [Product(dims.AsSpan(0, split)), Product(dims.AsSpan(split))];
    }

    private static int[] ReshapeTarget(NodeView node, int[] dims, ConstantValue? target)
    {
        long[] sizes = TargetOf(node, target);
        node.Require(sizes.Length <= ModelLimits.MostAxes,
            $"its shape has {sizes.Length} axes; supported are at most {ModelLimits.MostAxes}");
        return Resolve(node, dims, sizes);
    }

    /// <summary>Returns the sizes that a Reshape names; a 0 stands for the input's size of that axis.</summary>
    public static long[] TargetOf(NodeView node, ConstantValue? shape)
    {
        node.AllowAttributes("allowzero");
        long[] target = shape?.Longs(node, "shape") ?? throw node.Error("it has no shape");
        node.Require(!node.Flag("allowzero", false) || !target.Contains(0),
            $"allowzero is 1 and its shape [{string.Join(", ", target)}] has a 0, a tensor without elements; supported are others");
        return target;
    }

    /// <summary>Returns a Reshape's target with 0 (the input's size) and -1 (the rest) replaced by numbers.</summary>
    public static int[] Resolve(NodeView node, ReadOnlySpan<int> dims, ReadOnlySpan<long> target)
    {
        long count = Product(dims), known = 1;
        int open = -1;
        var result = new int[target.Length];
        for (int axis = 0; axis < target.Length; axis++)
        {
            long size = target[axis];
            if (size == 0) size = axis < dims.Length ? dims[axis] : throw node.Error("a size of 0 in its shape has no axis to copy from");
            if (size == -1)
            {
                node.Require(open < 0, "its shape has two sizes of -1");
                open = axis;
                continue;
            }
            node.Require(size >= 0 && size <= int.MaxValue && (known *= size) <= int.MaxValue,
                $"its shape [{string.Join(", ", target.ToArray())}] does not hold {count} elements");
            result[axis] = (int)size;
        }
        if (open >= 0)
        {
            node.Require(known > 0 && count % known == 0,
                $"its shape [{string.Join(", ", target.ToArray())}] does not divide {count} elements");
            result[open] = (int)(count / known);
            known *= result[open];
        }
        node.Require(known == count, $"its shape [{string.Join(", ", target.ToArray())}] does not hold {count} elements");
        return result;
    }

    /// <summary>Returns, for every element of the result in order, the input's element at that index.</summary>
    public static ConstantValue Picked(ConstantValue x, int[] dims, int[] from) => x.Floats is not null
        ? ConstantValue.OfFloats(x.Name, dims, Array.ConvertAll(from, i => x.Floats[i]))
        : x.Doubles is not null
            ? ConstantValue.OfDoubles(x.Name, dims, Array.ConvertAll(from, i => x.Doubles[i]), x.Type)
            : ConstantValue.OfIntegers(x.Name, dims, Array.ConvertAll(from, i => x.Integers![i]), x.Type);

    public static int Product(ReadOnlySpan<int> sizes)
    {
        int product = 1;
        foreach (int size in sizes) product = checked(product * size);
        return product;
    }
}
