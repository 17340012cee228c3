using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Importer.Lowering;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>Networks of the QONNX model zoo as Brevitas exported them, in small, against their formulas in double.</summary>
public class QonnxNetworkTests
{
    private const string Qonnx = "qonnx.custom_op.general", Brevitas = "onnx.brevitas", Finn = "finn.custom_op.general";

    private static string Quant(NetworkWriter w, string x, string scale, int bits, bool signed, bool narrow, string domain = Qonnx) =>
        w.Foreign(domain, "Quant", [x, scale, w.Float(0), w.Float(bits)], Attribute("signed", signed ? 1L : 0),
            Attribute("narrow", narrow ? 1L : 0), Attribute("rounding_mode", "ROUND"));

    /// <summary>One scale, or one for each output: [output, 1, ...].</summary>
    private static string Scale(NetworkWriter w, long[] dims, int bits, long perOutput, bool isPerOutput)
    {
        float most = MathF.Sqrt(6f / perOutput) / MathF.Max(1, (1 << (bits - 1)) - 1);
        return isPerOutput ? w.Floats([dims[0], .. dims[1..].Select(_ => 1L)], w.Drawn(dims[0], 0.6f * most, most)) : w.Float(most);
    }

    private static string QuantizedWeights(NetworkWriter w, long[] dims, int bits, bool isPerOutput = false, string domain = Qonnx)
    {
        long perOutput = Count(dims) / dims[0];
        string weights = w.Floats(dims, w.DrawnWeights(dims, perOutput)), scale = Scale(w, dims, bits, perOutput, isPerOutput);
        return bits == 1 ? w.Foreign(domain, "BipolarQuant", [weights, scale])
            : Quant(w, weights, scale, bits, signed: true, narrow: true, domain);
    }

    /// <summary>CNV of CIFAR-10: pixels become -1 .. 1, fixed-point inputs of 8 bits, convolutions without pads, no biases, pools behind
    /// quantizers, and a scaled result.</summary>
    [Theory]
    [InlineData(1, 1, Brevitas)]
    [InlineData(1, 2, Finn)]
    [InlineData(2, 2, Qonnx)]
    public void Cnv(int weightBits, int activationBits, string domain)
    {
        var w = new NetworkWriter(9, [1, 3, 20, 20], irVersion: 8);
        string Activated(string y, int channels)
        {
            string normalized = w.BatchNorm(y, channels, Attribute("momentum", 0.9f));
            return activationBits == 1 ? w.Foreign(domain, "BipolarQuant", [normalized, w.Float(1)])
                : Quant(w, normalized, w.Float(1), activationBits, signed: true, narrow: true, domain);
        }
        string Conv(string y, int inputs, int outputs) => Activated(w.Node("Conv",
            [y, QuantizedWeights(w, [outputs, inputs, 3, 3], weightBits, domain: domain)], Window(3, 1, 0, Attribute("group", 1L))),
            outputs);
        string Linear(string y, int inputs, int outputs) =>
            w.Node("MatMul", [y, w.Transpose(QuantizedWeights(w, [outputs, inputs], weightBits, domain: domain), 1, 0)]);
        string Pool(string y) => w.Node("MaxPool", y, Window(2, 2, 0));
        string x = w.Node("Div", ["x", w.Float(2)]);
        x = w.Node("Sub", [w.Mul(x, w.Float(1)), w.Float(0.05f)]);
        x = Quant(w, x, w.Float(1 / 128f), 8, signed: true, narrow: false, domain);
        x = Pool(Conv(Conv(x, 3, 8), 8, 8));
        x = Pool(Conv(Conv(x, 8, 12), 12, 12));
        x = w.Reshape(x, 1, 48);
        x = Activated(Linear(x, 48, 24), 24);
        x = w.Mul(w.Node("Sub", [Linear(x, 24, 10), w.Float(0.03f)]), w.Float(0.25f));
        var imported = Agrees(w.Build(x), [3, 20, 20]);
        Assert.Equal(Enumerable.Repeat(true, 6), imported.Layers.Select(layer => layer.OnMacro));
        var macro = imported.Network.MacroLayers;
        Assert.Equal(8, macro[0].InputFormat.Bits);
        var expected = activationBits == 1 ? OperandEncoding.Bipolar : OperandEncoding.TwosComplement;
        Assert.All(macro.Skip(1), layer => Assert.Equal(new(activationBits, expected), layer.InputFormat));
        Assert.All(macro, layer => Assert.Equal(weightBits, layer.WeightFormat.Bits));
    }

    /// <summary>MobileNet v1 of 4 bits: scales of each output channel, an input of 8 bits, depthwise layers, and an average that Trunc
    /// brings back to 4 bits.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void MobileNet_v1(bool padsByNode)
    {
        var w = new NetworkWriter(11, [1, 3, 16, 16], irVersion: 6);
        string Activated(string y) => Quant(w, w.Relu(y), w.Float(0.25f), 4, signed: false, narrow: false);
        string Layer(string y, int inputs, int outputs, int kernel, int stride, int groups)
        {
            string weights = QuantizedWeights(w, [outputs, inputs / groups, kernel, kernel], 4, isPerOutput: true);
            bool isPadded = kernel > 1 && padsByNode;
            if (isPadded) y = w.Node("Pad", [y, w.Longs(0, 0, 1, 1, 0, 0, 1, 1)], Attribute("mode", "constant"));
            string made = w.Node("Conv", [y, weights], Window(kernel, stride, isPadded ? 0 : kernel / 2, Attribute("group", (long)groups)));
            return Activated(w.BatchNorm(made, outputs));
        }
        string x = Quant(w, "x", w.Float(1 / 64f), 8, signed: true, narrow: false);
        x = Layer(x, 3, 8, 3, 2, 1);
        x = Layer(Layer(x, 8, 8, 3, 1, 8), 8, 16, 1, 1, 1);
        x = Layer(Layer(x, 16, 16, 3, 2, 16), 16, 24, 1, 1, 1);
        // The average as a sum of 16 and a Trunc by 4 bits.
        x = w.Mul(w.Node("AveragePool", x, Window(4, 1, 0)), w.Float(16));
        x = w.Foreign(Qonnx, "Trunc", [x, w.Float(0.25f), w.Float(0), w.Float(8), w.Float(4)], Attribute("rounding_mode", "FLOOR"));
        x = w.Reshape(x, 1, -1);
        string classifier = QuantizedWeights(w, [10, 24], 4);
        x = w.Add(w.Node("MatMul", [x, w.Transpose(classifier, 1, 0)]), w.Vector(10));
        var imported = Agrees(w.Build(x), [3, 16, 16]);
        Assert.Equal([true, true, true, true, true, false], imported.Layers.Select(layer => layer.OnMacro));
        Assert.All(imported.Network.MacroLayers, layer => Assert.Equal(4, layer.WeightFormat.Bits));
        Assert.Equal([8, 4, 4, 4, 4], imported.Network.MacroLayers.Select(layer => layer.InputFormat.Bits));
    }

    /// <summary>VGG10 of radio signals: convolutions along time, pools behind quantizers, 8 bits throughout.</summary>
    [Fact]
    public void Vgg10_of_radio_signals()
    {
        var w = new NetworkWriter(9, [1, 2, 64], irVersion: 4);
        string Activated(string y, int channels) => Quant(w, w.Relu(w.Node("BatchNormalization",
            [y, w.Vector(channels, 0.5f, 1.5f), w.Vector(channels), w.Vector(channels), w.Vector(channels, 0.5f, 1.5f)],
            Attribute("epsilon", 1e-5f))), w.Float(1 / 32f), 8, signed: false, narrow: false);
        string x = Quant(w, "x", w.Float(1 / 64f), 8, signed: true, narrow: false);
        int channels = 2;
        for (int layer = 0; layer < 3; layer++, channels = 8)
        {
            x = Activated(w.Node("Conv", [x, QuantizedWeights(w, [8, channels, 3], 8)], Attribute("kernel_shape", [3L]),
                Attribute("strides", [1L]), Attribute("pads", 1, 1), Attribute("dilations", [1L]), Attribute("group", 1L)), 8);
            x = w.Node("MaxPool", x, Attribute("kernel_shape", [2L]), Attribute("strides", [2L]), Attribute("pads", 0, 0));
        }
        x = Activated(w.Node("MatMul", [w.Flatten(x), w.Transpose(QuantizedWeights(w, [16, 64], 8), 1, 0)]), 16);
        x = w.Node("MatMul", [x, w.Transpose(QuantizedWeights(w, [10, 16], 8), 1, 0)]);
        var imported = Agrees(w.Build(w.Add(x, w.Vector(10))), [2, 64]);
        Assert.All(imported.Layers, layer => Assert.True(layer.OnMacro, layer.Reason));
    }

    /// <summary>Jet taggers: dense layers of 3 to 6 bits, biases quantized by a Quant of their own.</summary>
    [Theory]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(6)]
    public void Jet_tagger(int bits)
    {
        var w = new NetworkWriter(9, [1, 16], irVersion: 4);
        string Linear(string y, int inputs, int outputs)
        {
            string bias = Quant(w, w.Vector(outputs), w.Float(1 / 64f), 8, signed: true, narrow: false);
            return w.Add(w.Node("MatMul", [y, w.Transpose(QuantizedWeights(w, [outputs, inputs], bits), 1, 0)]), bias);
        }
        string Activated(string y) => Quant(w, w.Relu(y), w.Float(4f / (1 << bits)), bits, signed: false, narrow: false);
        string x = Quant(w, "x", w.Float(2f / (1 << (bits - 1))), bits, signed: true, narrow: false);
        x = Linear(Activated(Linear(Activated(Linear(x, 16, 24)), 24, 16)), 16, 5);
        var imported = Agrees(w.Build(x), [16]);
        Assert.All(imported.Layers, layer => Assert.True(layer.OnMacro, layer.Reason));
        Assert.All(imported.Network.MacroLayers, layer => Assert.Equal((bits, bits), (layer.InputFormat.Bits, layer.WeightFormat.Bits)));
    }

    /// <summary>Two images by the engine and by the formulas.</summary>
    private static ImportedNetwork Agrees(OnnxModel model, int[] dims)
    {
        var imported = NetworkImporter.Import(OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(model))));
        var mapped = new MappedNetwork(imported.Network, MacroPresets.Get(MacroPresets.Ideal));
        var formulas = new QonnxInterpreter(model);
        for (int seed = 1; seed <= 2; seed++)
        {
            float[] image = AgainstOnnxRuntime.Numbers(dims.Aggregate(1, (product, size) => product * size), seed);
            double[] expected = formulas.Run(image, dims);
            float[] actual = AgainstOnnxRuntime.Run(mapped, mapped.Digital, image);
            Assert.Equal(expected.Length, actual.Length);
            double largest = expected.Max(Math.Abs);
            Assert.InRange(largest, 1e-3, 1e6);
            for (int i = 0; i < actual.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) <= 1e-4 * largest,
                    $"seed {seed} element {i}: {actual[i]}, formulas {expected[i]}");
        }
        return imported;
    }
}
