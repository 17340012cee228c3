using ImcEngine.Importer.Lowering;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Finds the tensors that cannot be negative whatever the image: results of Relu, of Clip from 0 or above and of Softmax, and what pooling,
/// shapes, Concat, Pad and sums make of such tensors alone. Calibration images are no proof, so they are not used.
/// </summary>
internal static class NeverNegative
{
    public static HashSet<string> TensorsOf(GraphReader graph)
    {
        var proven = new HashSet<string>();
        foreach (var step in graph.Steps.OfType<PlainStep>())
            if (step.Prototype is UnaryNode { Kind: UnaryKind.Relu } or ClipNode { Low: >= 0 } or SoftmaxNode
                || (Passes(step.Prototype) && step.Inputs.All(input => proven.Contains(input.Name))))
                proven.Add(step.Result.Name);
        return proven;
    }

    private static bool Passes(Node prototype) => prototype is PoolNode or GlobalAverageNode or ReshapeNode or ConcatNode
        or PadNode { Constant: >= 0 }
        or ClipNode { High: >= 0 }
        or UnaryNode { Kind: UnaryKind.Identity }
        or BinaryNode { Kind: BinaryKind.Add, Left: null, Right: null };
}
