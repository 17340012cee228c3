using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Rewrites nodes of opsets 11 to 20 for opset 21, the first with 4-bit DequantizeLinear.
/// Of the operators that the importer supports, these changed:
/// <code>
/// Dropout             12: the ratio became an input; in inference it is Identity
/// Squeeze, Unsqueeze  13: axes became an input
/// Softmax             13: the default axis was 1
/// BatchNormalization  14: one result in inference
/// ReduceMean          18: axes became an input
/// </code>
/// </summary>
internal static class OpsetUpgrade
{
    public const int Opset = 21;

    /// <summary>The first IR with 4-bit tensors.</summary>
    public const int IrVersion = 10;

    /// <summary>Returns the node for opset 21: the node itself if nothing changed.</summary>
    /// <param name="initializers">Receives the axes that become inputs.</param>
    public static OnnxNode Upgraded(OnnxNode node, int opset, List<OnnxTensor> initializers) => node.Operator switch
    {
        "Dropout" when opset < 12 => With(node, "Identity", [node.Inputs[0]]),
        "Squeeze" or "Unsqueeze" when opset < 13 => WithAxesInput(node, opset, initializers),
        "Softmax" when opset < 13 && node.Attributes.Count == 0 => With(node, "Softmax", node.Inputs, OnnxBuilder.Attribute("axis", 1)),
        "BatchNormalization" when opset < 14 =>
            With(node, "BatchNormalization", node.Inputs,
                [.. node.Attributes.Where(attribute => attribute.Name is "epsilon" or "momentum")]),
        "ReduceMean" when opset < 18 => WithAxesInput(node, opset, initializers),
        _ => node,
    };

    private static OnnxNode WithAxesInput(OnnxNode node, int opset, List<OnnxTensor> initializers)
    {
        if (new NodeView(node, opset).Ints("axes") is not { } axes) return node;
        string name = node.Outputs[0] + ".axes";
        initializers.Add(TensorEncoder.Integers(name, [axes.Length], axes));
        return With(node, node.Operator!, [node.Inputs[0], name], [.. node.Attributes.Where(attribute => attribute.Name != "axes")]);
    }

    private static OnnxNode With(OnnxNode node, string @operator, IReadOnlyList<string> inputs, params OnnxAttribute[] attributes) =>
        new() { Operator = @operator, Name = node.Name, Inputs = [.. inputs], Outputs = [node.Outputs[0]], Attributes = [.. attributes] };
}
