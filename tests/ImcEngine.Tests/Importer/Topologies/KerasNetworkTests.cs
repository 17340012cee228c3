using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>
/// Keras applications as tf2onnx writes them: images [y, x, channel], Transposes where its optimizer left them, kernels turned by the
/// file or by nodes, pads of SAME, bounds by Min and Max.
/// </summary>
public class KerasNetworkTests
{
    public static TheoryData<int> Opsets => [9, 11, 13, 15, 18];

    private static NetworkWriter Start(int opset, int size = 32) => new(opset, [-1, size, size, 3], irVersion: opset < 15 ? 6 : 8);

    private static string ChannelsFirst(NetworkWriter w, string x) => w.Transpose(x, 0, 3, 1, 2);

    private static string ChannelsLast(NetworkWriter w, string x) => w.Transpose(x, 0, 2, 3, 1);

    /// <summary>Pads of SAME: more behind than before.</summary>
    private static OnnxAttribute[] Same(int kernel, int stride) => stride == 1
        ? Window(kernel, stride, kernel / 2)
        : [Attribute("kernel_shape", kernel, kernel), Attribute("strides", stride, stride), Attribute("auto_pad", "SAME_UPPER")];

    /// <summary>A kernel [y, x, input, output] that a node turns.</summary>
    private static string Kernel(NetworkWriter w, int kernel, int inputs, int outputs)
    {
        long[] dims = [kernel, kernel, inputs, outputs];
        return w.Transpose(w.Floats(dims, w.DrawnWeights(dims, kernel * kernel * inputs)), 3, 2, 0, 1);
    }

    /// <summary>A kernel [y, x, channel, 1] of a depthwise layer: its output axis is made by a Reshape.</summary>
    private static string DepthwiseKernel(NetworkWriter w, int kernel, int channels)
    {
        long[] dims = [kernel, kernel, channels, 1];
        string kernels = w.Floats(dims, w.DrawnWeights(dims, kernel * kernel));
        return w.Transpose(w.Reshape(kernels, kernel, kernel, 1, channels), 3, 2, 0, 1);
    }

    private static string Conv(NetworkWriter w, string x, int inputs, int outputs, int kernel, int stride = 1) =>
        w.Node("Conv", [x, Kernel(w, kernel, inputs, outputs)], Same(kernel, stride));

    private static string Depthwise(NetworkWriter w, string x, int channels, int kernel, int stride = 1) => w.Node("Conv",
        [x, DepthwiseKernel(w, kernel, channels)], [.. Same(kernel, stride), Attribute("group", (long)channels)]);

    private static string Relu6(NetworkWriter w, string x) =>
        w.Opset < 12 ? w.Clip(x, 0, 6) : w.Node("Min", [w.Relu(x), w.Float(6)]);

    /// <summary>GlobalAveragePool and Squeeze, or the mean over [y, x] as Keras has it.</summary>
    private static string Pooled(NetworkWriter w, string x, bool isOptimized) =>
        isOptimized ? w.Squeeze(w.Node("GlobalAveragePool", x), 2, 3) : w.Mean(ChannelsLast(w, x), keeps: false, 1, 2);

    private static string Classifier(NetworkWriter w, string x, int channels, bool isOptimized = true) =>
        w.Node("Softmax", w.MatMul(Pooled(w, x, isOptimized), channels, 10));

    /// <param name="isOptimized">Whether the Transposes of neighbouring layers cancelled; else each layer has its own.</param>
    [Theory]
    [InlineData(9, true)]
    [InlineData(9, false)]
    [InlineData(13, true)]
    [InlineData(13, false)]
    [InlineData(18, false)]
    public void MobileNet_v2(int opset, bool isOptimized)
    {
        var w = Start(opset);
        string Of(string x, Func<string, string> layer) => isOptimized ? layer(x) : ChannelsLast(w, layer(ChannelsFirst(w, x)));
        string Wide(string x, int inputs, int outputs) =>
            Relu6(w, Of(x, y => w.BatchNorm(Conv(w, y, inputs, outputs, 1), outputs)));
        string Padded(string x) => isOptimized ? Padding(w, x, [0, 0, 0, 0, 0, 0, 1, 1]) : Padding(w, x, [0, 0, 0, 0, 0, 1, 1, 0]);
        string Block(string x, int inputs, int outputs, int stride)
        {
            int wide = 3 * inputs;
            string made = Wide(x, inputs, wide);
            if (stride == 2) made = Padded(made);
            made = Relu6(w, Of(made, y => w.BatchNorm(stride == 1 ? Depthwise(w, y, wide, 3) : w.Node("Conv",
                [y, DepthwiseKernel(w, 3, wide)], Window(3, 2, 0, Attribute("group", (long)wide))), wide)));
            made = Of(made, y => w.BatchNorm(Conv(w, y, wide, outputs, 1), outputs));
            return inputs == outputs && stride == 1 ? w.Add(x, made) : made;
        }
        string x = isOptimized ? ChannelsFirst(w, "x") : "x";
        x = Relu6(w, Of(x, y => w.BatchNorm(Conv(w, y, 3, 8, 3, 2), 8)));
        x = Wide(Block(Block(x, 8, 12, 2), 12, 12, 1), 12, 24);
        TopologyRun.Agrees(w.Build(Classifier(w, isOptimized ? x : ChannelsFirst(w, x), 24, isOptimized)));
    }

    private static string Padding(NetworkWriter w, string x, long[] pads) => w.Opset < 11
        ? w.Node("Pad", x, Attribute("mode", "constant"), Attribute("pads", pads)) : w.Node("Pad", [x, w.Longs(pads)]);

    /// <summary>The network scales and normalizes its bytes itself; squeeze and excitation by Reshape.</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void EfficientNet(int opset)
    {
        var w = Start(opset);
        string Swish(string x) => w.Mul(x, w.Node("Sigmoid", x));
        string Biased(string x, int channels) => w.Add(x, w.Floats([1, channels, 1, 1], w.Drawn(channels, -0.5f, 0.5f)));
        string Excited(string x, int channels)
        {
            string mean = w.Reshape(Pooled(w, x, isOptimized: true), -1, 1, 1, channels);
            string narrow = Swish(Biased(Conv(w, ChannelsFirst(w, mean), channels, 4, 1), 4));
            return w.Mul(x, w.Node("Sigmoid", Biased(Conv(w, narrow, 4, channels, 1), channels)));
        }
        string Block(string x, int inputs, int outputs, int kernel, int stride)
        {
            int wide = 3 * inputs;
            string made = Swish(w.BatchNorm(Conv(w, x, inputs, wide, 1), wide));
            made = Excited(Swish(w.BatchNorm(Depthwise(w, made, wide, kernel, stride), wide)), wide);
            made = w.BatchNorm(Conv(w, made, wide, outputs, 1), outputs);
            return inputs == outputs && stride == 1 ? w.Add(made, x) : made;
        }
        string scaled = w.Mul("x", w.Float(0.25f));
        string shifted = w.Node("Sub", [scaled, w.Floats([1, 1, 1, 3], 0.485f, 0.456f, 0.406f)]);
        string x = ChannelsFirst(w, w.Node("Div", [shifted, w.Floats([1, 1, 1, 3], 0.229f, 0.224f, 0.225f)]));
        x = Swish(w.BatchNorm(Conv(w, x, 3, 8, 3, 2), 8));
        x = Block(Block(Block(x, 8, 8, 3, 1), 8, 12, 5, 2), 12, 12, 5, 1);
        TopologyRun.Agrees(w.Build(Classifier(w, Swish(w.BatchNorm(Conv(w, x, 12, 24, 1), 24)), 24)));
    }

    /// <summary>EfficientNet-Lite of the zoo, from TensorFlow: means by AveragePool and Squeeze, and scores beside the classes.</summary>
    [Fact]
    public void EfficientNet_Lite()
    {
        var w = new NetworkWriter(11, [1, 32, 32, 3], irVersion: 6);
        string Layer(string x, int inputs, int outputs, int kernel, int stride, int groups, bool isLinear = false)
        {
            string[] tensors = [x, w.Weights(outputs, inputs / groups, kernel, kernel), w.Vector(outputs)];
            string made = w.Node("Conv", tensors, Attribute("kernel_shape", kernel, kernel), Attribute("strides", stride, stride),
                Attribute("group", (long)groups), Attribute("dilations", 1, 1), Attribute("auto_pad", "SAME_UPPER"));
            return isLinear ? made : w.Clip(made, 0, 6);
        }
        string x = Layer(ChannelsFirst(w, "x"), 3, 8, 3, 2, 1);
        string wide = Layer(Layer(x, 8, 24, 1, 1, 1), 24, 24, 5, 2, 24);
        x = Layer(wide, 24, 12, 1, 1, 1, isLinear: true);
        x = w.Add(Layer(Layer(Layer(x, 12, 36, 1, 1, 1), 36, 36, 3, 1, 36), 36, 12, 1, 1, 1, isLinear: true), x);
        x = w.Node("AveragePool", Layer(x, 12, 24, 1, 1, 1), Attribute("kernel_shape", 8, 8), Attribute("strides", 1, 1),
            Attribute("auto_pad", "VALID"));
        x = w.Squeeze(ChannelsLast(w, x), 1, 2);
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.MatMul(x, 24, 10), Attribute("axis", 1L))));
    }

    /// <summary>HardSwish is x * Relu6(x + 3) / 6, in the order in which Keras writes it.</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void MobileNet_v3(int opset)
    {
        var w = Start(opset);
        string HardSigmoid(string x) => w.Mul(Relu6(w, w.Add(x, w.Float(3))), w.Float(1 / 6f));
        string HardSwish(string x) => w.Mul(x, HardSigmoid(x));
        string Excited(string x, int channels)
        {
            string mean = w.Mean(x, keeps: true, 2, 3);
            string narrow = w.Relu(w.Node("Conv", [mean, Kernel(w, 1, channels, 8), w.Vector(8)], Same(1, 1)));
            return w.Mul(x, HardSigmoid(w.Node("Conv", [narrow, Kernel(w, 1, 8, channels), w.Vector(channels)], Same(1, 1))));
        }
        string Block(string x, int inputs, int outputs, int stride)
        {
            int wide = 3 * inputs;
            string made = HardSwish(w.BatchNorm(Conv(w, x, inputs, wide, 1), wide));
            made = Excited(HardSwish(w.BatchNorm(Depthwise(w, made, wide, 5, stride), wide)), wide);
            made = w.BatchNorm(Conv(w, made, wide, outputs, 1), outputs);
            return inputs == outputs && stride == 1 ? w.Add(x, made) : made;
        }
        string rescaled = w.Add(w.Mul("x", w.Float(0.5f)), w.Float(-1));
        string x = HardSwish(w.BatchNorm(Conv(w, ChannelsFirst(w, rescaled), 3, 8, 3, 2), 8));
        x = HardSwish(w.BatchNorm(Conv(w, Block(Block(x, 8, 12, 2), 12, 12, 1), 12, 24, 1), 24));
        x = HardSwish(w.Node("Conv", [w.Mean(x, keeps: true, 2, 3), Kernel(w, 1, 24, 32), w.Vector(32)], Same(1, 1)));
        x = w.Node("Conv", [x, Kernel(w, 1, 32, 10), w.Vector(10)], Same(1, 1));
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.Reshape(ChannelsLast(w, x), -1, 10))));
    }

    /// <summary>DenseNet: joined along the last axis, batch norms in front of layers; nothing was optimized.</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void DenseNet(int opset)
    {
        var w = Start(opset);
        string Of(string x, Func<string, string> layer) => ChannelsLast(w, layer(ChannelsFirst(w, x)));
        string Normalized(string x, int channels) => w.Relu(Of(x, y => w.BatchNorm(y, channels)));
        string x = Of(Padding(w, "x", [0, 3, 3, 0, 0, 3, 3, 0]), y => w.Node("Conv", [y, Kernel(w, 7, 3, 8)], Window(7, 2, 0)));
        x = Of(Padding(w, Normalized(x, 8), [0, 1, 1, 0, 0, 1, 1, 0]), y => w.Node("MaxPool", y, Window(3, 2, 0)));
        int channels = 8;
        for (int layer = 0; layer < 3; layer++, channels += 4)
        {
            string narrow = Of(Normalized(x, channels), y => Conv(w, y, channels, 12, 1));
            x = w.Concat(3, x, Of(Normalized(narrow, 12), y => Conv(w, y, 12, 4, 3)));
        }
        x = Of(Of(Normalized(x, channels), y => Conv(w, y, channels, 10, 1)), y => w.Node("AveragePool", y, Window(2, 2, 0)));
        TopologyRun.Agrees(w.Build(Classifier(w, ChannelsFirst(w, Normalized(x, 10)), 10, isOptimized: false)));
    }

    /// <summary>Xception: separable convolutions, shortcuts that stride, MaxPool of SAME; a dense layer behind Flatten of
    /// [y, x, channel].</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void Xception(int opset)
    {
        var w = Start(opset);
        string Separable(string x, int inputs, int outputs) =>
            w.BatchNorm(Conv(w, Depthwise(w, x, inputs, 3), inputs, outputs, 1), outputs);
        string Block(string x, int inputs, int outputs)
        {
            string made = Separable(w.Relu(Separable(w.Relu(x), inputs, outputs)), outputs, outputs);
            return w.Add(w.Node("MaxPool", made, Same(3, 2)), w.BatchNorm(Conv(w, x, inputs, outputs, 1, 2), outputs));
        }
        string x = w.Relu(w.BatchNorm(Conv(w, ChannelsFirst(w, "x"), 3, 8, 3, 2), 8));
        x = w.Relu(Separable(Block(Block(x, 8, 12), 12, 16), 16, 20));
        string features = w.Reshape(ChannelsLast(w, x), -1, 320);
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.MatMul(w.Relu(w.MatMul(features, 320, 16)), 16, 10))));
    }
}
