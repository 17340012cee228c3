using ImcEngine.Importer.Onnx;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>A tensor that depends on the image.</summary>
internal sealed class Flow
{
    public Flow(string name, TensorShape shape, OnnxDataType type)
    {
        (Name, Shape, Type) = (name, shape, type);
        BehindReshapes = this;
    }

    /// <summary>Name in the ONNX graph.</summary>
    public string Name { get; }

    /// <summary>Shape without the batch axis.</summary>
    public TensorShape Shape { get; }

    /// <summary>Element type: Float, Bool, or a quantized type.</summary>
    public OnnxDataType Type { get; }

    /// <summary>The step that makes it; null for the network's input.</summary>
    public Step? Producer { get; private set; }

    /// <summary>The tensor that holds the same elements in the same order, before all reshapes.</summary>
    public Flow BehindReshapes { get; private set; }

    /// <summary>The tensor that holds the same elements, before all moves of elements.</summary>
    public Flow BehindMoves =>
        Producer is PlainStep { Prototype: ReshapeNode or RearrangeNode } move ? move.Inputs[0].BehindMoves : this;

    public List<Step> Readers { get; } = [];

    public void MadeBy(Step step)
    {
        Producer = step;
        if (step is PlainStep { Prototype: ReshapeNode }) BehindReshapes = step.Inputs[0].BehindReshapes;
    }

    /// <summary>Whether it belongs to one image as a whole, without a batch axis in the file, where the batch is 1.</summary>
    public bool IsPerImage { get; init; }

    /// <summary>The sizes of all axes that the file has, of one image.</summary>
    public int[] FileSizes => IsPerImage ? [.. Shape.Sizes] : [1, .. Shape.Sizes];

    /// <summary>Whether it is the network's result, which is read from outside the graph.</summary>
    public bool IsOutput { get; set; }

    /// <summary>The only step that reads this tensor, if nothing else does.</summary>
    public Step? OnlyReader => Readers.Count == 1 && !IsOutput ? Readers[0] : null;
}

/// <summary>One operator over tensors that depend on the image; constants are in its fields.</summary>
internal abstract class Step(NodeView node, Flow[] inputs, Flow result)
{
    public NodeView Node => node;
    public Flow[] Inputs => inputs;
    public Flow Result => result;
}

/// <summary>An operator that one engine node carries out.</summary>
/// <param name="prototype">The node without its name and its tensors.</param>
internal sealed class PlainStep(NodeView node, Flow[] inputs, Flow result, Node prototype) : Step(node, inputs, result)
{
    public Node Prototype => prototype;
}

/// <summary>A convolution or linear layer: result = sum * <paramref name="alpha"/> + bias.</summary>
/// <param name="weights"><c>[outputChannel, channel in group, ky, kx]</c>, or <c>[output, input]</c>.</param>
internal sealed class LayerStep(NodeView node, Flow input, Flow result, ConvGeometry geometry, ConstantValue weights, string weightTensor,
    double alpha, double[]? bias)
    : Step(node, [input], result)
{
    public ConvGeometry Geometry => geometry;
    public ConstantValue Weights => weights;

    /// <summary>The tensor that the node reads as weights, a name that metadata may use besides the initializer's.</summary>
    public string WeightTensor => weightTensor;

    public double Alpha => alpha;
    public double[]? Bias => bias;

    /// <summary>What an operator of integers does with the sums of codes; null for layers of reals.</summary>
    public IntegerResult? Integers { get; private init; }

    /// <summary>Returns this layer as one of integers.</summary>
    /// <param name="result">Name of its result.</param>
    /// <param name="type">Type of its result.</param>
    public LayerStep AsInteger(IntegerResult integers, string result, OnnxDataType type = OnnxDataType.Float) =>
        new(Node, Inputs[0], new(result, Result.Shape, type), geometry, weights, weightTensor, alpha, bias) { Integers = integers };
}

/// <summary>The result of a layer of integers: (sum (w - zw)(q - z) + bias) * Scales[outputChannel].</summary>
/// <param name="Scales">float32 numbers, one per output channel.</param>
/// <param name="Bias">One per output channel; null for none.</param>
/// <param name="PerReal">What the sum of the products of reals is multiplied by to give the same.</param>
internal sealed record IntegerResult(double[] Scales, int[]? Bias, double PerReal);

/// <summary>x * scale[channel] + shift[channel], in double.</summary>
internal sealed class BatchNormStep(NodeView node, Flow input, Flow result, double[] scale, double[] shift) : Step(node, [input], result)
{
    public double[] Scale => scale;
    public double[] Shift => shift;
}

/// <summary>Codes of a float tensor: round(x / Divisor) + zero point, saturated to the type of the result.</summary>
internal sealed class QuantizeStep(NodeView node, Flow input, Flow result, float scale, int zeroPoint) : Step(node, [input], result)
{
    /// <summary>The number that a step of the codes stands for.</summary>
    public float Scale => scale;

    /// <summary>The scale, unless the input is in units of it already.</summary>
    public float Divisor { get => field == 0 ? scale : field; init; }

    public int ZeroPoint => zeroPoint;

    /// <summary>Whether the zero point is added before rounding.</summary>
    public bool RoundsWithZero { get; init; }

    public Rounding Rounding { get; init; }
}

/// <summary>A Clip of codes.</summary>
internal sealed class CodeClipStep(NodeView node, Flow input, Flow result, int least, int most) : Step(node, [input], result)
{
    public int Least => least;
    public int Most => most;
}

internal sealed class DequantizeStep : Step
{
    public DequantizeStep(NodeView node, Flow input, Flow result, float scale, int zeroPoint)
        : this(node, [input], result, scale, zeroPoint)
    {
    }

    private DequantizeStep(NodeView node, Flow[] inputs, Flow result, float scale, int zeroPoint) : base(node, inputs, result) =>
        (Scale, ZeroPoint) = (scale, zeroPoint);

    public float Scale { get; }
    public int ZeroPoint { get; }

    /// <summary>Whether it makes the integers code - zero point, for an operator that sums them.</summary>
    public bool IsOfIntegers { get; init; }

    /// <summary>The zero point that each image has for itself; null for <see cref="ZeroPoint"/>.</summary>
    public Flow? ZeroOfImage => Inputs.Length > 1 ? Inputs[1] : null;

    /// <summary>Makes the integers code - zero point, for zero points that each image has for itself.</summary>
    public static DequantizeStep OfImage(NodeView node, Flow codes, Flow zero, Flow result) =>
        new(node, [codes, zero], result, 1, 0) { IsOfIntegers = true };
}

/// <summary>Codes of 8 bits by a scale and a zero point that each image has for itself.</summary>
internal sealed class DynamicQuantizeStep(NodeView node, Flow input, Flow scale, Flow zero, Flow result)
    : Step(node, [input, scale, zero], result);
