using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering.QuantizedFormats;

/// <summary>Dynamically quantized networks, as OnnxRuntime's tool writes them, against OnnxRuntime at batch 1 (ARITHMETIC §14).</summary>
public class DynamicTests
{
    private const int Seeds = 60;

    /// <summary>Pads, kernels and types are drawn; padding drives each image's own zero point. Seeds 1 to 60.</summary>
    [Fact]
    public void Convolutions_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int channels = random.Next(1, 5), outputs = random.Next(1, 4);
            var network = Agrees(Of(b => Layer(b, random, "ConvInteger", [outputs, channels, 3, 2], [outputs, 1, 1],
                attributes: Attribute("pads", random.Next(0, 2), random.Next(0, 2), random.Next(0, 2), random.Next(0, 2))),
                input: [1, channels, random.Next(3, 7), random.Next(3, 7)]), seed: seed).Network;
            Assert.True(Assert.Single(network.MacroLayers).Zeros!.PerImage);
        }
    }

    [Fact]
    public void Products_of_matrices_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 40);
            Assert.Single(Agrees(Of(b => Layer(b, random, "MatMulInteger", [inputs, 3], [3]), input: [1, inputs]), seed: seed)
                .Network.MacroLayers);
        }
    }

    /// <summary>OnnxRuntime quantizes all images of a run at once; one image fills the fixed batch.</summary>
    [Fact]
    public void An_image_of_a_fixed_batch_is_quantized_alone()
    {
        var model = Of(b => Layer(b, new Random(3), "MatMulInteger", [6, 3], [3]), input: [2, 6]);
        float[] image = [0.5f, 0.75f, 1, 2, 3, 4];
        using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
        float[] expected = reference.RunOne(image)["y"], actual = NodeInterpreter.Run(NetworkImporter.Import(model).Network, image);
        Assert.Equal(expected.Length, actual.Length);
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
    }

    /// <summary>Weights have a scale for each column, and a zero point for each or one for all: seeds 1 to 60.</summary>
    [Fact]
    public void Weights_per_column_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 40), columns = random.Next(2, 5);
            var layer = Assert.Single(Agrees(Of(b => Layer(b, random, "MatMulInteger", [inputs, columns], [columns],
                zeros: Drawn.OneIn(random, 3) ? 1 : columns, scales: [columns]), input: [1, inputs]), seed: seed).Network.MacroLayers);
            Assert.True(layer.Zeros!.PerImage);
        }
    }

    /// <summary>Convolutions have a scale for each output channel; their weights have one zero point, since OnnxRuntime has no other.
    /// Seeds 1 to 60.</summary>
    [Fact]
    public void Convolutions_with_a_scale_per_channel_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int channels = random.Next(1, 5), outputs = random.Next(2, 5);
            long[] perChannel = Drawn.OneIn(random, 2) ? [1, outputs, 1, 1] : [outputs, 1, 1];
            Assert.Single(Agrees(Of(b => Layer(b, random, "ConvInteger", [outputs, channels, 2, 3], [outputs, 1, 1], scales: perChannel,
                attributes: Attribute("pads", 1, 0, 1, 1)), input: [1, channels, 4, 5]), seed: seed).Network.MacroLayers);
        }
    }

    /// <summary>A layer that is kept digital computes the same.</summary>
    [Fact]
    public void A_digital_layer_gives_the_same()
    {
        var model = Of(b => Layer(b, new Random(3), "ConvInteger", [2, 3, 3, 2], [2, 1, 1]), input: [1, 3, 5, 5]);
        float[] image = Numbers(75, 3);
        var onMacro = NetworkImporter.Import(model).Network;
        var digital = NetworkImporter.Import(model, new ImportOptions(KeepDigital: _ => true)).Network;
        Assert.Empty(digital.MacroLayers);
        Assert.Equal(NodeInterpreter.Run(onMacro, image), NodeInterpreter.Run(digital, image));
    }

    [Fact]
    public void In_float_nothing_is_quantized()
    {
        var model = FloatTopology.WithoutQuantization(
            Of(b => Layer(b, new Random(3), "ConvInteger", [2, 3, 3, 2], [2, 1, 1]), input: [1, 3, 5, 5]));
        Assert.DoesNotContain(Agrees(model).Network.Nodes, node => node is QuantizeNode or DynamicQuantizeNode);
    }

    /// <param name="zeros">Zero points of the weights.</param>
    /// <param name="scales">Shape of the weights' scales.</param>
    private static void Layer(OnnxBuilder b, Random random, string @operator, long[] weights, long[] bias, int zeros = 0,
        long[]? scales = null, params OnnxAttribute[] attributes)
    {
        var type = Drawn.OneOf(random, OnnxDataType.Int8, OnnxDataType.UInt8);
        var (low, high) = TensorEncoder.RangeOf(type);
        static int Count(long[] dims) => (int)dims.Aggregate(1L, (product, size) => product * size);
        b.Codes("w", weights, [.. Enumerable.Range(0, Count(weights)).Select(_ => random.Next((int)low, (int)high + 1))], type);
        int Zero() => type == OnnxDataType.UInt8 ? random.Next(90, 160) : zeros == 0 ? 0 : random.Next(-20, 20);
        b.Codes("w.zero", zeros == 0 ? [] : [zeros], [.. Enumerable.Range(0, Math.Max(1, zeros)).Select(_ => Zero())], type);
        b.Floats("w.scale", scales ?? [], [.. Enumerable.Range(1, Count(scales ?? [])).Select(i => i / 100f)]);
        b.Floats("bias", bias, [.. bias.SelectMany(size => Enumerable.Range(0, (int)size)).Take((int)bias[0]).Select(i => i / 4f)]);
        b.Node("DynamicQuantizeLinear", ["x"], ["q", "x.scale", "x.zero"]);
        b.Node(@operator, ["q", "w", "x.zero", "w.zero"], "sum", attributes);
        b.Node("Cast", ["sum"], "real", Attribute("to", (long)OnnxDataType.Float));
        b.Node("Mul", ["x.scale", "w.scale"], "scale");
        b.Node("Mul", ["real", "scale"], "scaled");
        b.Node("Add", ["scaled", "bias"], "y");
    }
}
