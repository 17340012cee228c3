using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>
/// Writes a network node by node, as exporters do: tensors are numbered, weights are drawn by a seed, so large that activations keep their
/// magnitude from layer to layer. The image is <c>x</c>.
/// </summary>
/// <param name="opset">Below 9, and where <paramref name="irVersion"/> is 3, initializers are inputs too.</param>
/// <param name="input">Shape of the image with the batch; -1: open.</param>
internal sealed class NetworkWriter(int opset, long[] input, int? irVersion = null)
{
    private readonly OnnxBuilder _builder = Started(opset, input, irVersion);
    private readonly Random _random = new(1);
    private int _tensors;

    public int Opset => opset;

    private static OnnxBuilder Started(int opset, long[] input, int? irVersion)
    {
        var builder = new OnnxBuilder("network", opset, irVersion ?? (opset < 9 ? 3 : opset < 21 ? 8 : 10));
        builder.Input("x", input);
        return builder;
    }

    public string Node(string @operator, string[] inputs, params OnnxAttribute[] attributes) =>
        _builder.Node(@operator, inputs, $"t{++_tensors}", attributes);

    public string Node(string @operator, string input, params OnnxAttribute[] attributes) => Node(@operator, [input], attributes);

    public string Foreign(string domain, string @operator, string[] inputs, params OnnxAttribute[] attributes) =>
        _builder.Foreign(domain, @operator, inputs, $"t{++_tensors}", attributes);

    /// <summary>A node of several results.</summary>
    public string[] Nodes(string @operator, string[] inputs, int results, params OnnxAttribute[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, results).Select(_ => $"t{++_tensors}")];
        _builder.Node(@operator, inputs, names, attributes);
        return names;
    }

    public string Floats(long[] dims, params float[] elements) => _builder.Floats($"c{++_tensors}", dims, elements);

    public string Float(float element) => Floats([], element);

    public string Longs(params long[] elements) => _builder.Longs($"c{++_tensors}", elements);

    public string Codes(long[] dims, int[] codes, OnnxDataType type) => _builder.Codes($"c{++_tensors}", dims, codes, type);

    /// <summary>A constant that a node makes, as PyTorch writes it.</summary>
    public string ConstantLongs(long[] dims, params long[] elements) =>
        Node("Constant", Array.Empty<string>(), Attribute("value", TensorEncoder.Integers("", dims, elements)));

    /// <inheritdoc cref="ConstantLongs"/>
    public string ConstantFloats(long[] dims, params float[] elements) =>
        Node("Constant", Array.Empty<string>(), Attribute("value", TensorEncoder.Floats("", dims, elements)));

    /// <summary>Numbers, uniform.</summary>
    public float[] Drawn(long count, float low, float high) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => low + ((high - low) * _random.NextSingle()))];

    /// <summary>Integers, both ends included.</summary>
    public int[] DrawnCodes(long count, int least, int most) =>
        [.. Enumerable.Range(0, (int)count).Select(_ => _random.Next(least, most + 1))];

    /// <summary>Weights [output, ...] of a layer.</summary>
    public string Weights(params long[] dims) => Floats(dims, DrawnWeights(dims, Count(dims) / dims[0]));

    /// <summary>Weights of any shape, of which <paramref name="perOutput"/> make an output.</summary>
    public float[] DrawnWeights(long[] dims, long perOutput)
    {
        float most = MathF.Sqrt(6f / perOutput);
        return Drawn(Count(dims), -most, most);
    }

    public string Vector(long count, float low = -0.5f, float high = 0.5f) => Floats([count], Drawn(count, low, high));

    public static long Count(long[] dims) => dims.Aggregate(1L, (product, size) => product * size);

    /// <summary>A convolution of a square kernel, padded so that stride 1 keeps the size.</summary>
    public string Conv(string x, int inputs, int outputs, int kernel, int stride = 1, int groups = 1, bool bias = false, int? pad = null)
    {
        string[] tensors = [x, Weights(outputs, inputs / groups, kernel, kernel), .. bias ? [Vector(outputs)] : Array.Empty<string>()];
        return Node("Conv", tensors, Window(kernel, stride, pad ?? kernel / 2, Attribute("dilations", 1, 1),
            Attribute("group", (long)groups)));
    }

    /// <summary>The attributes of a square window.</summary>
    public static OnnxAttribute[] Window(int kernel, int stride, int pad, params OnnxAttribute[] others) =>
    [
        Attribute("kernel_shape", kernel, kernel), Attribute("strides", stride, stride), Attribute("pads", pad, pad, pad, pad), .. others,
    ];

    /// <summary>A batch norm of channels.</summary>
    public string BatchNorm(string x, int channels, params OnnxAttribute[] attributes) => Node("BatchNormalization",
        [x, Vector(channels, 0.5f, 1.5f), Vector(channels), Vector(channels), Vector(channels, 0.5f, 1.5f)],
        [Attribute("epsilon", 1e-5f), .. attributes]);

    public string Relu(string x) => Node("Relu", x);

    public string Add(string x, string y) => Node("Add", [x, y]);

    public string Mul(string x, string y) => Node("Mul", [x, y]);

    /// <summary>The bounds are inputs since opset 11.</summary>
    public string Clip(string x, float low, float high) => opset < 11
        ? Node("Clip", x, Attribute("min", low), Attribute("max", high))
        : Node("Clip", [x, Float(low), Float(high)]);

    /// <summary>Axes are an input since opset 13.</summary>
    public string Squeeze(string x, params long[] axes) => Axes("Squeeze", x, 13, axes);

    /// <inheritdoc cref="Squeeze"/>
    public string Unsqueeze(string x, params long[] axes) => Axes("Unsqueeze", x, 13, axes);

    /// <summary>Axes are an input since opset 18.</summary>
    public string Mean(string x, bool keeps, params long[] axes) =>
        Axes("ReduceMean", x, 18, axes, Attribute("keepdims", keeps ? 1L : 0));

    private string Axes(string @operator, string x, int firstOpset, long[] axes, params OnnxAttribute[] others) => opset < firstOpset
        ? Node(@operator, x, [Attribute("axes", axes), .. others])
        : Node(@operator, [x, Longs(axes)], others);

    public string Transpose(string x, params long[] perm) => Node("Transpose", x, Attribute("perm", perm));

    public string Concat(long axis, params string[] parts) => Node("Concat", parts, Attribute("axis", axis));

    public string Reshape(string x, params long[] shape) => Node("Reshape", [x, Longs(shape)]);

    public string Flatten(string x) => Node("Flatten", x, Attribute("axis", 1L));

    /// <summary>Parts along an axis; their sizes are an input since opset 13.</summary>
    public string[] Split(string x, long axis, params long[] sizes) => opset < 13
        ? Nodes("Split", [x], sizes.Length, Attribute("axis", axis), Attribute("split", sizes))
        : Nodes("Split", [x, Longs(sizes)], sizes.Length, Attribute("axis", axis));

    /// <summary>A linear layer as PyTorch writes it.</summary>
    public string Gemm(string x, int inputs, int outputs) => Node("Gemm", [x, Weights(outputs, inputs), Vector(outputs)],
        Attribute("alpha", 1f), Attribute("beta", 1f), Attribute("transB", 1L));

    /// <summary>A linear layer as Keras has it, and PyTorch over tensors of three axes and more.</summary>
    public string MatMul(string x, int inputs, int outputs) =>
        Add(Node("MatMul", [x, Floats([inputs, outputs], DrawnWeights([inputs, outputs], inputs))]), Vector(outputs));

    /// <summary>Ends the network.</summary>
    public OnnxModel Build(params string[] outputs)
    {
        var model = _builder.Build();
        foreach (string output in outputs)
            model.Graph!.Outputs.Add(new() { Name = output, Type = new() { Tensor = new() { ElementType = (int)OnnxDataType.Float } } });
        return model;
    }
}
