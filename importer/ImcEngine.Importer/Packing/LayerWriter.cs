using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Importer.Packing;

/// <summary>Writes the layers of a trained network, each under its PyTorch name.</summary>
internal sealed class LayerWriter(OnnxBuilder builder, TrainedArrays arrays, QuantizedLayers layers)
{
    private const float BatchNormEpsilon = 1e-5f;

    public OnnxBuilder Builder => builder;
    public bool IsQuantized => layers.Weights is not null;
    public bool IsBipolar => layers.IsBipolar;

    /// <summary>Adds the quantizer of a tensor; adds nothing in a float network.</summary>
    public string Quantize(string x, string name) =>
        IsQuantized ? QdqPatterns.WriteActivations(builder, x, name, layers.Quantizer(arrays, name)) : x;

    public string Convolution(string x, string name, int channelsOut, int channelsIn, int kernel, int stride)
    {
        int[] shape = [channelsOut, channelsIn, kernel, kernel];
        string weight = IsQuantized
            ? QdqPatterns.WriteWeights(builder, $"{name}.weight", Dims(shape), layers.Read(arrays, name, shape))
            : FloatWeight($"{name}.weight", shape);
        return ConvolutionNode(x, name, weight, kernel, stride, kernel / 2);
    }

    public string DigitalConvolution(string x, string name, int channelsOut, int kernel, int stride, int pad) =>
        ConvolutionNode(x, name, FloatWeight($"{name}.weight", channelsOut, 3, kernel, kernel), kernel, stride, pad);

    /// <summary>Adds float weights. They are stored as float16 if that is exact, and a Cast restores float32.</summary>
    public string FloatWeight(string name, params int[] shape)
    {
        float[] weights = arrays.Singles(name, shape);
        if (!Array.TrueForAll(weights, weight => (float)(Half)weight == weight)) return builder.Floats(name, Dims(shape), weights);
        builder.Initializer(TensorEncoder.Floats(name, Dims(shape), weights, OnnxDataType.Float16));
        return builder.Node("Cast", [name], name + ".single", OnnxBuilder.Attribute("to", (long)OnnxDataType.Float));
    }

    public string Vector(string name, int length) => builder.Floats(name, [length], arrays.Singles(name, length));

    public string BatchNorm(string x, string name, int channels) => builder.Node(
        "BatchNormalization",
        [x, Vector($"{name}.weight", channels), Vector($"{name}.bias", channels), Vector($"{name}.running_mean", channels),
            Vector($"{name}.running_var", channels)],
        name,
        OnnxBuilder.Attribute("epsilon", BatchNormEpsilon));

    private string ConvolutionNode(string x, string name, string weight, int kernel, int stride, int pad) => builder.Node(
        "Conv",
        [x, weight],
        name,
        OnnxBuilder.Attribute("kernel_shape", kernel, kernel),
        OnnxBuilder.Attribute("strides", stride, stride),
        OnnxBuilder.Attribute("pads", pad, pad, pad, pad));

    private static long[] Dims(int[] shape) => Array.ConvertAll(shape, size => (long)size);
}
