using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// TopK: the greatest or the least elements along an axis, in order, and their places, which are of type Int64. Of equal elements the first
/// comes first, as OnnxRuntime has it.
/// </summary>
internal static class TopKReader
{
    private const int FirstOpsetOfIntegers = 11;

    /// <summary>A step for each result that the node names.</summary>
    public static IEnumerable<PlainStep> Read(GraphReader graph, NodeView node)
    {
        var x = graph.FloatFlow(node, 0);
        int axis = AxisOf(node, x.Shape.Rank + 1) - 1;
        node.Require(axis >= 0, "it runs over axis 0, the batch");
        var (count, isLeast) = Rule(node, graph.Constant(node, 1, "k"), x.Shape[axis]);
        int[] shape = [.. x.Shape.Sizes];
        shape[axis] = count;
        foreach (int output in Enumerable.Range(0, Math.Min(2, node.Outputs.Count)).Where(output => node.Outputs[output].Length > 0))
            yield return new(node, [x],
                new(node.Outputs[output], new(shape), output == 0 ? OnnxDataType.Float : OnnxDataType.Int64),
                new TopKNode("", [], 0, axis, count, isLeast, GivesPlaces: output == 1));
    }

    /// <summary>Values and places of a constant.</summary>
    public static ConstantValue[] Fold(NodeView node, ConstantValue x, ConstantValue? k)
    {
        ConstantArithmetic.RequireNumbers(node, x);
        ConstantArithmetic.RequireSince(node, x, FirstOpsetOfIntegers);
        int axis = AxisOf(node, x.Dims.Length), size = x.Dims[axis];
        var (count, isLeast) = Rule(node, k, size);
        int inner = ConstantShapes.Product(x.Dims.AsSpan(axis + 1)), outer = ConstantShapes.Product(x.Dims.AsSpan(0, axis));
        int[] dims = [.. x.Dims];
        dims[axis] = count;
        int[] from = new int[outer * count * inner];
        var places = new long[from.Length];
        for (int lane = 0; lane < outer * inner; lane++)
        {
            int first = (lane / inner * size * inner) + (lane % inner), at = (lane / inner * count * inner) + (lane % inner);
            int[] order = x.Integers is { } integers ? Order(integers, first, inner, size, isLeast)
                : Order(x.ToDoubles(), first, inner, size, isLeast);
            for (int i = 0; i < count; i++)
                (from[at + (i * inner)], places[at + (i * inner)]) = (first + (order[i] * inner), order[i]);
        }
        return [ConstantShapes.Picked(x, dims, from), ConstantValue.OfIntegers(x.Name, dims, places)];
    }

    private static int AxisOf(NodeView node, int rank)
    {
        node.AllowAttributes("axis", "largest", "sorted");
        return ConstantShapes.Axis(node, node.Int("axis", -1), rank);
    }

    private static (int Count, bool IsLeast) Rule(NodeView node, ConstantValue? k, int size)
    {
        long[] counts = k?.Longs(node, "k") ?? throw node.Error("it has no k");
        node.Require(counts is [> 0 and var count] && count <= size,
            $"its k is [{string.Join(", ", counts)}]; it must be one number from 1 to {size}, the size of its axis");
        node.Require(node.Flag("sorted", true) || counts[0] == 1, "its sorted is 0, for which ONNX leaves the order open; supported is 1");
        return ((int)counts[0], !node.Flag("largest", true));
    }

    private static int[] Order<T>(T[] elements, int first, int stride, int size, bool isLeast)
    {
        var places = Enumerable.Range(0, size);
        T Element(int place) => elements[first + (place * stride)];
        return [.. isLeast ? places.OrderBy(Element) : places.OrderByDescending(Element)];
    }
}
