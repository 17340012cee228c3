using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>
/// Layers of integers (ARITHMETIC §14): the sum of (w - zw)(q - z) and an int32 bias, then
/// <code>
/// QLinearConv, QLinearMatMul   codes: clamp(round-half-even(float32(sum) * float32(sx * sw / sy)) + zy)
/// QGemm                        the same with alpha, or reals: float32(sum) * float32(alpha * sx * sw)
/// </code>
/// Each is a layer of reals whose result is in steps of sy, and a quantizer of step 1.
/// </summary>
internal static class IntegerLayerReaders
{
    /// <summary>Returns the steps of these operators; null for every other operator.</summary>
    public static IEnumerable<Step>? Read(GraphReader graph, NodeView node) => node.Operator switch
    {
        "QLinearConv" => Layer(graph, node, "Conv", new(0, 1, 2, 3, 4, 5, 6, 7, 8)),
        "QLinearMatMul" => Layer(graph, node, "MatMul", new(0, 1, 2, 3, 4, 5, 6, 7, -1)),
        "QGemm" => Layer(graph, node, "Gemm", new(0, 1, 2, 3, 4, 5, 7, 8, 6)),
        _ => null,
    };

    /// <summary>Where the inputs of an operator stand; -1: it has none.</summary>
    private readonly record struct Places(int X, int XScale, int XZero, int W, int WScale, int WZero, int YScale, int YZero, int Bias);

    private static IEnumerable<Step> Layer(GraphReader graph, NodeView node, string real, Places at)
    {
        var (codes, scale, zero) = CodeSteps.Activation(graph, node, at.X, at.XScale, at.XZero);
        var input = CodeSteps.Dequantized(node, codes, scale, zero, "real");
        yield return input;
        var attributes = node.CopyOfAttributes();
        float alpha = real == "Gemm" ? node.Float("alpha", 1) : 1;
        if (real == "Gemm") attributes = Array.FindAll(attributes, attribute => attribute.Name != "alpha");
        string sum = node.Outputs[0] + ":sum";
        var weights = Weights(graph, node, real, attributes, at);
        var view = CodeSteps.AsReal(node, real, [input.Result.Name, weights.Name], sum, attributes);
        if (StepReaders.Read(graph, view) is not LayerStep layer)
            throw node.Error($"its input has shape {codes.Shape} without the batch; supported is a layer with constant weights");
        int outputs = layer.Geometry.OutputChannels;
        bool makesCodes = graph.Constant(node, at.YScale, "scale") is not null;
        var type = makesCodes ? CodeSteps.TypeOf(graph, node, at.YZero) : OnnxDataType.Float;
        var (resultScale, resultZero) = makesCodes ? CodeSteps.PerTensor(graph, node, at.YScale, at.YZero, type) : (1f, 0);
        float[] steps = layer.Weights.Quantized!.Scales;
        float Scale(int output) => (real == "Gemm" ? alpha * scale : scale) * steps[steps.Length == 1 ? 0 : output];
        var integers = new IntegerResult(
            [.. Enumerable.Range(0, outputs).Select(output => (double)(makesCodes ? Scale(output) / resultScale : Scale(output)))],
            Bias(graph, node, at.Bias, outputs), (double)alpha / resultScale);
        RequireInt32(node, layer, integers.Bias, CodeSteps.Farthest(codes.Type, zero));
        layer = layer.AsInteger(integers, makesCodes ? sum : node.Outputs[0]);
        yield return layer;
        if (makesCodes)
            yield return new QuantizeStep(node, layer.Result, new(node.Outputs[0], layer.Result.Shape, type), resultScale, resultZero)
            {
                Divisor = 1,
            };
    }

    /// <summary>Makes the weights that the codes stand for known to the graph, with their origin.</summary>
    private static ConstantValue Weights(GraphReader graph, NodeView node, string real, OnnxAttribute[] attributes, Places at)
    {
        var codes = graph.Constant(node, at.W, "weight") ?? throw node.Error("it has no weights");
        node.Require(codes.Type is OnnxDataType.UInt8 or OnnxDataType.Int8,
            $"its weights '{codes.Name}' are of type {codes.Type}; they must be UInt8 or Int8");
        var scale = graph.Constant(node, at.WScale, "weight scale") ?? throw node.Error("its weights have no scale");
        var zero = graph.Constant(node, at.WZero, "weight zero point");
        bool outputsFirst = real == "Conv" || attributes.Any(attribute => attribute is { Name: "transB", Int: 1 });
        int axis = outputsFirst ? 0 : codes.Dims.Length - 1;
        return Known(graph, node, ConstantQuantization.Dequantized(node, codes, scale, zero, axis));
    }

    /// <summary>Checks that no sum can leave int32: OnnxRuntime's wraps, and the macro's does not.</summary>
    /// <param name="farthest">The greatest distance of an input code from its zero point.</param>
    /// <exception cref="ModelException">A sum can leave int32.</exception>
    internal static void RequireInt32(NodeView node, LayerStep layer, int[]? bias, int farthest)
    {
        var weights = layer.Weights.Quantized!;
        int outputs = layer.Geometry.OutputChannels, each = weights.Codes.Length / outputs;
        for (int output = 0; output < outputs; output++)
        {
            int zero = weights.ZeroPoints[weights.ZeroPoints.Length == 1 ? 0 : output];
            long most = Math.Abs((long)(bias?[output] ?? 0));
            foreach (int code in weights.Codes.AsSpan(output * each, each)) most += (long)Math.Abs(code - zero) * farthest;
            node.Require(most <= int.MaxValue,
                $"the sum of its output channel {output} can reach {most}; at most {int.MaxValue} fits into the int32 of such a layer");
        }
    }

    internal static ConstantValue Known(GraphReader graph, NodeView node, ConstantValue weights)
    {
        string name = node.Outputs[0] + ":weights";
        graph.AddConstant(name, weights);
        return weights with { Name = name };
    }

    private static int[]? Bias(GraphReader graph, NodeView node, int input, int outputs)
    {
        if (input < 0 || graph.Constant(node, input, "bias") is not { } bias) return null;
        node.Require(bias.Type == OnnxDataType.Int32 && bias.Count == outputs,
            $"its bias '{bias.Name}' is of type {bias.Type} with {bias.Count} elements; it must have one Int32 for each of {outputs} "
                + $"output channels");
        return Array.ConvertAll(bias.Integers!, integer => (int)integer);
    }
}
