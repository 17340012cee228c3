using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>torchvision's and timm's convolutional networks as PyTorch exports them: an open batch, batch norms folded, sizes computed from
/// Shape where the tracer could not know them.</summary>
public class TorchNetworkTests
{
    public static TheoryData<int> Opsets => [9, 11, 13, 17, 18];

    private static NetworkWriter Start(int opset, int size = 32) => new(opset, [-1, 3, size, size], irVersion: opset < 15 ? 6 : 8);

    private static string ConvRelu(NetworkWriter w, string x, int inputs, int outputs, int kernel, int stride = 1, int groups = 1) =>
        w.Relu(w.Conv(x, inputs, outputs, kernel, stride, groups, bias: true));

    private static string Silu(NetworkWriter w, string x) => w.Mul(x, w.Node("Sigmoid", x));

    private static string Classifier(NetworkWriter w, string x, int channels) =>
        w.Gemm(w.Flatten(w.Node("GlobalAveragePool", x)), channels, 10);

    /// <summary>One element of Shape, as the tracer writes <c>x.size(axis)</c>.</summary>
    private static string Size(NetworkWriter w, string x, long axis) =>
        w.Node("Gather", [w.Node("Shape", x), w.ConstantLongs([], axis)], Attribute("axis", 0L));

    /// <summary>Residual blocks of ResNet, and of ResNeXt and RegNet with groups. With an exporter's option weights come by Identity: equal
    /// ones are held once.</summary>
    [Theory]
    [InlineData(9, 1, false)]
    [InlineData(11, 4, false)]
    [InlineData(13, 1, true)]
    [InlineData(17, 4, true)]
    public void ResNet_and_RegNet(int opset, int groups, bool sharesBias)
    {
        var w = Start(opset);
        string Conv(string x, int inputs, int outputs, int kernel, int stride = 1, int inGroups = 1)
        {
            string bias = w.Vector(outputs);
            return w.Node("Conv", [x, w.Weights(outputs, inputs / inGroups, kernel, kernel), sharesBias ? w.Node("Identity", bias) : bias],
                Window(kernel, stride, kernel / 2, Attribute("dilations", 1, 1), Attribute("group", (long)inGroups)));
        }
        string Bottleneck(string x, int inputs, int outputs, int stride)
        {
            string narrow = w.Relu(Conv(x, inputs, 8, 1));
            string made = Conv(w.Relu(Conv(narrow, 8, 8, 3, stride, groups)), 8, outputs, 1);
            return w.Relu(w.Add(made, stride == 1 ? x : Conv(x, inputs, outputs, 1, stride)));
        }
        string x = w.Node("MaxPool", w.Relu(Conv("x", 3, 8, 7, 2)), Window(3, 2, 1));
        x = Bottleneck(Bottleneck(x, 8, 16, 2), 16, 16, 1);
        TopologyRun.Agrees(w.Build(Classifier(w, x, 16)));
    }

    /// <param name="slices">An exporter of before Split: halves by Slice, whose bounds are computed from the shape.</param>
    [Theory]
    [InlineData(9, true)]
    [InlineData(9, false)]
    [InlineData(11, true)]
    [InlineData(13, false)]
    [InlineData(17, false)]
    [InlineData(18, false)]
    public void ShuffleNet_v2(int opset, bool slices)
    {
        var w = Start(opset);
        string[] Halves(string x, int channels)
        {
            if (!slices) return w.Split(x, 1, channels / 2, channels / 2);
            string size = Size(w, x, 1);
            string half = w.Node("Div", [w.Add(size, w.ConstantLongs([], 1)), w.ConstantLongs([], 2)]);
            string Bound(int times) => w.Unsqueeze(w.Mul(half, w.ConstantLongs([], times)), 0);
            string Part(int first) => opset < 10
                ? w.Node("Slice", x, Attribute("axes", [1L]), Attribute("starts", [first * channels / 2]),
                    Attribute("ends", [(first + 1L) * channels / 2]))
                : w.Node("Slice", [x, Bound(first), Bound(first + 1), w.Longs(1)]);
            return [Part(0), Part(1)];
        }
        string Shuffled(string x)
        {
            string batch = Size(w, x, 0), channels = Size(w, x, 1), height = Size(w, x, 2), width = Size(w, x, 3);
            string perGroup = w.Node("Div", [channels, w.ConstantLongs([], 2)]);
            string target = w.Concat(0, w.Unsqueeze(batch, 0), w.ConstantLongs([1], 2), w.Unsqueeze(perGroup, 0), w.Unsqueeze(height, 0),
                w.Unsqueeze(width, 0));
            string turned = w.Transpose(w.Node("Reshape", [x, target]), 0, 2, 1, 3, 4);
            string back = w.Concat(0, w.Unsqueeze(batch, 0), w.ConstantLongs([1], -1), w.Unsqueeze(height, 0), w.Unsqueeze(width, 0));
            return w.Node("Reshape", [turned, back]);
        }
        string Branch(string x, int inputs, int outputs, int stride) => ConvRelu(w,
            w.Conv(ConvRelu(w, x, inputs, outputs, 1), outputs, outputs, 3, stride, groups: outputs, bias: true), outputs, outputs, 1);
        string x = w.Node("MaxPool", ConvRelu(w, "x", 3, 8, 3, 2), Window(3, 2, 1));
        string shortcut = ConvRelu(w, w.Conv(x, 8, 8, 3, 2, groups: 8, bias: true), 8, 8, 1);
        x = Shuffled(w.Concat(1, shortcut, Branch(x, 8, 8, 2)));
        string[] halves = Halves(x, 16);
        x = Shuffled(w.Concat(1, halves[0], Branch(halves[1], 8, 8, 1)));
        TopologyRun.Agrees(w.Build(w.Gemm(w.Mean(ConvRelu(w, x, 16, 24, 1), keeps: false, 2, 3), 24, 10)));
    }

    [Theory, MemberData(nameof(Opsets))]
    public void EfficientNet(int opset)
    {
        var w = Start(opset);
        string Excited(string x, int channels)
        {
            string mean = opset == 18 ? w.Mean(x, keeps: true, 2, 3) : w.Node("GlobalAveragePool", x);
            string narrow = Silu(w, w.Conv(mean, channels, 4, 1, bias: true));
            return w.Mul(w.Node("Sigmoid", w.Conv(narrow, 4, channels, 1, bias: true)), x);
        }
        string Block(string x, int inputs, int outputs, int kernel, int stride)
        {
            int wide = 4 * inputs;
            string made = Silu(w, w.Conv(x, inputs, wide, 1, bias: true));
            made = Excited(Silu(w, w.Conv(made, wide, wide, kernel, stride, groups: wide, bias: true)), wide);
            made = w.Conv(made, wide, outputs, 1, bias: true);
            return inputs == outputs && stride == 1 ? w.Add(made, x) : made;
        }
        string x = Silu(w, w.Conv("x", 3, 8, 3, 2, bias: true));
        x = Block(Block(Block(x, 8, 8, 3, 1), 8, 12, 5, 2), 12, 12, 5, 1);
        TopologyRun.Agrees(w.Build(Classifier(w, Silu(w, w.Conv(x, 12, 24, 1, bias: true)), 24)));
    }

    /// <summary>HardSwish as an operator since opset 14, as HardSigmoid and Mul before, and of the days when it was none.</summary>
    [Theory]
    [InlineData(9, "clip")]
    [InlineData(11, "clip")]
    [InlineData(11, "hardsigmoid")]
    [InlineData(13, "hardsigmoid")]
    [InlineData(17, "hardswish")]
    [InlineData(18, "hardswish")]
    public void MobileNet_v3(int opset, string form)
    {
        var w = Start(opset);
        string HardSigmoid(string x) => form == "clip"
            ? w.Node("Div", [w.Clip(w.Add(x, w.ConstantFloats([], 3)), 0, 6), w.ConstantFloats([], 6)])
            : w.Node("HardSigmoid", x, Attribute("alpha", 1 / 6f));
        string HardSwish(string x) => form == "hardswish" ? w.Node("HardSwish", x) : w.Mul(x, HardSigmoid(x));
        string Excited(string x, int channels) => w.Mul(HardSigmoid(w.Conv(
            w.Relu(w.Conv(w.Node("GlobalAveragePool", x), channels, 8, 1, bias: true)), 8, channels, 1, bias: true)), x);
        string Block(string x, int inputs, int outputs, int kernel, int stride, bool excites, Func<string, string> activation)
        {
            int wide = 3 * inputs;
            string made = activation(w.Conv(x, inputs, wide, 1, bias: true));
            made = activation(w.Conv(made, wide, wide, kernel, stride, groups: wide, bias: true));
            made = w.Conv(excites ? Excited(made, wide) : made, wide, outputs, 1, bias: true);
            return inputs == outputs && stride == 1 ? w.Add(x, made) : made;
        }
        string x = HardSwish(w.Conv("x", 3, 8, 3, 2, bias: true));
        x = Block(x, 8, 8, 3, 1, excites: true, w.Relu);
        x = Block(Block(x, 8, 12, 3, 2, excites: false, w.Relu), 12, 12, 5, 1, excites: true, HardSwish);
        x = w.Flatten(w.Node("GlobalAveragePool", HardSwish(w.Conv(x, 12, 32, 1, bias: true))));
        TopologyRun.Agrees(w.Build(w.Gemm(HardSwish(w.Gemm(x, 32, 24)), 24, 10)));
    }

    /// <summary>Images of one normalization become those of another, channel by channel; long and thin kernels; averages that count
    /// padding.</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void Inception_v3(int opset)
    {
        var w = Start(opset);
        string Channel(int channel)
        {
            string one = w.Unsqueeze(w.Node("Gather", ["x", w.ConstantLongs([], channel)], Attribute("axis", 1L)), 1);
            return w.Add(w.Mul(one, w.ConstantFloats([], 0.458f)), w.ConstantFloats([], -0.03f * channel));
        }
        string Conv(string y, int inputs, int outputs, int height, int width) => w.Relu(w.Node("Conv",
            [y, w.Weights(outputs, inputs, height, width), w.Vector(outputs)], Attribute("kernel_shape", height, width),
            Attribute("strides", 1, 1), Attribute("pads", height / 2, width / 2, height / 2, width / 2), Attribute("group", 1L)));
        string Average(string y) => opset >= 17
            ? w.Node("AveragePool", y, Window(3, 1, 1, Attribute("count_include_pad", 1L), Attribute("ceil_mode", 0L)))
            : w.Node("AveragePool", opset < 11 ? w.Node("Pad", y, Attribute("mode", "constant"), Attribute("value", 0f),
                    Attribute("pads", 0, 0, 1, 1, 0, 0, 1, 1))
                : w.Node("Pad", [y, w.Longs(0, 0, 1, 1, 0, 0, 1, 1), w.Float(0)], Attribute("mode", "constant")), Window(3, 1, 0));
        string image = w.Concat(1, Channel(0), Channel(1), Channel(2));
        string x = w.Node("MaxPool", ConvRelu(w, image, 3, 12, 3, 2), Window(3, 2, 0));
        string second = Conv(Conv(Conv(x, 12, 6, 1, 1), 6, 6, 1, 7), 6, 8, 7, 1);
        string third = Conv(Conv(x, 12, 6, 3, 1), 6, 4, 1, 3);
        x = w.Concat(1, Conv(x, 12, 8, 1, 1), second, third, Conv(Average(x), 12, 4, 1, 1));
        TopologyRun.Agrees(w.Build(Classifier(w, x, 24)));
    }

    /// <summary>LayerNormalization over channels, as an operator or in its parts; a linear layer over the last axis; Gelu by Erf.</summary>
    [Theory]
    [InlineData(11, false)]
    [InlineData(13, true)]
    [InlineData(17, false)]
    [InlineData(18, true)]
    [InlineData(20, false)]
    public void ConvNeXt(int opset, bool linearIsConv)
    {
        var w = Start(opset);
        string Normalized(string x, int channels)
        {
            string weight = w.Vector(channels, 0.5f, 1.5f), bias = w.Vector(channels);
            if (opset >= 17)
                return w.Node("LayerNormalization", [x, weight, bias], Attribute("axis", -1L), Attribute("epsilon", 1e-6f));
            string centred = w.Node("Sub", [x, w.Mean(x, keeps: true, -1)]);
            string variance = w.Mean(w.Node("Pow", [centred, w.ConstantFloats([], 2)]), keeps: true, -1);
            string deviation = w.Node("Sqrt", w.Add(variance, w.ConstantFloats([], 1e-6f)));
            return w.Add(w.Mul(w.Node("Div", [centred, deviation]), weight), bias);
        }
        string ChannelsLast(string x) => w.Transpose(x, 0, 2, 3, 1);
        string ChannelsFirst(string x) => w.Transpose(x, 0, 3, 1, 2);
        string Gelu(string x)
        {
            if (opset >= 20) return w.Node("Gelu", x);
            string erf = w.Node("Erf", w.Node("Div", [x, w.ConstantFloats([], 1.41421354f)]));
            return w.Mul(w.Mul(x, w.Add(erf, w.ConstantFloats([], 1))), w.ConstantFloats([], 0.5f));
        }
        string Block(string x, int channels)
        {
            string made = Normalized(ChannelsLast(w.Conv(x, channels, channels, 7, groups: channels, bias: true)), channels);
            made = linearIsConv
                ? w.Conv(Gelu(w.Conv(ChannelsFirst(made), channels, 4 * channels, 1, bias: true)), 4 * channels, channels, 1, bias: true)
                : ChannelsFirst(w.MatMul(Gelu(w.MatMul(made, channels, 4 * channels)), 4 * channels, channels));
            return w.Add(w.Mul(w.Floats([channels, 1, 1], w.Drawn(channels, 0.1f, 1)), made), x);
        }
        string x = ChannelsFirst(Normalized(ChannelsLast(w.Conv("x", 3, 8, 4, 4, bias: true, pad: 0)), 8));
        x = Block(Block(x, 8), 8);
        x = w.Conv(ChannelsFirst(Normalized(ChannelsLast(x), 8)), 8, 12, 2, 2, bias: true, pad: 0);
        x = ChannelsLast(w.Node("GlobalAveragePool", Block(x, 12)));
        TopologyRun.Agrees(w.Build(w.Gemm(w.Flatten(ChannelsFirst(Normalized(x, 12))), 12, 10)));
    }
}
