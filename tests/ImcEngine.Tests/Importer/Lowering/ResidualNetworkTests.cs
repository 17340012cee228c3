using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>A narrow ResNet as PyTorch exports it:
/// stem, two basic blocks of which the second strides and projects, mean, flatten, linear layer.</summary>
public class ResidualNetworkTests
{
    private static OnnxModel Model(bool stem, bool quantized)
    {
        var b = new OnnxBuilder("resnet");
        b.Input("input", -1, 3, 16, 16);
        string x = Conv(b, "conv1", "input", 3, 4, stem ? 7 : 3, stem ? 2 : 1, quantized: false);
        x = b.Node("Relu", [x], "relu");
        if (stem)
            x = b.Node("MaxPool", [x], "maxpool", Attribute("kernel_shape", [3, 3]), Attribute("strides", [2, 2]),
                Attribute("pads", [1, 1, 1, 1]));
        x = Block(b, "layer1.0", x, 4, 4, quantized);
        x = Block(b, "layer2.0", x, 4, 8, quantized);
        x = b.Node("GlobalAveragePool", [x], "pool");
        x = b.Node("Flatten", [x], "flat", Attribute("axis", 1));
        b.Floats("fc.weight", [10, 8], Numbers(80, 50));
        b.Floats("fc.bias", [10], Numbers(10, 51));
        b.Node("Gemm", [x, "fc.weight", "fc.bias"], "logits", Attribute("transB", 1));
        b.Output("logits", -1, 10);
        return b.Build();
    }

    private static string Block(OnnxBuilder b, string name, string x, int inputs, int outputs, bool quantized)
    {
        int stride = inputs == outputs ? 1 : 2;
        string source = quantized ? Quantized(b, name + ".in", x) : x;
        string y = b.Node("Relu", [Conv(b, name + ".conv1", source, inputs, outputs, 3, stride, quantized)], name + ".relu1");
        y = Conv(b, name + ".conv2", quantized ? Quantized(b, name + ".mid", y) : y, outputs, outputs, 3, 1, quantized);
        string shortcut = stride == 1 ? source : Conv(b, name + ".downsample.0", source, inputs, outputs, 1, stride, quantized);
        return b.Node("Relu", [b.Node("Add", [y, shortcut], name + ".sum")], name + ".relu2");
    }

    private static string Quantized(OnnxBuilder b, string name, string x)
    {
        b.Float(name + ".step", 0.25f);
        b.Codes(name + ".zero", [], [0], OnnxDataType.UInt4);
        b.Node("QuantizeLinear", [x, name + ".step", name + ".zero"], name + ".q");
        return b.Node("DequantizeLinear", [name + ".q", name + ".step", name + ".zero"], name);
    }

    private static string Conv(OnnxBuilder b, string name, string x, int inputs, int outputs, int kernel, int stride, bool quantized)
    {
        int count = outputs * inputs * kernel * kernel, seed = name.Sum(letter => letter);
        float[] weights = Numbers(count, seed);
        string weight = name + ".weight";
        if (quantized)
        {
            b.Codes(weight, [outputs, inputs, kernel, kernel], [.. weights.Select(w => (int)MathF.Round(w * 3.5f))], OnnxDataType.Int4);
            b.Floats(name + ".steps", [outputs], [.. Enumerable.Range(1, outputs).Select(output => output / 64f)]);
            weight = b.Node("DequantizeLinear", [weight, name + ".steps"], name + ".w", Attribute("axis", 0));
        }
        else
        {
            b.Floats(weight, [outputs, inputs, kernel, kernel], weights);
        }
        string y = b.Node("Conv", [x, weight], name + ".y", Attribute("strides", [stride, stride]),
            Attribute("pads", [kernel / 2, kernel / 2, kernel / 2, kernel / 2]));
        b.Floats(name + ".gamma", [outputs], [.. Numbers(outputs, seed + 1).Select(g => g / 8)]);
        b.Floats(name + ".beta", [outputs], Numbers(outputs, seed + 2));
        b.Floats(name + ".mean", [outputs], Numbers(outputs, seed + 3));
        b.Floats(name + ".var", [outputs], [.. Numbers(outputs, seed + 4).Select(v => MathF.Abs(v) + 0.5f)]);
        return b.Node("BatchNormalization", [y, name + ".gamma", name + ".beta", name + ".mean", name + ".var"], name + ".n");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_float_network_agrees_with_its_batch_norms_in_its_weights(bool stem)
    {
        var imported = Agrees(Model(stem, quantized: false));
        Assert.Equal(["conv1", "layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.0.conv2", "layer2.0.downsample.0", "fc"],
            imported.Layers.Select(layer => layer.Name));
        Assert.DoesNotContain(imported.Network.Nodes, node => node is ChannelAffineNode);
        Assert.DoesNotContain(GraphFolding.FoldBatchNorms(Model(stem, quantized: false)).Graph!.Nodes,
            node => node.Operator == "BatchNormalization");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_quantized_network_runs_all_but_its_ends_on_the_macro(bool stem)
    {
        var imported = Agrees(Model(stem, quantized: true));
        Assert.Equal(["layer1.0.conv1", "layer1.0.conv2", "layer2.0.conv1", "layer2.0.conv2", "layer2.0.downsample.0"],
            imported.Network.MacroLayers.Select(layer => layer.Name));
        Assert.Equal(4, imported.Network.Nodes.OfType<QuantizeNode>().Count());
        Assert.Single(imported.Network.Nodes.OfType<DequantizeNode>());
    }
}
