using ImcEngine.Importer.Lowering;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Finds the tensors that cannot be negative whatever the image: results of Relu, of Clip from 0 or above, of Softmax and of other
/// functions that are nowhere negative, and what pooling, shapes, Concat, Pad, reductions and sums make of such tensors alone.
/// What calibration images showed is no proof, so it is not asked.
/// </summary>
internal static class NeverNegative
{
    public static HashSet<string> TensorsOf(GraphReader graph)
    {
        var proven = new HashSet<string>();
        foreach (var step in graph.Steps.OfType<PlainStep>())
            if (IsNowhereNegative(step.Prototype)
                || (Passes(step.Prototype) && step.Inputs.All(input => proven.Contains(input.Name))))
                proven.Add(step.Result.Name);
        return proven;
    }

    private static bool IsNowhereNegative(Node prototype) => prototype is ClipNode { Low: >= 0 } or SoftmaxNode
        or AxisSoftmaxNode { IsLog: false }
        or UnaryNode { Kind: UnaryKind.Relu or UnaryKind.Abs or UnaryKind.Sqrt }
        or FunctionNode { Kind: FunctionKind.Sigmoid or FunctionKind.HardSigmoid or FunctionKind.Softplus or FunctionKind.Exp }
        or ReduceNode { Kind: ReduceKind.L1 or ReduceKind.L2 or ReduceKind.SumSquare };

    private static bool Passes(Node prototype) => prototype is PoolNode or GlobalAverageNode or ReshapeNode or RearrangeNode or ConcatNode
        or ReduceNode { Kind: ReduceKind.Mean or ReduceKind.Sum or ReduceKind.Max or ReduceKind.Min or ReduceKind.Prod }
        or PadNode { Constant: >= 0 }
        or ClipNode { High: >= 0 }
        or UnaryNode { Kind: UnaryKind.Identity }
        or BinaryNode { Kind: BinaryKind.Add, Left: null, Right: null }
        || (prototype is VariadicNode variadic && variadic.Operands.All(operand => operand is null || operand.Elements.All(x => x >= 0)));
}
