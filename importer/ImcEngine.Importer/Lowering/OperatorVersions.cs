namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Operators and attributes that ONNX has in some opsets only, of those that are supported.
/// Elsewhere they mean nothing, and other readers refuse the model.
/// </summary>
internal static class OperatorVersions
{
    private const int Any = int.MaxValue;

    private static readonly Dictionary<string, int> Operators = new()
    {
        ["Celu"] = 12, ["Gelu"] = 20, ["GreaterOrEqual"] = 12, ["GroupNormalization"] = 18, ["HardSwish"] = 14,
        ["LayerNormalization"] = 17, ["LessOrEqual"] = 12, ["Mish"] = 18, ["Swish"] = 24,
    };

    private static readonly Dictionary<(string Operator, string Attribute), (int First, int Last)> Attributes = new()
    {
        [("AveragePool", "dilations")] = (19, Any),
        [("BatchNormalization", "training_mode")] = (14, Any),
        [("Cast", "round_mode")] = (24, Any),
        [("Cast", "saturate")] = (19, Any),
        [("DequantizeLinear", "axis")] = (13, Any),
        [("DequantizeLinear", "block_size")] = (21, Any),
        [("DequantizeLinear", "output_dtype")] = (23, Any),
        [("Dropout", "ratio")] = (1, 11),
        [("Dropout", "seed")] = (12, Any),
        [("QuantizeLinear", "axis")] = (13, Any),
        [("QuantizeLinear", "block_size")] = (21, Any),
        [("QuantizeLinear", "output_dtype")] = (21, Any),
        [("QuantizeLinear", "precision")] = (23, Any),
        [("QuantizeLinear", "saturate")] = (19, Any),
        [("GroupNormalization", "stash_type")] = (21, Any),
        [("Resize", "antialias")] = (18, Any),
        [("Resize", "axes")] = (18, Any),
        [("Resize", "keep_aspect_ratio_policy")] = (18, Any),
        [("Reshape", "allowzero")] = (14, Any),
        [("Shape", "end")] = (15, Any),
        [("Shape", "start")] = (15, Any),
        [("Split", "num_outputs")] = (18, Any),
        [("Split", "split")] = (1, 12),
        [("Squeeze", "axes")] = (1, 12),
        [("Unsqueeze", "axes")] = (1, 12),
    };

    /// <exception cref="Onnx.ModelException">The model's opset has no such operator, or not an attribute of it.</exception>
    public static void Require(NodeView node)
    {
        int since = Operators.GetValueOrDefault(node.Operator, 1);
        node.Require(node.Opset >= since,
            $"the operator exists since opset {since}; the model is of opset {node.Opset}. Export it with opset_version={since} or above");
        foreach (string attribute in node.Attributes)
            if (Of(node.Operator, attribute) is var (first, last))
                node.Require(node.Opset >= first && node.Opset <= last,
                    $"attribute '{attribute}' is of opsets {first} {(last == Any ? "and above" : $"to {last}")}; "
                        + $"the model is of opset {node.Opset}. "
                    + $"Export it again as one opset has it");
    }

    /// <summary>The opsets of an attribute that not all have.</summary>
    private static (int First, int Last)? Of(string @operator, string attribute)
    {
        if (Attributes.TryGetValue((@operator, attribute), out var opsets)) return opsets;
        if (ReduceReaders.KindOf(@operator) is null) return null;
        int first = ReduceReaders.FirstOpsetOfAxesInput(@operator);
        return attribute switch { "axes" => (1, first - 1), "noop_with_empty_axes" => (first, Any), _ => null };
    }
}
