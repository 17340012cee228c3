using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>As PyTorch exports a network of its quantizer: biases of floats, the mean over [y, x],
/// quantized again where it is read.</summary>
/// <param name="clips">Bounds are a node; else the quantizer's range is the bound, behind a Relu.</param>
/// <param name="isSigned">Activations are int8, as its quantizer for mobile processors has them.</param>
internal sealed class TorchDepthwise(bool clips, bool isSigned = false)
    : DepthwiseWriter(new(17, [-1, 3, 16, 16], irVersion: 8), isSigned)
{
    protected override Tensor Start() => Quantized("x", Image);

    protected override Tensor Layer(Tensor x, Shape shape, bool rectifies)
    {
        string weights = Dequantized([shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel], Codes(shape),
            Steps(shape), 0);
        string made = Writer.Node("Conv", [x.Name, weights, Writer.Floats([shape.Outputs], Bias(shape.Outputs))],
            Window(shape.Kernel, shape.Stride, shape.Kernel / 2, Attribute("group", (long)shape.Groups)));
        if (!rectifies) return Quantized(made, Projected);
        return clips ? Quantized(Writer.Clip(made, 0, 6), Rectified) : Quantized(Writer.Relu(made), new(6f / 255, 0));
    }

    protected override Tensor Added(Tensor x, Tensor y) => Quantized(Writer.Add(x.Name, y.Name), Sum);

    protected override Tensor Averaged(Tensor x) => clips
        ? Quantized(Writer.Reshape(Quantized(Writer.Mean(x.Name, keeps: true, -1, -2), Mean).Name, -1, 24), Mean)
        : Quantized(Writer.Flatten(Quantized(Writer.Node("GlobalAveragePool", x.Name), Mean).Name), Mean);

    protected override Tensor Classified(Tensor x, int inputs, int outputs)
    {
        var shape = new Shape(inputs, outputs, 1, 1, 1);
        string weights = Dequantized([outputs, inputs], Codes(shape), Steps(shape), 0);
        return Quantized(Writer.Node("Gemm", [x.Name, weights, Writer.Floats([outputs], Bias(outputs))], Attribute("transB", 1L)), Logits);
    }
}

/// <summary>As tf2onnx writes a network that Keras trained for its quantization: [y, x, channel], kernels quantized as [y, x, input,
/// output] or [y, x, channel, 1] and turned by nodes behind.</summary>
/// <param name="norm">What became of a batch norm: a bias, Mul and Add, or itself.</param>
internal sealed class KerasDepthwise(KerasNorm norm) : DepthwiseWriter(new(13, [-1, 16, 16, 3], irVersion: 7))
{
    protected override Tensor Start() => Quantized("x", Image);

    protected override Tensor Layer(Tensor x, Shape shape, bool rectifies)
    {
        string made = Writer.Node("Conv", [Writer.Transpose(x.Name, 0, 3, 1, 2), Kernel(shape)],
            Attribute("kernel_shape", shape.Kernel, shape.Kernel), Attribute("strides", shape.Stride, shape.Stride),
            Attribute("auto_pad", "SAME_UPPER"), Attribute("group", (long)shape.Groups));
        made = norm switch
        {
            KerasNorm.Operator => Writer.Transpose(Writer.BatchNorm(made, shape.Outputs), 0, 2, 3, 1),
            KerasNorm.MulAdd => Writer.Add(Writer.Mul(Writer.Transpose(made, 0, 2, 3, 1), Writer.Vector(shape.Outputs, 0.7f, 1.3f)),
                Writer.Floats([shape.Outputs], Bias(shape.Outputs))),
            _ => Writer.Transpose(Writer.Add(made, Writer.Floats([1, shape.Outputs, 1, 1], Bias(shape.Outputs))), 0, 2, 3, 1),
        };
        return rectifies ? Quantized(Writer.Node("Min", [Writer.Relu(made), Writer.Float(6)]), Rectified) : Quantized(made, Projected);
    }

    private string Kernel(Shape shape)
    {
        bool isDepthwise = shape.Groups > 1;
        long[] dims = isDepthwise ? [shape.Kernel, shape.Kernel, shape.Outputs, 1]
            : [shape.Kernel, shape.Kernel, shape.Inputs, shape.Outputs];
        // Floats that a quantizer of weights rounds, along the axis of outputs.
        long axis = isDepthwise ? 2 : 3;
        string[] parameters = [Writer.Floats([shape.Outputs], Steps(shape)), Zeros(shape.Outputs)];
        string codes = Writer.Node("QuantizeLinear", [Writer.Floats(dims, Writer.DrawnWeights(dims, shape.PerOutput)), .. parameters],
            Attribute("axis", axis));
        string kernel = Writer.Node("DequantizeLinear", [codes, .. parameters], Attribute("axis", axis));
        if (isDepthwise) kernel = Writer.Reshape(kernel, shape.Kernel, shape.Kernel, 1, shape.Outputs);
        return Writer.Transpose(kernel, 3, 2, 0, 1);
    }

    protected override Tensor Added(Tensor x, Tensor y) => Quantized(Writer.Add(x.Name, y.Name), Sum);

    protected override Tensor Averaged(Tensor x) => Quantized(Writer.Mean(x.Name, keeps: false, 1, 2), Mean);

    protected override Tensor Classified(Tensor x, int inputs, int outputs)
    {
        var shape = new Shape(inputs, outputs, 1, 1, 1);
        string product = Writer.Node("MatMul", [x.Name, Dequantized([inputs, outputs], Codes(shape), Steps(shape), 1)]);
        return Quantized(Writer.Add(product, Writer.Floats([outputs], Bias(outputs))), Logits);
    }
}

/// <summary>What the batch norms of a Keras network became.</summary>
public enum KerasNorm
{
    /// <summary>A bias that an Add adds.</summary>
    Bias,

    /// <summary>Mul and Add behind the Transpose to channels last.</summary>
    MulAdd,

    /// <summary>BatchNormalization.</summary>
    Operator,
}

/// <summary>As OnnxRuntime's static quantization writes a network in the format QDQ:
/// biases are int32, bounds are the quantizers'.</summary>
internal sealed class RuntimeQdqDepthwise() : DepthwiseWriter(new(13, [-1, 3, 16, 16], irVersion: 8))
{
    protected override Tensor Start() => Quantized("x", Image);

    protected override Tensor Layer(Tensor x, Shape shape, bool rectifies)
    {
        float[] steps = Steps(shape);
        string weights = Dequantized([shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel], Codes(shape), steps, 0);
        string made = Writer.Node("Conv", [x.Name, weights, IntegerBias(x, steps)],
            Window(shape.Kernel, shape.Stride, shape.Kernel / 2, Attribute("group", (long)shape.Groups)));
        return Quantized(made, rectifies ? new(6f / 255, 0) : Projected);
    }

    private string IntegerBias(Tensor x, float[] steps)
    {
        float[] scales = [.. steps.Select(step => step * x.Grid.Scale)];
        int[] integers = [.. Bias(steps.Length).Zip(scales, (bias, scale) => (int)MathF.Round(bias / scale))];
        string[] inputs = [Writer.Codes([steps.Length], integers, OnnxDataType.Int32), Writer.Floats([steps.Length], scales),
            Writer.Codes([steps.Length], new int[steps.Length], OnnxDataType.Int32)];
        return Writer.Node("DequantizeLinear", inputs, Attribute("axis", 0L));
    }

    protected override Tensor Added(Tensor x, Tensor y) => Quantized(Writer.Add(x.Name, y.Name), Sum);

    protected override Tensor Averaged(Tensor x) =>
        Quantized(Writer.Flatten(Quantized(Writer.Node("GlobalAveragePool", x.Name), Mean).Name), Mean);

    protected override Tensor Classified(Tensor x, int inputs, int outputs)
    {
        var shape = new Shape(inputs, outputs, 1, 1, 1);
        float[] steps = Steps(shape);
        string weights = Dequantized([outputs, inputs], Codes(shape), steps, 0);
        return Quantized(Writer.Node("Gemm", [x.Name, weights, IntegerBias(x, steps)], Attribute("transB", 1L)), Logits);
    }
}

/// <summary>The same in the format QOperator: codes go from layer to layer. Weights are of 7 bits, as the option reduce_range makes them,
/// so that no processor saturates sums.</summary>
internal sealed class RuntimeOperatorDepthwise() : DepthwiseWriter(new(13, [-1, 3, 16, 16], irVersion: 8))
{
    private const string Microsoft = "com.microsoft";
    private const int MostCode = 63;

    protected override Tensor Start() => Made(Writer.Node("QuantizeLinear", ["x", .. Parameters(Image)]), Image);

    protected override Tensor Layer(Tensor x, Shape shape, bool rectifies)
    {
        var grid = rectifies ? new(6f / 255, 0) : Projected;
        var (weights, bias) = Weights(x, shape with { MostCode = MostCode },
            [shape.Outputs, shape.Inputs / shape.Groups, shape.Kernel, shape.Kernel]);
        return Made(Writer.Node("QLinearConv", [x.Name, .. Parameters(x.Grid), .. weights, .. Parameters(grid), bias],
            Window(shape.Kernel, shape.Stride, shape.Kernel / 2, Attribute("group", (long)shape.Groups))), grid);
    }

    private (string[] Weights, string Bias) Weights(Tensor x, Shape shape, long[] dims)
    {
        float[] steps = Steps(shape);
        int[] integers = [.. Bias(shape.Outputs).Zip(steps, (bias, step) => (int)MathF.Round(bias / (step * x.Grid.Scale)))];
        string[] weights = [Writer.Codes(dims, Codes(shape), OnnxDataType.Int8), Writer.Floats([shape.Outputs], steps),
            Zeros(shape.Outputs)];
        return (weights, Writer.Codes([shape.Outputs], integers, OnnxDataType.Int32));
    }

    protected override Tensor Added(Tensor x, Tensor y) => Made(Writer.Foreign(Microsoft, "QLinearAdd",
        [x.Name, .. Parameters(x.Grid), y.Name, .. Parameters(y.Grid), .. Parameters(Sum)]), Sum);

    protected override Tensor Averaged(Tensor x) => Made(Writer.Flatten(Writer.Foreign(Microsoft, "QLinearGlobalAveragePool",
        [x.Name, .. Parameters(x.Grid), .. Parameters(Mean)], Attribute("channels_last", 0L))), Mean);

    protected override Tensor Classified(Tensor x, int inputs, int outputs)
    {
        var (weights, bias) = Weights(x, new(inputs, outputs, 1, 1, 1, MostCode), [outputs, inputs]);
        return Made(Writer.Foreign(Microsoft, "QGemm", [x.Name, .. Parameters(x.Grid), .. weights, bias, .. Parameters(Logits)],
            Attribute("alpha", 1f), Attribute("transB", 1L)), Logits);
    }

    protected override string Reals(Tensor tensor) => Writer.Node("DequantizeLinear", [tensor.Name, .. Parameters(tensor.Grid)]);
}
