using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering.QuantizedFormats;

/// <summary>Steps between codes and the numbers they stand for, for operators that read or write codes themselves.</summary>
internal static class CodeSteps
{
    /// <summary>Operators whose results are elements of their inputs.</summary>
    private static readonly string[] Moving =
    [
        "DepthToSpace", "Expand", "Flatten", "Gather", "MaxPool", "Pad", "Reshape", "Slice", "SpaceToDepth", "Squeeze", "Tile", "Transpose",
        "Unsqueeze",
    ];

    /// <summary>Returns the node with other inputs and result, as an operator of reals.</summary>
    public static NodeView AsReal(NodeView node, string @operator, string[] inputs, string result, params OnnxAttribute[] attributes) =>
        new(new() { Operator = @operator, Name = node.Name, Inputs = [.. inputs], Outputs = [result], Attributes = [.. attributes] },
            node.Opset);

    /// <summary>Returns the tensor of reals that codes stand for.</summary>
    /// <param name="suffix">Ends its name, after the node's result.</param>
    public static DequantizeStep Dequantized(NodeView node, Flow codes, float scale, int zero, string suffix) =>
        new(node, codes, new($"{node.Outputs[0]}:{suffix}", codes.Shape, OnnxDataType.Float), scale, zero);

    /// <summary>Reads an activation input of codes with its scale and zero point.</summary>
    public static (Flow Codes, float Scale, int Zero) Activation(GraphReader graph, NodeView node, int input, int scale, int zero)
    {
        var codes = graph.FlowAt(node, input) ?? throw node.Error($"its input '{node.Inputs[input]}' is constant");
        node.Require(codes.Type is OnnxDataType.UInt8 or OnnxDataType.Int8,
            $"its input '{codes.Name}' is of type {codes.Type}; it must be UInt8 or Int8");
        var (step, zeroPoint) = PerTensor(graph, node, scale, zero, codes.Type);
        return (codes, step, zeroPoint);
    }

    /// <summary>Reads a scale and a zero point of one element.</summary>
    public static (float Scale, int Zero) PerTensor(GraphReader graph, NodeView node, int scale, int zero, OnnxDataType type)
    {
        var step = graph.Constant(node, scale, "scale") ?? throw node.Error("it has no scale");
        if (step.Floats is not [var number]) throw node.Error($"its scale '{step.Name}' must be one positive Float");
        ScaleLimits.Require(node, number);
        return (number, ZeroOf(graph, node, zero, type));
    }

    public static int ZeroOf(GraphReader graph, NodeView node, int input, OnnxDataType type)
    {
        if (graph.Constant(node, input, "zero point") is not { } zero) return 0;
        node.Require(zero.Type == type && zero.Count == 1,
            $"its zero point '{zero.Name}' is of type {zero.Type} with {zero.Count} elements; it must be one {type}");
        return (int)zero.Integers![0];
    }

    /// <summary>Returns the greatest distance of a code from its zero point.</summary>
    /// <param name="zero">The zero point; null: any.</param>
    public static int Farthest(OnnxDataType type, int? zero)
    {
        var (low, high) = TensorEncoder.RangeOf(type);
        return (int)(zero is { } known ? Math.Max(known - low, high - known) : high - low);
    }

    /// <summary>Returns the type of the codes that a node makes: that of its zero point.</summary>
    public static OnnxDataType TypeOf(GraphReader graph, NodeView node, int zero)
    {
        var type = graph.Constant(node, zero, "zero point")?.Type ?? OnnxDataType.UInt8;
        node.Require(type is OnnxDataType.UInt8 or OnnxDataType.Int8, $"its zero point is of type {type}; it must be UInt8 or Int8");
        return type;
    }

    /// <summary>The scale and zero point that made codes; null if no quantizer in the graph did.</summary>
    public static (float Scale, int Zero)? OriginOf(Flow codes) => codes.Producer switch
    {
        QuantizeStep quantize => (quantize.Scale, quantize.ZeroPoint),
        CodeClipStep clip => OriginOf(clip.Inputs[0]),
        _ => null,
    };

    /// <summary>Returns the steps that make floats of codes, each the code itself.</summary>
    public static IEnumerable<Step> Numbers(GraphReader graph, Flow codes)
    {
        var node = codes.Producer!.Node;
        var (_, zero) = OriginOf(codes) ?? throw node.Error($"its result '{codes.Name}' holds codes that no quantizer made");
        var integers = new DequantizeStep(node, codes, new(graph.Fresh($"{codes.Name}:result"), codes.Shape, OnnxDataType.Float), 1, zero)
        {
            IsOfIntegers = true,
        };
        yield return integers;
        yield return StepReaders.Plain(AsReal(node, "Add", [integers.Result.Name], graph.Fresh($"{codes.Name}:numbers")), [integers.Result],
            codes.Shape,
            new BinaryNode("", [], 0, BinaryKind.Add, null, new Constant(new(1), [zero])));
    }

    /// <summary>Reads an operator that moves or selects codes as the same operator of what they stand for, quantized again, which gives the
    /// codes back.</summary>
    public static IEnumerable<Step> Moved(GraphReader graph, NodeView node, Flow codes)
    {
        node.Require(Moving.Contains(node.Operator), $"its input '{codes.Name}' holds codes; operators of codes are QuantizeLinear's own, "
            + $"the layers of integers and {string.Join(", ", Moving)}");
        var (scale, zero) = OriginOf(codes) ?? throw node.Error($"its input '{codes.Name}' holds codes that no quantizer made");
        var real = Dequantized(node, codes, scale, zero, "real");
        yield return real;
        var attributes = node.CopyOfAttributes();
        string moved = node.Outputs[0] + ":moved";
        string[] inputs = [real.Result.Name, .. node.Inputs.Skip(1)];
        if (node.Operator == "Pad" && graph.Constant(node, 2, "value") is { } value)
        {
            node.Require(value.Integers is [_], "its value must be one code");
            inputs[2] = moved + ".value";
            graph.AddConstant(inputs[2], ConstantValue.OfFloats(inputs[2], [], [(value.Integers![0] - zero) * scale]));
        }
        else if (node.Operator == "Pad")
            inputs = [inputs[0], inputs[1], WithZeroCode(graph, moved, scale, zero), .. inputs.Skip(3)];
        var step = StepReaders.Read(graph, AsReal(node, node.Operator, inputs, moved, attributes));
        yield return step;
        yield return new QuantizeStep(node, step.Result, new(node.Outputs[0], step.Result.Shape, codes.Type), scale, zero);
    }

    /// <summary>A Pad of codes without a value pads with the code 0, whatever that stands for.</summary>
    private static string WithZeroCode(GraphReader graph, string moved, float scale, int zero)
    {
        string name = moved + ".value";
        graph.AddConstant(name, ConstantValue.OfFloats(name, [], [-zero * scale]));
        return name;
    }
}
