using ImcEngine.Importer.Onnx;
using ImcEngine.Mapping;
using ImcEngine.Networks;

namespace ImcEngine.Importer.Lowering;

/// <summary>A tensor that depends on the image.</summary>
/// <param name="name">As in the ONNX graph.</param>
/// <param name="shape">Batch axis left out.</param>
/// <param name="type">Float, Bool, or a quantized type.</param>
internal sealed class Flow(string name, TensorShape shape, OnnxDataType type)
{
    public string Name => name;
    public TensorShape Shape => shape;
    public OnnxDataType Type => type;

    /// <summary>Null: the network's input.</summary>
    public Step? Producer { get; set; }

    public List<Step> Readers { get; } = [];

    /// <summary>The network's result: it is read from outside the graph.</summary>
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
/// <param name="prototype">The node but for its name and its tensors.</param>
internal sealed class PlainStep(NodeView node, Flow[] inputs, Flow result, Node prototype) : Step(node, inputs, result)
{
    public Node Prototype => prototype;
}

/// <summary>A convolution or linear layer: result = sum * <paramref name="alpha"/> + bias.</summary>
/// <param name="weights"><c>[outputChannel, channel in group, ky, kx]</c>, or <c>[output, input]</c>.</param>
internal sealed class LayerStep(NodeView node, Flow input, Flow result, ConvGeometry geometry, ConstantValue weights, string weightTensor, double alpha, double[]? bias)
    : Step(node, [input], result)
{
    public ConvGeometry Geometry => geometry;
    public ConstantValue Weights => weights;

    /// <summary>What the node reads as weights: the name that metadata may use besides the initializer's.</summary>
    public string WeightTensor => weightTensor;

    public double Alpha => alpha;
    public double[]? Bias => bias;
}

/// <summary>x * scale[channel] + shift[channel], in double.</summary>
internal sealed class BatchNormStep(NodeView node, Flow input, Flow result, double[] scale, double[] shift) : Step(node, [input], result)
{
    public double[] Scale => scale;
    public double[] Shift => shift;
}

internal sealed class QuantizeStep(NodeView node, Flow input, Flow result, float scale, int zeroPoint) : Step(node, [input], result)
{
    public float Scale => scale;
    public int ZeroPoint => zeroPoint;
}

/// <summary>A Clip of codes.</summary>
internal sealed class CodeClipStep(NodeView node, Flow input, Flow result, int least, int most) : Step(node, [input], result)
{
    public int Least => least;
    public int Most => most;
}

internal sealed class DequantizeStep(NodeView node, Flow input, Flow result, float scale, int zeroPoint) : Step(node, [input], result)
{
    public float Scale => scale;
    public int ZeroPoint => zeroPoint;
}
