using ImcEngine.Data;
using ImcEngine.Importer.Onnx;

namespace ImcEngine.Importer.Packing;

/// <summary>
/// Makes ONNX from the arrays of a trained residual network:
/// <code>
/// quantized   NAME.codes [outputChannel, channel, y, x], NAME.step [outputChannel] of every convolution but the first;
///             layerL.B.quant1.step, quant2.step []: what activation code 1 stands for before conv1 (and the shortcut's convolution),
///             conv2;
///             or quant1.alpha, quant2.alpha []: what the largest code stands for, as PACT clips; without any the largest stands for 1
/// latent      NAME.weight in place of codes and step, which D21's quantizers make of them
/// float       NAME.weight in place of codes and step; stored as float16 where that loses nothing
/// all         conv1.weight, fc.weight, fc.bias, batch norms
///
/// block       y = bn2(conv2(q2(bn1(conv1(q1(x)))))) + (bn(downsample(q1(x))) or x), then ReLU
/// </code>
/// q is the quantizer, in float networks a ReLU between the convolutions. Bipolar activations replace the ReLUs, also the stem's: the
/// quantizer is the nonlinearity, and the residual path carries signed numbers.
/// </summary>
internal static class NetworkPacker
{
    /// <param name="arrays">The arrays, as <see cref="NpzFile"/> reads them.</param>
    /// <param name="topology">Name of one of <see cref="ResNetTopology.All"/>.</param>
    /// <exception cref="ImcException">An array is missing, left over or unsuitable, or the topology is unknown.</exception>
    public static OnnxModel Pack(IReadOnlyDictionary<string, NpyFile> arrays, string topology, PackOptions options)
    {
        var shape = ResNetTopology.Find(topology);
        var trained = new TrainedArrays(arrays);
        int width = trained.Take("conv1.weight", rank: 4).Shape[0];
        int classes = trained.Take("fc.weight", rank: 2).Shape[0];
        var layers = QuantizedLayers.FromArrays(trained, options);
        var writer = new LayerWriter(new OnnxBuilder(topology), trained, layers);
        var builder = writer.Builder;

        string x = WriteStem(writer, shape.Stem, width);
        foreach (var block in shape.EnumerateBlocks(width)) x = WriteBlock(writer, x, block);
        WriteHead(writer, x, width << (shape.Blocks.Count - 1), classes);

        trained.RequireAllUsed(topology);
        WriteMetadata(builder, options, options.Preprocessing ?? shape.Stem.Preprocessing);
        return builder.Build();
    }

    private static string WriteStem(LayerWriter writer, ResNetTopology.StemShape stem, int width)
    {
        var builder = writer.Builder;
        string x = builder.Input("input", -1, 3, stem.Pixels, stem.Pixels);
        x = writer.DigitalConvolution(x, "conv1", width, stem.Kernel, stem.Stride, stem.Kernel / 2);
        x = writer.BatchNorm(x, "bn1", width);
        if (!writer.IsBipolar) x = builder.Node("Relu", [x], "relu");
        return stem.Pools
            ? builder.Node("MaxPool", [x], "maxpool", OnnxBuilder.Attribute("kernel_shape", 3, 3), OnnxBuilder.Attribute("strides", 2, 2),
                OnnxBuilder.Attribute("pads", 1, 1, 1, 1))
            : x;
    }

    private static string WriteBlock(LayerWriter writer, string x, ResNetTopology.Block block)
    {
        var builder = writer.Builder;
        string name = block.Name;
        string input = writer.Quantize(x, $"{name}.quant1");
        string y = writer.Convolution(input, $"{name}.conv1", block.ChannelsOut, block.ChannelsIn, kernel: 3, block.Stride);
        y = writer.BatchNorm(y, $"{name}.bn1", block.ChannelsOut);
        y = writer.IsQuantized ? writer.Quantize(y, $"{name}.quant2") : builder.Node("Relu", [y], $"{name}.relu1");
        y = writer.Convolution(y, $"{name}.conv2", block.ChannelsOut, block.ChannelsOut, kernel: 3, stride: 1);
        y = writer.BatchNorm(y, $"{name}.bn2", block.ChannelsOut);

        string shortcut = x;
        if (block.HasShortcutConvolution)
        {
            shortcut = writer.Convolution(input, $"{name}.downsample.0", block.ChannelsOut, block.ChannelsIn, kernel: 1, block.Stride);
            shortcut = writer.BatchNorm(shortcut, $"{name}.downsample.1", block.ChannelsOut);
        }
        string sum = builder.Node("Add", [y, shortcut], $"{name}.add");
        return writer.IsBipolar ? sum : builder.Node("Relu", [sum], $"{name}.relu2");
    }

    private static void WriteHead(LayerWriter writer, string x, int features, int classes)
    {
        var builder = writer.Builder;
        string pooled = builder.Node("GlobalAveragePool", [x], "avgpool");
        string flat = builder.Node("Flatten", [pooled], "flatten");
        string weight = writer.FloatWeight("fc.weight", classes, features);
        string bias = writer.Vector("fc.bias", classes);
        builder.Node("Gemm", [flat, weight, bias], "logits", OnnxBuilder.Attribute("transB", 1));
        builder.Output("logits", -1, classes);
    }

    private static void WriteMetadata(OnnxBuilder builder, PackOptions options, Preprocessing preprocessing)
    {
        builder.Metadata(ModelMetadata.Mean, ModelMetadata.Text(preprocessing.Mean));
        builder.Metadata(ModelMetadata.Std, ModelMetadata.Text(preprocessing.Std));
        if (preprocessing.Scale != Preprocessing.UsualScale)
            builder.Metadata(ModelMetadata.Scale, ModelMetadata.Text([preprocessing.Scale]));
        builder.Metadata(ModelMetadata.Layout, "RGB");
        if (options.FloatNetwork is { } file) builder.Metadata(ModelMetadata.Float, ModelMetadata.FileName(file));
        if (options.Licence is { } licence) builder.Metadata("imc.licence", licence);
    }
}
