using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>The names of the scale and the zero point of each tensor of codes, by the nodes that make it. Nodes are noted in execution
/// order.</summary>
internal sealed class CodeParameters
{
    private readonly Dictionary<string, (string Scale, string Zero)> _of = [];

    public void Note(OnnxNode node)
    {
        if (node.Outputs is not [var result, ..]) return;
        if (Place(node.Operator) is { } scale)
        {
            if (node.Inputs.Count > scale) _of[result] = (node.Inputs[scale], node.Inputs.ElementAtOrDefault(scale + 1) ?? "");
        }
        else if (node.Operator != "DequantizeLinear" && node.Inputs is [var codes, ..] && _of.TryGetValue(codes, out var moved))
        {
            _of[result] = moved;
        }
    }

    /// <summary>Returns null for a tensor that holds no codes, or codes with parameters of each image.</summary>
    public (string Scale, string Zero)? Of(string tensor) => _of.TryGetValue(tensor, out var parameters) ? parameters : null;

    /// <summary>Returns the input that is the scale of the result's codes; the next one is the zero point. Null for operators that make no
    /// codes of their own.</summary>
    private static int? Place(string? @operator) => @operator switch
    {
        "QuantizeLinear" => 1,
        "QLinearConv" or "QLinearMatMul" or "QLinearAdd" or "QLinearMul" => 6,
        "QGemm" => 7,
        "QLinearLeakyRelu" or "QLinearSigmoid" or "QLinearAveragePool" or "QLinearGlobalAveragePool" => 3,
        "QLinearConcat" => 0,
        _ => null,
    };
}
