namespace ImcEngine.Importer.Lowering;

/// <summary>
/// The supported operators and attributes that ONNX has only in some opsets.
/// In other opsets they mean nothing, and other readers refuse the model.
/// </summary>
internal static class OperatorVersions
{
    private const int Any = int.MaxValue;

    private static readonly Dictionary<string, int> Operators = new()
    {
        ["CastLike"] = 15,
        ["Celu"] = 12,
        ["ConstantOfShape"] = 9,
        ["ConvInteger"] = 10,
        ["DequantizeLinear"] = 10,
        ["DynamicQuantizeLinear"] = 11,
        ["MatMulInteger"] = 10,
        ["Einsum"] = 12,
        ["Erf"] = 9,
        ["Expand"] = 8,
        ["Gelu"] = 20,
        ["GreaterOrEqual"] = 12,
        ["GroupNormalization"] = 18,
        ["HardSwish"] = 14,
        ["LayerNormalization"] = 17,
        ["LessOrEqual"] = 12,
        ["Mish"] = 18,
        ["QLinearConv"] = 10,
        ["QLinearMatMul"] = 10,
        ["QuantizeLinear"] = 10,
        ["Range"] = 11,
        ["Resize"] = 10,
        ["Sign"] = 9,
        ["Swish"] = 24,
        ["Upsample"] = 7,
        ["Where"] = 9,
    };

    private static readonly Dictionary<(string Operator, string Attribute), (int First, int Last)> Attributes = new()
    {
        [("ArgMax", "select_last_index")] = (12, Any),
        [("ArgMin", "select_last_index")] = (12, Any),
        [("AveragePool", "ceil_mode")] = (10, Any),
        [("AveragePool", "dilations")] = (19, Any),
        [("BatchNormalization", "spatial")] = (1, 8),
        [("BatchNormalization", "training_mode")] = (14, Any),
        [("Cast", "round_mode")] = (24, Any),
        [("Cast", "saturate")] = (19, Any),
        [("CastLike", "round_mode")] = (24, Any),
        [("CastLike", "saturate")] = (19, Any),
        [("Clip", "max")] = (1, 10),
        [("Clip", "min")] = (1, 10),
        [("DepthToSpace", "mode")] = (11, Any),
        [("DequantizeLinear", "axis")] = (13, Any),
        [("DequantizeLinear", "block_size")] = (21, Any),
        [("DequantizeLinear", "output_dtype")] = (23, Any),
        [("Dropout", "ratio")] = (1, 11),
        [("Dropout", "seed")] = (12, Any),
        [("GroupNormalization", "stash_type")] = (21, Any),
        [("MaxPool", "ceil_mode")] = (10, Any),
        [("MaxPool", "dilations")] = (10, Any),
        [("MaxPool", "storage_order")] = (8, Any),
        [("Pad", "pads")] = (1, 10),
        [("Pad", "value")] = (1, 10),
        [("QuantizeLinear", "axis")] = (13, Any),
        [("QuantizeLinear", "block_size")] = (21, Any),
        [("QuantizeLinear", "output_dtype")] = (21, Any),
        [("QuantizeLinear", "precision")] = (23, Any),
        [("QuantizeLinear", "saturate")] = (19, Any),
        [("Resize", "antialias")] = (18, Any),
        [("Resize", "axes")] = (18, Any),
        [("Resize", "keep_aspect_ratio_policy")] = (18, Any),
        [("Reshape", "allowzero")] = (14, Any),
        [("Shape", "end")] = (15, Any),
        [("Shape", "start")] = (15, Any),
        [("Slice", "axes")] = (1, 9),
        [("Slice", "ends")] = (1, 9),
        [("Slice", "starts")] = (1, 9),
        [("Split", "num_outputs")] = (18, Any),
        [("Split", "split")] = (1, 12),
        [("Squeeze", "axes")] = (1, 12),
        [("TopK", "k")] = (1, 9),
        [("TopK", "largest")] = (11, Any),
        [("TopK", "sorted")] = (11, Any),
        [("Unsqueeze", "axes")] = (1, 12),
        [("Upsample", "mode")] = (1, 9),
        [("Upsample", "scales")] = (1, 8),
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
                    + $"Export it again for one opset");
    }

    /// <summary>Returns the first and the last opset of an attribute; null if all opsets have it.</summary>
    private static (int First, int Last)? Of(string @operator, string attribute)
    {
        if (Attributes.TryGetValue((@operator, attribute), out var opsets)) return opsets;
        if (ReduceReaders.KindOf(@operator) is null) return null;
        int first = ReduceReaders.FirstOpsetOfAxesInput(@operator);
        return attribute switch { "axes" => (1, first - 1), "noop_with_empty_axes" => (first, Any), _ => null };
    }
}
