using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>
/// A small MobileNet of 8 bits, in the dialect of a subclass:
/// <code>
/// image 3x16x16 -> stem, stride 2 -> depthwise, pointwise -> depthwise, stride 2, pointwise
///   -> residual block (expanded, depthwise, projected, added) -> mean -> 10 classes
/// </code>
/// Weights have a step for each output channel, activations a zero point.
/// </summary>
internal abstract class DepthwiseWriter(NetworkWriter writer, bool isSigned = false)
{
    public const int Layers = 9;

    protected static readonly Grid Image = new(4f / 255, 114), Rectified = new(6.4f / 255, 9), Projected = new(9f / 255, 131),
        Sum = new(11f / 255, 117), Mean = new(5f / 255, 61), Logits = new(24f / 255, 120);

    private readonly List<Tensor> _tensors = [];

    /// <summary>Codes q that stand for (q - Zero) * Scale.</summary>
    protected sealed record Grid(float Scale, int Zero);

    /// <param name="Name">Of the dialect's tensor: codes, or the reals that they stand for.</param>
    protected sealed record Tensor(string Name, Grid Grid);

    /// <param name="MostCode">The largest weight code by magnitude.</param>
    protected sealed record Shape(int Inputs, int Outputs, int Kernel, int Stride, int Groups, int MostCode = 127)
    {
        public int PerOutput => Inputs / Groups * Kernel * Kernel;
    }

    protected NetworkWriter Writer => writer;

    /// <summary>The network, whose output is a quantized tensor: the logits, or one before them.</summary>
    /// <param name="tensor">Number of the tensor in execution order; null: the logits.</param>
    public OnnxModel Write(int? tensor = null)
    {
        var x = Layer(Start(), new(3, 8, 3, 2, 1), rectifies: true);
        x = Layer(Layer(x, new(8, 8, 3, 1, 8), rectifies: true), new(8, 16, 1, 1, 1), rectifies: true);
        x = Layer(Layer(x, new(16, 16, 3, 2, 16), rectifies: true), new(16, 24, 1, 1, 1), rectifies: false);
        var wide = Layer(Layer(x, new(24, 48, 1, 1, 1), rectifies: true), new(48, 48, 3, 1, 48), rectifies: true);
        x = Added(x, Layer(wide, new(48, 24, 1, 1, 1), rectifies: false));
        var logits = Classified(Averaged(x), 24, 10);
        return Writer.Build(Reals(tensor is { } number ? _tensors[number] : logits));
    }

    protected abstract Tensor Start();

    protected abstract Tensor Layer(Tensor x, Shape shape, bool rectifies);

    protected abstract Tensor Added(Tensor x, Tensor y);

    protected abstract Tensor Averaged(Tensor x);

    protected abstract Tensor Classified(Tensor x, int inputs, int outputs);

    /// <summary>The reals that a tensor of the dialect stands for.</summary>
    protected virtual string Reals(Tensor tensor) => tensor.Name;

    protected Tensor Made(string name, Grid grid)
    {
        _tensors.Add(new(name, grid));
        return _tensors[^1];
    }

    /// <summary>Steps of weights, one an output, under which activations keep their magnitude.</summary>
    protected float[] Steps(Shape shape)
    {
        float most = MathF.Sqrt(6f / shape.PerOutput) / shape.MostCode;
        return Writer.Drawn(shape.Outputs, 0.6f * most, 1.2f * most);
    }

    protected int[] Codes(Shape shape) => Writer.DrawnCodes((long)shape.Outputs * shape.PerOutput, -shape.MostCode, shape.MostCode);

    protected float[] Bias(int outputs) => Writer.Drawn(outputs, -0.5f, 0.8f);

    /// <summary>Activations of int8 have the codes of uint8 less 128.</summary>
    protected string[] Parameters(Grid grid) => [Writer.Float(grid.Scale), isSigned
        ? Writer.Codes([], [grid.Zero - 128], OnnxDataType.Int8) : Writer.Codes([], [grid.Zero], OnnxDataType.UInt8)];

    /// <summary>Zero points of symmetric weights.</summary>
    protected string Zeros(int outputs) => Writer.Codes([outputs], new int[outputs], OnnxDataType.Int8);

    /// <summary>QuantizeLinear and DequantizeLinear.</summary>
    protected Tensor Quantized(string reals, Grid grid)
    {
        string[] parameters = Parameters(grid);
        return Made(Writer.Node("DequantizeLinear", [Writer.Node("QuantizeLinear", [reals, .. parameters]), .. parameters]), grid);
    }

    /// <summary>Weight codes, dequantized along an axis of output channels.</summary>
    protected string Dequantized(long[] dims, int[] codes, float[] steps, long axis) => Writer.Node("DequantizeLinear",
        [Writer.Codes(dims, codes, OnnxDataType.Int8), Writer.Floats([steps.Length], steps), Zeros(steps.Length)], Attribute("axis", axis));
}
