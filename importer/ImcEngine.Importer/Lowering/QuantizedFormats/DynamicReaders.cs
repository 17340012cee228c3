using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>
/// Dynamically quantized networks (ARITHMETIC §14): each image makes its own scale and zero point.
/// <code>
/// DynamicQuantizeLinear         codes, scale and zero point, as OnnxRuntime has them at batch 1
/// ConvInteger, MatMulInteger    int32: sum of (w - zw)(q - z), of codes of any quantizer
/// </code>
/// Scale and zero point are numbers of each image by itself. The Cast, Mul and Add behind the layer are read as they are.
/// </summary>
internal static class DynamicReaders
{
    /// <summary>Returns the steps of these operators; null for every other operator.</summary>
    public static IEnumerable<Step>? Read(GraphReader graph, NodeView node) => node.Operator switch
    {
        "DynamicQuantizeLinear" => Quantize(graph, node),
        "ConvInteger" => Layer(graph, node, "Conv"),
        "MatMulInteger" => Layer(graph, node, "MatMul"),
        _ => null,
    };

    private static IEnumerable<Step> Quantize(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        node.Require(node.Outputs.Count == 3, $"it has {node.Outputs.Count} outputs; it must have codes, scale and zero point");
        var x = graph.FloatFlow(node, 0);
        string NameOf(int output) => node.Outputs[output].Length > 0 ? node.Outputs[output] : $"{node.Outputs[0]}:{output}";
        PlainStep Parameter(int output, DynamicParameter parameter, OnnxDataType type) => new(node, [x],
            new(NameOf(output), new(), type) { IsPerImage = true }, new DynamicParameterNode("", [], 0, parameter));
        var scale = Parameter(1, DynamicParameter.Scale, OnnxDataType.Float);
        var zero = Parameter(2, DynamicParameter.ZeroPoint, OnnxDataType.UInt8);
        yield return scale;
        yield return zero;
        yield return new DynamicQuantizeStep(node, x, scale.Result, zero.Result, new(node.Outputs[0], x.Shape, OnnxDataType.UInt8));
    }

    private static IEnumerable<Step> Layer(GraphReader graph, NodeView node, string real)
    {
        var codes = graph.FlowAt(node, 0) ?? throw node.Error($"its input '{node.Inputs[0]}' is constant");
        node.Require(codes.Type is OnnxDataType.UInt8 or OnnxDataType.Int8,
            $"its input '{codes.Name}' is of type {codes.Type}; it must be UInt8 or Int8");
        var result = new Flow(node.Outputs[0] + ":integers", codes.Shape, OnnxDataType.Float);
        var ofImage = node.HasInput(2) ? graph.FlowAt(node, 2) : null;
        node.Require(ofImage is null or { IsPerImage: true, Shape.Count: 1 }, "its zero point is no number of each image by itself");
        var integers = ofImage is null
            ? new DequantizeStep(node, codes, result, 1, CodeSteps.ZeroOf(graph, node, 2, codes.Type)) { IsOfIntegers = true }
            : DequantizeStep.OfImage(node, codes, ofImage, result);
        yield return integers;
        var weights = graph.Constant(node, 1, "weight") ?? throw node.Error("it has no weights");
        node.Require(weights.Type is OnnxDataType.UInt8 or OnnxDataType.Int8,
            $"its weights '{weights.Name}' are of type {weights.Type}; they must be UInt8 or Int8");
        var zero = graph.Constant(node, 3, "weight zero point");
        var one = ConstantValue.OfFloats("1", [zero?.Count ?? 1], [.. Enumerable.Repeat(1f, zero?.Count ?? 1)]);
        var known = IntegerLayerReaders.Known(graph, node, ConstantQuantization.Dequantized(node, weights, one, zero,
            real == "Conv" ? 0 : weights.Dims.Length - 1));
        var view = CodeSteps.AsReal(node, real, [result.Name, known.Name], node.Outputs[0] + ":sum", node.CopyOfAttributes());
        if (StepReaders.Read(graph, view) is not LayerStep layer)
            throw node.Error($"its input has shape {codes.Shape} without the batch; supported is a layer with constant weights");
        IntegerLayerReaders.RequireInt32(node, layer, null,
            CodeSteps.Farthest(codes.Type, ofImage is null ? CodeSteps.ZeroOf(graph, node, 2, codes.Type) : null));
        double[] ones = [.. Enumerable.Repeat(1.0, layer.Geometry.OutputChannels)];
        yield return layer.AsInteger(new(ones, null, 1), node.Outputs[0], OnnxDataType.Int32);
    }
}
