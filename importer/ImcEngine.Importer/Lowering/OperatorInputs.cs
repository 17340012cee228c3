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
        "Abs" or "ArgMax" or "ArgMin" or "AveragePool" or "Cast" or "Ceil" or "Celu" or "ConstantOfShape" or "DepthToSpace" or "Elu"
            or "Erf" or "Exp" or "Flatten"
            or "Floor" or "Gelu" or "GlobalAveragePool" or "GlobalMaxPool" or "HardSigmoid" or "HardSwish" or "Identity" or "LRN"
            or "LeakyRelu" or "Log" or "LogSoftmax" or "MaxPool" or "Mish" or "Neg" or "Not" or "Reciprocal" or "Relu" or "Round" or "Selu"
            or "Shape" or "Sigmoid" or "Sign" or "Softmax" or "Softplus" or "Softsign" or "SpaceToDepth" or "Sqrt" or "Swish" or "Tanh"
            or "ThresholdedRelu" or "Transpose" => (1, 1),
        _ when ReduceReaders.KindOf(@operator) is not null => (1, opset < ReduceReaders.FirstOpsetOfAxesInput(@operator) ? 1 : 2),
        "Split" or "Squeeze" => (1, opset < 13 ? 1 : 2),
        "TopK" => opset < 10 ? (1, 1) : (2, 2),
        "Unsqueeze" => opset < 13 ? (1, 1) : (2, 2),
        "Dropout" => (1, opset < 12 ? 1 : 3),
        "Clip" => (1, opset < 11 ? 1 : 3),
        "Concat" or "Einsum" or "Max" or "Mean" or "Min" or "Sum" => (1, int.MaxValue),
        "Add" or "CastLike" or "Div" or "Equal" or "Expand" or "Gather" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual"
            or "MatMul" or "Mul" or "PRelu" or "Pow" or "Reshape" or "Sub" or "Tile" => (2, 2),
        "Conv" or "ConvTranspose" or "DequantizeLinear" or "LayerNormalization" or "QuantizeLinear" => (2, 3),
        "Gemm" => (opset < 11 ? 3 : 2, 3),
        "Pad" => opset < 11 ? (1, 1) : (2, opset < 18 ? 3 : 4),
        "Slice" => opset < 10 ? (1, 1) : (3, 5),
        "GroupNormalization" or "InstanceNormalization" or "Range" or "Where" => (3, 3),
        "BipolarQuant" => (2, 2),
        "IntQuant" or "Quant" => (4, 4),
        "Trunc" => (5, 6),
        "DynamicQuantizeLinear" => (1, 1),
        "ConvInteger" or "MatMulInteger" => (2, 4),
        "QLinearConv" => (8, 9),
        "QLinearMatMul" => (8, 8),
        "QGemm" => (6, 9),
        "QLinearAdd" or "QLinearMul" => (7, 8),
        "QLinearAveragePool" or "QLinearGlobalAveragePool" => (4, 5),
        // The last may be absent, but not left out: OnnxRuntime reads beyond its list then, which ends the process.
        "QLinearLeakyRelu" or "QLinearSigmoid" => (5, 5),
        "QLinearConcat" => (5, int.MaxValue),
        "Resize" => opset < 11 ? (2, 2) : (opset < 13 ? 3 : 1, 4),
        "Upsample" => opset < 9 ? (1, 1) : (2, 2),
        "BatchNormalization" => (5, 5),
        _ => null,
    };
}
