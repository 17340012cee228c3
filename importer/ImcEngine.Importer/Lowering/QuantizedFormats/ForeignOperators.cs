namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>Operators that are not ONNX's own: those of OnnxRuntime's quantizers, and QONNX's.
/// A file need not declare their domains.</summary>
internal static class ForeignOperators
{
    /// <summary>The domain of OnnxRuntime's operators.</summary>
    public const string Microsoft = "com.microsoft";

    private static readonly HashSet<string> OnnxRuntimes =
    [
        "QGemm", "QLinearAdd", "QLinearAveragePool", "QLinearConcat", "QLinearGlobalAveragePool", "QLinearLeakyRelu", "QLinearMul",
        "QLinearSigmoid",
    ];

    /// <summary>ONNX's operators under a domain of OnnxRuntime, which had them for more types or earlier.</summary>
    private static readonly HashSet<string> Shared = ["DequantizeLinear", "Gelu", "QuantizeLinear"];

    private static readonly HashSet<string> Qonnx = ["BipolarQuant", "IntQuant", "Quant", "Trunc"];

    private static readonly HashSet<string> QonnxDomains =
        ["qonnx.custom_op.general", "finn.custom_op.general", "onnx.brevitas"];

    public static string Names => string.Join(", ", OnnxRuntimes.Concat(Qonnx).Order(StringComparer.Ordinal));

    /// <summary>Whether a model has such operators, or ONNX's own layers of codes.</summary>
    public static bool AreIn(Onnx.OnnxModel model) => model.Graph!.Nodes.Exists(node => !GraphIndex.IsOnnxDomain(node.Domain)
        || node.Operator is "QLinearConv" or "QLinearMatMul");

    public static bool IsQonnx(string @operator) => Qonnx.Contains(@operator);

    /// <exception cref="Onnx.ModelException">No supported operator has this name in this domain.</exception>
    public static void Require(NodeView node, string? domain)
    {
        bool isOnnx = GraphIndex.IsOnnxDomain(domain);
        if (isOnnx)
            node.Require(!OnnxRuntimes.Contains(node.Operator) && !Qonnx.Contains(node.Operator),
                $"ONNX has no such operator; {(Qonnx.Contains(node.Operator) ? "QONNX" : "OnnxRuntime")} has it, "
                    + $"under a domain of its own");
        else if (domain == Microsoft)
            node.Require(OnnxRuntimes.Contains(node.Operator) || Shared.Contains(node.Operator),
                $"it is of domain '{Microsoft}'{NearestForms.Of(node.Operator)}; "
                    + $"supported of it are {string.Join(", ", OnnxRuntimes.Concat(Shared))}");
        else
            node.Require(QonnxDomains.Contains(domain!) && Qonnx.Contains(node.Operator),
                $"it is of domain '{domain}'; supported are ONNX's own operators, {Microsoft} ({string.Join(", ", OnnxRuntimes)}) "
                    + $"and QONNX ({string.Join(", ", Qonnx)} of {string.Join(", ", QonnxDomains)})");
    }
}
