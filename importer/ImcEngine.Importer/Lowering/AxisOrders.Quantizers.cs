using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering;

/// <content>
/// Transposes of what a quantizer made. The quantizer is written a second time, behind the Transpose, since a layer takes its codes from
/// the quantizer that stands in front of it:
/// <code>
/// q = QuantizeLinear(x)   d = DequantizeLinear(q)   r = Reshape(d)   t = Transpose(r)     becomes, besides q and d,
/// r' = Reshape(x)   t' = Transpose(r')   q' = QuantizeLinear(t')   t = DequantizeLinear(q')
/// </code>
/// </content>
internal sealed partial class AxisOrders
{
    /// <summary>Returns the nodes that quantize a transposed tensor; null where no quantizer with constant parameters made it.</summary>
    private List<OnnxNode>? Requantized(OnnxNode transpose, long[] perm)
    {
        var shapes = new Stack<NodeView>();
        var quantizers = new Stack<NodeView>();
        var flow = graph.FlowNamed(transpose.Inputs[0])!;
        bool isQuantized = false;
        for (; !isQuantized && flow.Producer is { } step; flow = step.Inputs[0])
        {
            var nodes = Quantizes(step) ? quantizers : step.Node.Operator == "Reshape" && step is PlainStep ? shapes : null;
            if (nodes is null || flow.IsPerImage) return null;
            // One node may have several steps.
            if (!nodes.TryPeek(out var last) || last != step.Node) nodes.Push(step.Node);
            isQuantized = step is QuantizeStep;
        }
        if (!isQuantized || flow.IsPerImage) return null;
        var made = new List<OnnxNode>();
        string from = flow.Name;
        foreach (var shape in shapes) made.Add(OfOther(shape, ref from, graph.Fresh($"{transpose.Outputs[0]}.shaped")));
        string turned = graph.Fresh($"{transpose.Outputs[0]}.turned");
        var (source, axes) = _orders.TryGetValue(from, out var order) ? order : new(from, [.. Enumerable.Range(0, perm.Length)]);
        made.Add(Moved(turned, source, Longs(Array.ConvertAll(perm, axis => axes[axis]))));
        from = turned;
        while (quantizers.TryPop(out var quantizer))
            made.Add(OfOther(quantizer, ref from,
                quantizers.Count == 0 ? transpose.Outputs[0] : graph.Fresh($"{transpose.Outputs[0]}.quantized")));
        Moved(transpose.Outputs[0], transpose.Inputs[0], perm);
        return made;
    }

    /// <summary>Whether a step is one of a quantizer node with constant parameters.</summary>
    private static bool Quantizes(Step step) => step is QuantizeStep or CodeClipStep or DequantizeStep { ZeroOfImage: null }
        && step.Node.Operator is "QuantizeLinear" or "Clip" or "DequantizeLinear" or "Quant" or "IntQuant";

    /// <summary>The node with another first input and result.</summary>
    private static OnnxNode OfOther(NodeView node, ref string from, string result)
    {
        var copy = new OnnxNode
        {
            Operator = node.Operator, Name = node.Name, Inputs = [from, .. node.Inputs.Skip(1)], Outputs = [result],
            Attributes = [.. node.CopyOfAttributes()],
        };
        from = result;
        return copy;
    }
}
