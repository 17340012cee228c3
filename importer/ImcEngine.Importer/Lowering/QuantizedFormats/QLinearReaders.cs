using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>
/// OnnxRuntime's operators of codes that are no layers: the operator of reals between DequantizeLinear and a quantizer that adds the zero
/// point before it rounds. QLinearGlobalAveragePool rounds float32(sum of (q - z)) * float32(sx / (sy * n)) as a layer of integers does,
/// and so does QLinearAveragePool where its one window is the whole image.
/// </summary>
internal static class QLinearReaders
{
    /// <summary>Returns the steps of these operators; null for every other operator.</summary>
    public static IEnumerable<Step>? Read(GraphReader graph, NodeView node) => node.Operator switch
    {
        "QLinearAdd" => Reals(graph, node, "Add", [(0, 1, 2), (3, 4, 5)], 6, 7),
        "QLinearMul" => Reals(graph, node, "Mul", [(0, 1, 2), (3, 4, 5)], 6, 7),
        "QLinearLeakyRelu" => Reals(graph, node, "LeakyRelu", [(0, 1, 2)], 3, 4, roundsWithZero: false),
        "QLinearSigmoid" => Reals(graph, node, "Sigmoid", [(0, 1, 2)], 3, 4, roundsWithZero: false),
        "QLinearAveragePool" when TakesWholeImage(graph, node) => GlobalAverage(graph, node,
            "auto_pad", "ceil_mode", "channels_last", "count_include_pad", "kernel_shape", "pads", "strides"),
        "QLinearAveragePool" => Reals(graph, node, "AveragePool", [(0, 1, 2)], 3, 4),
        "QLinearConcat" => Reals(graph, node, "Concat", Parts(node), 0, 1, roundsWithZero: false),
        "QLinearGlobalAveragePool" => GlobalAverage(graph, node, "channels_last"),
        _ => null,
    };

    private static IEnumerable<Step> Reals(GraphReader graph, NodeView node, string real, (int X, int Scale, int Zero)[] inputs, int scale,
        int zero, bool roundsWithZero = true)
    {
        var names = new string[inputs.Length];
        for (int i = 0; i < inputs.Length; i++)
        {
            var at = inputs[i];
            names[i] = $"{node.Outputs[0]}:real{i}";
            if (graph.FlowAt(node, at.X) is null)
            {
                var codes = graph.Constant(node, at.X, "input")!;
                graph.AddConstant(names[i], ConstantQuantization.Dequantized(node, codes,
                    graph.Constant(node, at.Scale, "scale") ?? throw node.Error("it has no scale"),
                    graph.Constant(node, at.Zero, "zero point"), 0));
                continue;
            }
            var (flow, step, zeroPoint) = CodeSteps.Activation(graph, node, at.X, at.Scale, at.Zero);
            yield return CodeSteps.Dequantized(node, flow, step, zeroPoint, $"real{i}");
        }
        RequireChannelsFirst(node);
        string name = node.Outputs[0] + ":made";
        var attributes = Array.FindAll(node.CopyOfAttributes(), attribute => attribute.Name != "channels_last");
        var made = StepReaders.Read(graph, CodeSteps.AsReal(node, real, names, name, attributes));
        yield return made;
        yield return Quantized(graph, node, made.Result, scale, zero, roundsWithZero);
    }

    /// <summary>Returns where the tensors of a QLinearConcat stand. OnnxRuntime reads a zero point for each, absent or not, which ends the
    /// process.</summary>
    private static (int X, int Scale, int Zero)[] Parts(NodeView node)
    {
        int parts = (node.Inputs.Count - 2) / 3;
        node.Require((3 * parts) + 2 == node.Inputs.Count && Enumerable.Range(0, node.Inputs.Count).All(node.HasInput),
            $"it has {node.Inputs.Count} inputs, some of them absent; it must have the result's scale and zero point, then tensor, scale "
                + $"and zero point of each part");
        return [.. Enumerable.Range(0, parts).Select(part => ((3 * part) + 2, (3 * part) + 3, (3 * part) + 4))];
    }

    private static bool TakesWholeImage(GraphReader graph, NodeView node) =>
        graph.FlowAt(node, 0) is { Shape.Rank: 3 } image && node.Ints("kernel_shape") is [var height, var width]
            && height == image.Shape[1] && width == image.Shape[2] && node.Text("auto_pad", "NOTSET") is "NOTSET" or "VALID"
            && node.Ints("pads")?.AsSpan().ContainsAnyExcept(0L) != true;

    private static IEnumerable<Step> GlobalAverage(GraphReader graph, NodeView node, params string[] attributes)
    {
        node.AllowAttributes(attributes);
        RequireChannelsFirst(node);
        var (codes, scale, zero) = CodeSteps.Activation(graph, node, 0, 1, 2);
        node.Require(codes.Shape.Rank == 3, $"its input has shape {codes.Shape} without the batch; it must be [channel, y, x]");
        var type = CodeSteps.TypeOf(graph, node, 4);
        var (resultScale, resultZero) = CodeSteps.PerTensor(graph, node, 3, 4, type);
        var integers = new DequantizeStep(node, codes, new(node.Outputs[0] + ":integers", codes.Shape, OnnxDataType.Float), 1, zero)
        {
            IsOfIntegers = true,
        };
        yield return integers;
        int pixels = codes.Shape[1] * codes.Shape[2];
        var sums = StepReaders.Plain(CodeSteps.AsReal(node, node.Operator, [integers.Result.Name], node.Outputs[0] + ":sums"),
            [integers.Result], new(codes.Shape[0], 1, 1), new ReduceNode("", [], 0, ReduceKind.Sum, [1, 2]));
        yield return sums;
        float factor = scale / (resultScale * pixels);
        var means = StepReaders.Plain(CodeSteps.AsReal(node, node.Operator, [sums.Result.Name], node.Outputs[0] + ":means"), [sums.Result],
            sums.Result.Shape, new BinaryNode("", [], 0, BinaryKind.Mul, null, new Constant(new(1), [factor])));
        yield return means;
        yield return new QuantizeStep(node, means.Result, new(node.Outputs[0], means.Result.Shape, type), resultScale, resultZero)
        {
            Divisor = 1,
        };
    }

    private static QuantizeStep Quantized(GraphReader graph, NodeView node, Flow real, int scale, int zero, bool roundsWithZero)
    {
        var type = CodeSteps.TypeOf(graph, node, zero);
        var (resultScale, resultZero) = CodeSteps.PerTensor(graph, node, scale, zero, type);
        return new(node, real, new(node.Outputs[0], real.Shape, type), resultScale, resultZero) { RoundsWithZero = roundsWithZero };
    }

    private static void RequireChannelsFirst(NodeView node) =>
        node.Require(node.Int("channels_last", 0) == 0, "channels_last is not supported; channels must come before y and x");
}
