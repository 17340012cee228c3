using System.Numerics;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Constants that an operator makes of attributes, sizes or bounds: Constant, Shape, ConstantOfShape and Range.</summary>
internal static class ConstantSources
{
    private static readonly string[] ConstantAttributes = ["value", "value_float", "value_floats", "value_int", "value_ints"];

    public static ConstantValue Constant(NodeView node)
    {
        node.AllowAttributes(ConstantAttributes);
        string name = node.Outputs[0];
        int values = ConstantAttributes.Count(node.Has);
        node.Require(values == 1, $"it has {values} of the attributes {string.Join(", ", ConstantAttributes)}; it must have one");
        if (node.Tensor("value") is { } tensor) return ConstantValue.FromTensor(tensor, name);
        if (node.Has("value_float")) return ConstantValue.OfFloats(name, [], [node.Float("value_float", 0)]);
        if (node.Has("value_int")) return ConstantValue.OfIntegers(name, [], [node.Int("value_int", 0)]);
        if (node.Floats("value_floats") is { } floats) return ConstantValue.OfFloats(name, [floats.Length], floats);
        long[] ints = node.Ints("value_ints") ?? throw node.Error("its attribute 'value' holds no tensor");
        return ConstantValue.OfIntegers(name, [ints.Length], ints);
    }

    /// <param name="dims">With <see cref="ConstantValue.Batch"/> in place of the number of images.</param>
    public static ConstantValue Shape(NodeView node, ReadOnlySpan<long> dims)
    {
        node.AllowAttributes("start", "end");
        int Bound(string name, long otherwise, int rank)
        {
            long bound = node.Int(name, otherwise);
            return (int)Math.Clamp(bound < 0 ? bound + rank : bound, 0, rank);
        }
        int start = Bound("start", 0, dims.Length), end = Math.Max(start, Bound("end", dims.Length, dims.Length));
        return ConstantValue.OfIntegers(node.Outputs[0], [end - start], dims[start..end].ToArray());
    }

    /// <summary>Elements of what <see cref="Filled"/> makes.</summary>
    public static long FilledCount(NodeView node, ConstantValue shape)
    {
        ConstantFolder.RequireNumber(node, shape);
        long[] sizes = shape.Longs(node, "shape");
        long count = 1;
        foreach (long size in sizes)
            node.Require(size >= 0 && size <= ModelLimits.MostConstants && (count *= size) <= ModelLimits.MostConstants,
                $"its shape is [{string.Join(", ", sizes)}]; supported are at most {ModelLimits.MostConstants} elements");
        return count;
    }

    /// <summary>ConstantOfShape: one number throughout. It stands for the weights in files that were made light.</summary>
    public static ConstantValue Filled(NodeView node, ConstantValue shape)
    {
        node.AllowAttributes("value");
        long count = FilledCount(node, shape);
        int[] dims = Array.ConvertAll(shape.Integers!, size => (int)size);
        string name = node.Outputs[0];
        var value = node.Tensor("value") is { } tensor ? ConstantValue.FromTensor(tensor, name) : ConstantValue.OfFloats(name, [1], [0]);
        node.Require(value.Count == 1, $"its value has {value.Count} elements; it must have one");
        T[] Repeated<T>(T[] one)
        {
            var all = new T[count];
            Array.Fill(all, one[0]);
            return all;
        }
        return value.Floats is not null ? ConstantValue.OfFloats(name, dims, Repeated(value.Floats))
            : value.Doubles is not null ? ConstantValue.OfDoubles(name, dims, Repeated(value.Doubles), value.Type)
            : ConstantValue.OfIntegers(name, dims, Repeated(value.Integers!), value.Type);
    }

    /// <summary><c>start + i * delta</c> for i from 0, below (or above) the limit.</summary>
    public static ConstantValue Range(NodeView node, ConstantValue start, ConstantValue limit, ConstantValue delta)
    {
        node.AllowAttributes();
        foreach (var bound in new[] { start, limit, delta })
        {
            ConstantFolder.RequireNumber(node, bound);
            node.Require(bound.Count == 1 && bound.Dims.Length <= 1 && bound.Type == start.Type,
                $"its inputs must be three numbers of one type; '{bound.Name}' is of type {bound.Type} and shape "
                    + $"[{string.Join(", ", bound.Dims)}]");
        }
        node.Require(start.Type is OnnxDataType.Float or OnnxDataType.Double or OnnxDataType.Int16 or OnnxDataType.Int32
            or OnnxDataType.Int64, $"its inputs are of type {start.Type}; supported are Float, Double, Int16, Int32 and Int64");
        string name = node.Outputs[0];
        T[] Steps<T>(T[] from, T[] to, T[] step) where T : INumber<T>
        {
            node.Require(step[0] != T.Zero, "its delta is 0");
            double count = Math.Max(0, Math.Ceiling(double.CreateChecked(checked(to[0] - from[0])) / double.CreateChecked(step[0])));
            var steps = new T[ConstantFolder.BoundedCount(node, [(int)Math.Min(count, int.MaxValue)], 1)];
            for (int i = 0; i < steps.Length; i++) steps[i] = from[0] + (T.CreateChecked(i) * step[0]);
            return steps;
        }
        if (start.Floats is not null)
        {
            float[] floats = Steps(start.Floats, limit.Floats!, delta.Floats!);
            return ConstantValue.OfFloats(name, [floats.Length], floats);
        }
        if (start.Doubles is not null)
        {
            double[] doubles = Steps(start.Doubles, limit.Doubles!, delta.Doubles!);
            return ConstantValue.OfDoubles(name, [doubles.Length], doubles, start.Type);
        }
        long[] integers = Steps(start.Integers!, limit.Integers!, delta.Integers!);
        return ConstantValue.OfIntegers(name, [integers.Length], integers, start.Type);
    }
}
