namespace ImcEngine.Importer.Lowering;

/// <summary>How many inputs an operator has at least and at most; those left out at the end count as absent.</summary>
internal static class OperatorInputs
{
    /// <exception cref="Onnx.ModelException">The node has fewer, or more, than ONNX gives its operator.</exception>
    public static void Require(NodeView node)
    {
        if (Limits(node.Operator, node.Opset) is not var (least, most)) return;
        int count = node.Inputs.Count;
        node.Require(count >= least && count <= most, $"it has {count} inputs; "
            + $"it must have {(least == most ? $"{least}" : most == int.MaxValue ? $"{least} or more" : $"{least} to {most}")}");
    }

    /// <summary>Returns null for an operator that is not supported.</summary>
    private static (int Least, int Most)? Limits(string @operator, int opset) => @operator switch
    {
        "Constant" => (0, 0),
        "AveragePool" or "Cast" or "Flatten" or "GlobalAveragePool" or "Identity" or "MaxPool" or "Not" or "Relu" or "Shape" or "Sign"
            or "Softmax" or "Transpose" => (1, 1),
        "ReduceMean" => (1, opset < 18 ? 1 : 2),
        "Squeeze" => (1, opset < 13 ? 1 : 2),
        "Unsqueeze" => opset < 13 ? (1, 1) : (2, 2),
        "Dropout" => (1, opset < 12 ? 1 : 3),
        "Clip" => (1, 3),
        "Concat" => (1, int.MaxValue),
        "Add" or "Div" or "Equal" or "Gather" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" or "MatMul" or "Mul" or "PRelu"
            or "Reshape" or "Sub" => (2, 2),
        "Conv" or "DequantizeLinear" or "Gemm" or "QuantizeLinear" => (2, 3),
        "Pad" => (2, opset < 18 ? 3 : 4),
        "Where" => (3, 3),
        "BatchNormalization" => (5, 5),
        _ => null,
    };
}
