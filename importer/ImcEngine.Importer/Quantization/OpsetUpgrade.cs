using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Nodes of opset 11 to 20 as opset 21 writes them, the first with 4-bit DequantizeLinear.
/// Of the operators that the importer supports, these changed:
/// <code>
/// Dropout             12: the ratio became an input; in inference it is Identity
/// Squeeze, Unsqueeze  13: axes became an input
/// Softmax, LogSoftmax 13: the default axis was 1
/// BatchNormalization  14: one result in inference
/// Split               13: sizes became an input; 18: without them the number of results is an attribute
/// Reduce..            13 (ReduceSum) or 18: axes became an input
/// </code>
/// </summary>
internal static class OpsetUpgrade
{
    public const int Opset = 21;

    /// <summary>The first IR with 4-bit tensors.</summary>
    public const int IrVersion = 10;

    /// <summary>The node itself where nothing changed.</summary>
    /// <param name="initializers">Takes the axes that become inputs.</param>
    public static OnnxNode Upgraded(OnnxNode node, int opset, List<OnnxTensor> initializers) => node.Operator switch
    {
        "Dropout" when opset < 12 => With(node, "Identity", [node.Inputs[0]]),
        "Squeeze" or "Unsqueeze" when opset < 13 => WithInput("axes", node, opset, initializers),
        "Softmax" or "LogSoftmax" when opset < 13 && node.Attributes.Count == 0 =>
            With(node, node.Operator, node.Inputs, OnnxBuilder.Attribute("axis", 1)),
        "BatchNormalization" when opset < 14 =>
            With(node, "BatchNormalization", node.Inputs,
                [.. node.Attributes.Where(attribute => attribute.Name is "epsilon" or "momentum")]),
        "Split" when opset < 18 => WithNumberOfResults(WithInput("split", node, opset, initializers)),
        { } reduction when ReduceReaders.KindOf(reduction) is not null && opset < ReduceReaders.FirstOpsetOfAxesInput(reduction) =>
            WithInput("axes", node, opset, initializers),
        _ => node,
    };

    /// <summary>An attribute of integers becomes the second input.</summary>
    private static OnnxNode WithInput(string attribute, OnnxNode node, int opset, List<OnnxTensor> initializers)
    {
        if (new NodeView(node, opset).Ints(attribute) is not { } numbers) return node;
        string name = $"{node.Outputs[0]}.{attribute}";
        initializers.Add(TensorEncoder.Integers(name, [numbers.Length], numbers));
        return With(node, node.Operator!, [node.Inputs[0], name], [.. node.Attributes.Where(each => each.Name != attribute)]);
    }

    private static OnnxNode WithNumberOfResults(OnnxNode node) => node.Inputs.Count > 1 ? node
        : With(node, node.Operator!, node.Inputs, [.. node.Attributes, OnnxBuilder.Attribute("num_outputs", node.Outputs.Count)]);

    private static OnnxNode With(OnnxNode node, string @operator, IReadOnlyList<string> inputs, params OnnxAttribute[] attributes) =>
        new()
        {
            Operator = @operator, Name = node.Name, Inputs = [.. inputs], Attributes = [.. attributes],
            Outputs = @operator == "Split" ? [.. node.Outputs] : [node.Outputs[0]],
        };
}
