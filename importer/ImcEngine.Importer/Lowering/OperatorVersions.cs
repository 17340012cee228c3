namespace ImcEngine.Importer.Lowering;

/// <summary>
/// The supported operators and attributes that ONNX has only in some opsets.
/// In other opsets they mean nothing, and other readers refuse the model.
/// </summary>
internal static class OperatorVersions
{
    private const int Any = int.MaxValue;

    private static readonly Dictionary<string, int> Operators = new() { ["GreaterOrEqual"] = 12, ["LessOrEqual"] = 12 };

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
        [("ReduceMean", "axes")] = (1, 17),
        [("ReduceMean", "noop_with_empty_axes")] = (18, Any),
        [("Reshape", "allowzero")] = (14, Any),
        [("Shape", "end")] = (15, Any),
        [("Shape", "start")] = (15, Any),
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
            if (Attributes.TryGetValue((node.Operator, attribute), out var opsets))
                node.Require(node.Opset >= opsets.First && node.Opset <= opsets.Last,
                    $"attribute '{attribute}' is of opsets {opsets.First} {(opsets.Last == Any ? "and above" : $"to {opsets.Last}")}; "
                        + $"the model is of opset {node.Opset}. "
                    + $"Export it again for one opset");
    }
}
