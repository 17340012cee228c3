using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <summary>Reductions of constants over any axes: floats are summed in double, in order, and rounded once; integers are exact or refused.
/// </summary>
internal static class ConstantReductions
{
    public static ConstantValue Reduce(NodeView node, ConstantValue x, ConstantValue? axes)
    {
        node.AllowAttributes("keepdims", "noop_with_empty_axes");
        ConstantFolder.RequireNumber(node, x);
        bool ofAnyType = node.Operator is "ReduceMax" or "ReduceMin";
        node.Require(x.Integers is null || x.Type is OnnxDataType.Int32 or OnnxDataType.Int64 or OnnxDataType.UInt32 or OnnxDataType.UInt64
            || (ofAnyType && x.Type is OnnxDataType.Int8 or OnnxDataType.UInt8), $"its input is of type {x.Type}, which it cannot have");
        long[] given = axes?.Longs(node, "axes") ?? [];
        bool keeps = node.Flag("keepdims", true), keepsAll = node.Flag("noop_with_empty_axes", false);
        if (given.Length == 0 && keepsAll) return x;
        int rank = x.Dims.Length;
        var reduced = given.Length == 0 ? [.. Enumerable.Range(0, rank)]
            : given.Select(axis => ConstantShapes.Axis(node, axis, rank)).ToHashSet();
        node.Require(given.Length == 0 || reduced.Count == given.Length, $"its axes [{string.Join(", ", given)}] name an axis twice");
        node.Require(x.Count > 0, $"its input has shape [{string.Join(", ", x.Dims)}], which holds nothing");
        int[] kept = [.. x.Dims.Select((size, axis) => reduced.Contains(axis) ? 1 : size)];
        int[] dims = keeps ? kept : [.. x.Dims.Where((_, axis) => !reduced.Contains(axis))];
        int[] into = Broadcasting.Indices(kept, x.Dims);
        int results = ConstantShapes.Product(kept), each = x.Count / results;
        if (x.Integers is { } integers)
            return ConstantArithmetic.Integers(node, x.Name, dims, Array.ConvertAll(
                Accumulated(integers, into, results, Integers(node.Operator)), total => Mean(node, total, each)), x.Type);
        double[] doubles = Array.ConvertAll(Accumulated(x.ToDoubles(), into, results, Doubles(node.Operator)),
            total => node.Operator == "ReduceMean" ? total / each : total);
        return x.Floats is not null ? ConstantValue.OfFloats(x.Name, dims, Array.ConvertAll(doubles, total => (float)total))
            : ConstantArithmetic.Unrounded(node, x.Name, dims, doubles, x.Type);
    }

    private static T[] Accumulated<T>(T[] elements, int[] into, int results, (T Start, Func<T, T, T> Add) rule)
    {
        var totals = new T[results];
        Array.Fill(totals, rule.Start);
        for (int i = 0; i < elements.Length; i++) totals[into[i]] = rule.Add(totals[into[i]], elements[i]);
        return totals;
    }

    private static (double Start, Func<double, double, double> Add) Doubles(string @operator) => @operator switch
    {
        "ReduceMax" => (double.NegativeInfinity, Math.Max),
        "ReduceMin" => (double.PositiveInfinity, Math.Min),
        "ReduceProd" => (1, static (product, x) => product * x),
        _ => (0, static (sum, x) => sum + x),
    };

    private static (long Start, Func<long, long, long> Add) Integers(string @operator) => @operator switch
    {
        "ReduceMax" => (long.MinValue, Math.Max),
        "ReduceMin" => (long.MaxValue, Math.Min),
        "ReduceProd" => (1, static (product, x) => checked(product * x)),
        _ => (0, static (sum, x) => checked(sum + x)),
    };

    private static long Mean(NodeView node, long total, int each)
    {
        if (node.Operator != "ReduceMean") return total;
        node.Require(total % each == 0, $"the mean {total} / {each} of its integers is no integer");
        return total / each;
    }
}
