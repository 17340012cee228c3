using ImcEngine.Importer.Lowering.QuantizedFormats;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>Turns an operator over image-dependent tensors into a step.</summary>
internal static class StepReaders
{
    private const string Own = "Abs, Add, ArgMax, ArgMin, AveragePool, BatchNormalization, Cast, CastLike, Ceil, Celu, Clip, Concat, "
        + "Constant, ConstantOfShape, Conv, ConvInteger, ConvTranspose, "
        + "DepthToSpace, DequantizeLinear, Div, Dropout, DynamicQuantizeLinear, Einsum, Elu, Equal, Erf, Exp, Expand, Flatten, "
        + "Floor, Gather, "
        + "Gelu, Gemm, "
        + "GlobalAveragePool, GlobalMaxPool, Greater, GreaterOrEqual, GroupNormalization, HardSigmoid, HardSwish, Identity, "
        + "InstanceNormalization, LRN, LayerNormalization, LeakyRelu, Less, LessOrEqual, Log, LogSoftmax, MatMul, MatMulInteger, "
        + "Max, MaxPool, "
        + "Mean, Min, Mish, Mul, Neg, Not, PRelu, Pad, Pow, QLinearConv, QLinearMatMul, QuantizeLinear, Range, Reciprocal, "
        + "ReduceL1, ReduceL2, ReduceLogSum, ReduceLogSumExp, ReduceMax, ReduceMean, ReduceMin, ReduceProd, ReduceSum, "
        + "ReduceSumSquare, Relu, Reshape, Resize, Round, Selu, Shape, Sigmoid, Sign, Slice, Softmax, Softplus, Softsign, "
        + "SpaceToDepth, Split, Sqrt, Squeeze, Sub, Sum, Swish, Tanh, ThresholdedRelu, Tile, TopK, Transpose, Unsqueeze, Upsample, "
        + "Where";

    /// <summary>The operators that are read, for messages.</summary>
    internal static readonly string Supported = $"{Own}; under other domains {ForeignOperators.Names}";

    /// <exception cref="ModelException">The operator, an attribute or the combination is not supported.</exception>
    public static Step Read(GraphReader graph, NodeView node) => node.Operator switch
    {
        "Conv" => LayerReaders.Conv(graph, node),
        "Gemm" => LayerReaders.Gemm(graph, node),
        "MatMul" => LayerReaders.MatMul(graph, node),
        "BatchNormalization" => LayerReaders.BatchNorm(graph, node),
        "QuantizeLinear" => Quantize(graph, node),
        "DequantizeLinear" => Dequantize(graph, node),
        "Clip" => Clip(graph, node),
        "Not" => Bools(graph, node, UnaryKind.Not, OnnxDataType.Bool),
        "Cast" => Cast(graph, node),
        "Add" => Binary(graph, node, BinaryKind.Add),
        "Sub" => Binary(graph, node, BinaryKind.Sub),
        "Mul" => Binary(graph, node, BinaryKind.Mul),
        "Div" => Binary(graph, node, BinaryKind.Div),
        "Equal" => Binary(graph, node, BinaryKind.Equal),
        "Greater" => Binary(graph, node, BinaryKind.Greater),
        "GreaterOrEqual" => Binary(graph, node, BinaryKind.GreaterOrEqual),
        "Less" => Binary(graph, node, BinaryKind.Less),
        "LessOrEqual" => Binary(graph, node, BinaryKind.LessOrEqual),
        "Sum" => Variadic(graph, node, VariadicKind.Sum),
        "Mean" => Variadic(graph, node, VariadicKind.Mean),
        "Max" => Variadic(graph, node, VariadicKind.Max),
        "Min" => Variadic(graph, node, VariadicKind.Min),
        "Pow" => FunctionReaders.Pow(graph, node),
        "Where" => Where(graph, node),
        "PRelu" => PRelu(graph, node),
        "MaxPool" => PoolReaders.Pool(graph, node, PoolKind.Max),
        "AveragePool" => PoolReaders.Pool(graph, node, PoolKind.Average),
        "ConvTranspose" => TransposedConvolutionReader.Read(graph, node),
        "ArgMax" => ReduceReaders.ExtremeIndex(graph, node, isLeast: false),
        "ArgMin" => ReduceReaders.ExtremeIndex(graph, node, isLeast: true),
        "GlobalAveragePool" => ReduceReaders.Global(graph, node, ReduceKind.Mean),
        "GlobalMaxPool" => ReduceReaders.Global(graph, node, ReduceKind.Max),
        "Pad" => PoolReaders.Pad(graph, node),
        "Flatten" or "Reshape" or "Squeeze" or "Unsqueeze" => ShapeReaders.Reshape(graph, node),
        "Concat" => ShapeReaders.Concat(graph, node),
        "Transpose" => ArrangementReaders.Transpose(graph, node),
        "Slice" => ArrangementReaders.Slice(graph, node),
        "Gather" => ArrangementReaders.Gather(graph, node),
        "Expand" => ArrangementReaders.Expand(graph, node),
        "Resize" => ResizeReader.Read(graph, node),
        "Tile" => ArrangementReaders.Tile(graph, node),
        "DepthToSpace" => ArrangementReaders.DepthToSpace(graph, node),
        "SpaceToDepth" => ArrangementReaders.SpaceToDepth(graph, node),
        "Softmax" => NormalizationReaders.Softmax(graph, node, isLog: false),
        "LogSoftmax" => NormalizationReaders.Softmax(graph, node, isLog: true),
        "LRN" => NormalizationReaders.LocalResponse(graph, node),
        "InstanceNormalization" => NormalizationReaders.Instance(graph, node),
        "GroupNormalization" => NormalizationReaders.Group(graph, node),
        "LayerNormalization" => NormalizationReaders.Layer(graph, node),
        _ when ReduceReaders.KindOf(node.Operator) is { } kind => ReduceReaders.Reduce(graph, node, kind),
        _ when FunctionReaders.Prototype(node) is { } function => FunctionReaders.Read(graph, node, function),
        _ => throw node.Error($"the operator is not supported here{NearestForms.Of(node.Operator)}; supported are {Supported}"),
    };

    public static PlainStep Plain(NodeView node, Flow[] inputs, TensorShape shape, Node prototype,
        OnnxDataType type = OnnxDataType.Float) =>
        new(node, inputs, new(node.Outputs[0], shape, type), prototype);

    private static PlainStep Bools(GraphReader graph, NodeView node, UnaryKind kind, OnnxDataType result)
    {
        node.AllowAttributes();
        var x = graph.FlowAt(node, 0);
        node.Require(x is { Type: OnnxDataType.Bool }, "its input must be a bool tensor that depends on the image");
        return new(node, [x!], graph.Made(node, x!.FileSizes, result), new UnaryNode("", [], 0, kind));
    }

    private static PlainStep Cast(GraphReader graph, NodeView node)
    {
        node.AllowAttributes("to", "saturate", "round_mode");
        node.Flag("saturate", true);
        var to = (OnnxDataType)node.Int("to", 0);
        var x = graph.FlowAt(node, 0) ?? throw node.Error("its input is constant");
        UnaryKind? kind = (x.Type, to) switch
        {
            (_, OnnxDataType.Float) when IntegerInput.IsIn(x, graph.Input) => UnaryKind.Round,
            (OnnxDataType.Float16, OnnxDataType.Float) or (OnnxDataType.Float, OnnxDataType.Float16) => UnaryKind.Float16,
            (OnnxDataType.BFloat16, OnnxDataType.Float) or (OnnxDataType.Float, OnnxDataType.BFloat16) => UnaryKind.BFloat16,
            (OnnxDataType.Bool or OnnxDataType.Int32 or OnnxDataType.Int64 or OnnxDataType.Float, OnnxDataType.Float) => UnaryKind.Identity,
            _ => null,
        };
        node.Require(kind is not null,
            $"it casts {x.Type} to {to}; supported are Bool, Int32, Int64, Float16, BFloat16 and an image of integers to "
            + $"Float, and Float to Float16 and BFloat16");
        return new(node, [x], graph.Made(node, x.FileSizes, to), new UnaryNode("", [], 0, kind!.Value));
    }

    private static QuantizeStep Quantize(GraphReader graph, NodeView node)
    {
        var x = graph.FloatFlow(node, 0);
        var zeroPoint = graph.Constant(node, 2, "zero point");
        var (scale, zero) = PerTensor(graph, node, zeroPoint);
        return new(node, x, new(node.Outputs[0], x.Shape, ConstantQuantization.QuantizedType(node, zeroPoint)), scale, zero);
    }

    private static DequantizeStep Dequantize(GraphReader graph, NodeView node)
    {
        var x = graph.FlowAt(node, 0) ?? throw node.Error("its input is constant");
        node.Require(ConstantQuantization.IsQuantized(x.Type),
            $"its input '{x.Name}' is of type {x.Type}; it must come from QuantizeLinear");
        var zeroPoint = graph.Constant(node, 2, "zero point");
        ConstantQuantization.RequireDequantized(node, x.Type, zeroPoint);
        var (scale, zero) = PerTensor(graph, node, zeroPoint);
        return new(node, x, new(node.Outputs[0], x.Shape, OnnxDataType.Float), scale, zero);
    }

    private static (float Scale, int ZeroPoint) PerTensor(GraphReader graph, NodeView node, ConstantValue? zeroPoint)
    {
        var scale = graph.Constant(node, 1, "scale") ?? throw node.Error("it has no scale");
        node.Require(scale.Count == 1, $"it has {scale.Count} scales; activations are quantized per tensor, with one");
        var (scales, zeros, _) = ConstantQuantization.Parameters(node, [], scale, zeroPoint);
        return (scales[0], zeros[0]);
    }

    private static Step Clip(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var x = graph.FlowAt(node, 0) ?? throw node.Error("its input is constant, a bound depends on the image");
        var low = graph.Constant(node, 1, "lower bound");
        var high = graph.Constant(node, 2, "upper bound");
        node.Require((low?.Count ?? 1) == 1 && (high?.Count ?? 1) == 1, "its bounds must be single numbers");
        foreach (var bound in new[] { low, high }.OfType<ConstantValue>())
            node.Require(bound.Type == x.Type,
                $"its bound '{bound.Name}' is of type {bound.Type}, its input of type {x.Type}; its bounds must be of its input's type");
        if (ConstantQuantization.IsQuantized(x.Type))
        {
            node.Require(node.Opset >= 12, $"it clips codes since opset 12; the model is of opset {node.Opset}");
            var (least, most) = TensorEncoder.RangeOf(x.Type);
            least = Math.Max(least, low?.Integers![0] ?? least);
            most = Math.Min(most, high?.Integers![0] ?? most);
            node.Require(least <= most, $"its lower bound {least} exceeds its upper bound {most}");
            return new CodeClipStep(node, x, new(node.Outputs[0], x.Shape, x.Type), (int)least, (int)most);
        }
        x = graph.FloatFlow(node, 0);
        float from = low?.Floats![0] ?? float.NegativeInfinity, to = high?.Floats![0] ?? float.PositiveInfinity;
        node.Require(from <= to, $"its lower bound {from} exceeds its upper bound {to}");
        return Plain(node, [x], x.Shape, new ClipNode("", [], 0, from, to));
    }

    public static PlainStep Binary(GraphReader graph, NodeView node, BinaryKind kind)
    {
        node.AllowAttributes();
        node.Require(kind != BinaryKind.Equal || node.Opset >= 11,
            $"it compares floats since opset 11; the model is of opset {node.Opset}");
        var (flows, constants, sizes) = Operands(graph, node, [0, 1]);
        bool compares = kind is not (BinaryKind.Add or BinaryKind.Sub or BinaryKind.Mul or BinaryKind.Div or BinaryKind.Pow);
        return new(node, flows, graph.Made(node, sizes, compares ? OnnxDataType.Bool : OnnxDataType.Float),
            new BinaryNode("", [], 0, kind, constants[0], constants[1]));
    }

    /// <summary>A Sum of two operands becomes an Add, and a Max or Min with one constant a Clip.</summary>
    private static PlainStep Variadic(GraphReader graph, NodeView node, VariadicKind kind)
    {
        node.AllowAttributes();
        var (flows, constants, sizes) = Operands(graph, node, [.. Enumerable.Range(0, node.Inputs.Count)]);
        float? bound = constants.OfType<Constant>().ToArray() is [{ Elements: [float one] }] ? one : null;
        bool isClip = bound is not null && flows is [var only] && only.FileSizes.AsSpan().SequenceEqual(sizes);
        Node prototype = kind switch
        {
            _ when constants.Length == 1 => new UnaryNode("", [], 0, UnaryKind.Identity),
            VariadicKind.Sum when constants.Length == 2 => new BinaryNode("", [], 0, BinaryKind.Add, constants[0], constants[1]),
            VariadicKind.Max when isClip => new ClipNode("", [], 0, bound!.Value, float.PositiveInfinity),
            VariadicKind.Min when isClip => new ClipNode("", [], 0, float.NegativeInfinity, bound!.Value),
            _ => new VariadicNode("", [], 0, kind, constants),
        };
        return new(node, flows, graph.Made(node, sizes, OnnxDataType.Float), prototype);
    }

    private static PlainStep Where(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var condition = graph.FlowAt(node, 0)
            ?? throw node.Error("its condition is constant, its choices depend on the image; that is not supported");
        node.Require(condition.Type == OnnxDataType.Bool, $"its condition is of type {condition.Type}; it must be Bool");
        var (flows, constants, sizes) = Operands(graph, node, [1, 2], condition);
        return new(node, [condition, .. flows], graph.Made(node, sizes, OnnxDataType.Float),
            new WhereNode("", [], 0, constants[0], constants[1]));
    }

    /// <summary>Returns the float operands of a broadcasting operator, its tensors, and its constants at their positions; and the sizes in
    /// the file of what they broadcast to.</summary>
    /// <param name="with">A tensor that broadcasts with them.</param>
    private static (Flow[] Flows, Constant?[] Constants, int[] FileSizes) Operands(GraphReader graph, NodeView node, int[] inputs,
        Flow? with = null)
    {
        var flows = inputs.Where(input => graph.FlowAt(node, input) is not null).Select(input => graph.OperandFlow(node, input)).ToArray();
        Flow[] all = with is null ? flows : [with, .. flows];
        bool isPerImage = Array.TrueForAll(all, flow => flow.IsPerImage);
        int rank = all.Max(flow => flow.Shape.Rank);
        foreach (var flow in all)
            node.Require(flow.Shape.Rank == rank || flow.IsPerImage,
                $"its operands have different numbers of axes ('{flow.Name}' has {flow.Shape} without the batch); that would mix images");
        Constant Operand(ConstantValue constant) => !isPerImage ? GraphReader.Operand(node, constant, rank)
            : new(new(constant.Dims), GraphReader.Floats(node, constant));
        var constants = Array.ConvertAll(inputs,
            input => graph.FlowAt(node, input) is not null ? null : Operand(graph.Constant(node, input, "operand")!));
        int[] sizes = [];
        foreach (var operand in all.Select(flow => flow.Shape).Concat(constants.OfType<Constant>().Select(constant => constant.Shape)))
            sizes = Broadcasting.Shape(sizes, operand.Sizes)
                ?? throw node.Error($"its operands' shapes do not broadcast ({operand} against [{string.Join(", ", sizes)}])");
        return (flows, constants, isPerImage ? sizes : [1, .. sizes]);
    }

    private static PlainStep PRelu(GraphReader graph, NodeView node)
    {
        node.AllowAttributes();
        var x = graph.FloatFlow(node, 0);
        var slopes = GraphReader.Operand(node, graph.Constant(node, 1, "slope") ?? throw node.Error("it has no slope"), x.Shape.Rank);
        float[]? elements = slopes.Elements.Length == 1 ? slopes.Elements : ChannelConstants.PerChannel(slopes, x.Shape);
        return Plain(node, [x], x.Shape,
            new PReluNode("", [], 0,
                elements ?? throw node.Error($"its slope has shape {slopes.Shape}; supported are one number and one per channel")));
    }
}
