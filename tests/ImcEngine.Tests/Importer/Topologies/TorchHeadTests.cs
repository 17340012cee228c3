using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Importer.Lowering;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>PyTorch's networks that are no plain classifiers: detectors, segmentation, mixers and transformers.</summary>
public class TorchHeadTests
{
    private static string Silu(NetworkWriter w, string x) => w.Mul(x, w.Node("Sigmoid", x));

    private static string Conv(NetworkWriter w, string x, int inputs, int outputs, int kernel, int stride = 1) =>
        Silu(w, w.Conv(x, inputs, outputs, kernel, stride, bias: true));

    /// <summary>To twice the height and width, nearest, as each opset has it.</summary>
    private static string Doubled(NetworkWriter w, string x, string mode = "nearest")
    {
        OnnxAttribute[] attributes = [Attribute("mode", mode)];
        if (w.Opset < 10) return w.Node("Upsample", [x, w.ConstantFloats([4], 1, 1, 2, 2)], attributes);
        OnnxAttribute[] modern =
        [
            .. attributes, Attribute("coordinate_transformation_mode", mode == "nearest" ? "asymmetric" : "pytorch_half_pixel"),
            Attribute("cubic_coeff_a", -0.75f), Attribute("nearest_mode", "floor"),
        ];
        string none = w.Opset < 13 ? w.ConstantFloats([0]) : "";
        return w.Node("Resize", [x, none, w.ConstantFloats([4], 1, 1, 2, 2)], modern);
    }

    /// <summary>A detector of two scales, of which the output is named by the user; and both joined, as newer exports have them.</summary>
    [Theory]
    [InlineData(9, "large")]
    [InlineData(11, "small")]
    [InlineData(12, "joined")]
    [InlineData(17, "joined")]
    public void Yolo(int opset, string output)
    {
        var w = new NetworkWriter(opset, [1, 3, 32, 32], irVersion: 8);
        string Stage(string y, int channels)
        {
            string[] halves = w.Split(Conv(w, y, channels, channels, 1), 1, channels / 2, channels / 2);
            string made = w.Add(halves[1], Conv(w, Conv(w, halves[1], channels / 2, channels / 2, 3), channels / 2, channels / 2, 3));
            return Conv(w, w.Concat(1, halves[0], halves[1], made), channels * 3 / 2, channels, 1);
        }
        string Pooled(string y, int channels)
        {
            string narrow = Conv(w, y, channels, channels / 2, 1);
            string once = w.Node("MaxPool", narrow, Window(5, 1, 2)), twice = w.Node("MaxPool", once, Window(5, 1, 2));
            return Conv(w, w.Concat(1, narrow, once, twice, w.Node("MaxPool", twice, Window(5, 1, 2))), 2 * channels, channels, 1);
        }
        string Head(string y, int channels, int size, bool decodes)
        {
            string turned = w.Transpose(w.Reshape(w.Conv(y, channels, 3 * 7, 1, bias: true), 1, 3, 7, size, size), 0, 1, 3, 4, 2);
            if (!decodes) return turned;
            string[] parts = w.Split(w.Node("Sigmoid", turned), 4, 2, 2, 3);
            string centres = w.Mul(w.Add(w.Mul(parts[0], w.Float(2)), w.Floats([1, 3, size, size, 2], w.Drawn(6 * size * size, 0, 3))),
                w.Float(32f / size));
            string doubled = w.Mul(parts[1], w.Float(2)), sizes = w.Mul(w.Node("Pow", [doubled, w.Float(2)]),
                w.Floats([1, 3, 1, 1, 2], w.Drawn(6, 1, 4)));
            return w.Reshape(w.Concat(4, centres, sizes, parts[2]), 1, -1, 7);
        }
        string fine = Stage(Conv(w, Conv(w, "x", 3, 8, 6, 2, pad: 2), 8, 8, 3, 2), 8);
        string coarse = Pooled(Stage(Conv(w, fine, 8, 12, 3, 2), 12), 12);
        string up = Stage(Conv(w, w.Concat(1, Doubled(w, Conv(w, coarse, 12, 8, 1)), fine), 16, 8, 1), 8);
        string down = Stage(w.Concat(1, Conv(w, up, 8, 8, 3, 2), coarse), 20);
        bool joins = output == "joined";
        string small = Head(up, 8, 8, joins), large = Head(down, 20, 4, joins);
        string[] outputs = joins ? [w.Concat(1, small, large), small, large] : [small, large];
        var model = w.Build(outputs);
        new NetworkChoice(Output: joins ? outputs[0] : output == "small" ? small : large).Apply(model);
        TopologyRun.Agrees(model);
    }

    private static string Conv(NetworkWriter w, string x, int inputs, int outputs, int kernel, int stride, int pad) =>
        Silu(w, w.Conv(x, inputs, outputs, kernel, stride, bias: true, pad: pad));

    /// <summary>U-Net: down, up by Resize or ConvTranspose, joined with what was before; a map of every pixel comes out.</summary>
    [Theory]
    [InlineData(9, false)]
    [InlineData(11, true)]
    [InlineData(17, false)]
    public void UNet(int opset, bool transposes)
    {
        var w = new NetworkWriter(opset, [-1, 3, 16, 16], irVersion: 8);
        string Twice(string y, int inputs, int outputs) =>
            w.Relu(w.BatchNorm(w.Conv(w.Relu(w.Conv(y, inputs, outputs, 3, bias: true)), outputs, outputs, 3), outputs));
        string Up(string y, int inputs, int outputs) => !transposes
            ? w.Conv(Doubled(w, y, opset == 17 ? "linear" : "nearest"), inputs, outputs, 1, bias: true)
            : w.Node("ConvTranspose", [y, w.Floats([inputs, outputs, 2, 2], w.DrawnWeights([inputs, outputs, 2, 2], inputs)),
                w.Vector(outputs)], Attribute("kernel_shape", 2, 2), Attribute("strides", 2, 2), Attribute("pads", 0, 0, 0, 0));
        string first = Twice("x", 3, 6), second = Twice(w.Node("MaxPool", first, Window(2, 2, 0)), 6, 8);
        string third = Twice(w.Node("MaxPool", second, Window(2, 2, 0)), 8, 12);
        string up = Twice(w.Concat(1, Up(third, 12, 8), second), 16, 8);
        up = Twice(w.Concat(1, Up(up, 8, 6), first), 12, 6);
        TopologyRun.Agrees(w.Build(w.Node("Sigmoid", w.Conv(up, 6, 2, 1, bias: true))));
    }

    /// <summary>CoordConv, of a batch of one: coordinates of the pixels, constants, join the image and the features.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CoordConv(bool isLast)
    {
        var w = new NetworkWriter(13, isLast ? [1, 8, 8, 3] : [1, 3, 8, 8], irVersion: 7);
        string first = w.Floats(isLast ? [1, 8, 8, 2] : [1, 2, 8, 8], w.Drawn(128, -1, 1));
        string x = w.Concat(isLast ? 3 : 1, first, "x", first);
        x = w.Relu(w.Conv(isLast ? w.Transpose(x, 0, 3, 1, 2) : x, 7, 6, 3, bias: true));
        x = w.Flatten(w.Node("GlobalAveragePool", x));
        TopologyRun.Agrees(w.Build(w.Gemm(w.Concat(1, x, w.Floats([1, 2], 0.5f, -3)), 8, 10)));
    }

    /// <summary>MLP-Mixer: linear layers over patches and over channels by turns.</summary>
    [Theory]
    [InlineData(13)]
    [InlineData(17)]
    public void Mixer(int opset)
    {
        const int Patches = 16, Channels = 12;
        var w = new NetworkWriter(opset, [-1, 3, 16, 16], irVersion: 8);
        string Normalized(string y) => Normalization(w, y, Channels);
        string Mlp(string y, int size) => w.MatMul(Gelu(w, w.MatMul(y, size, 2 * size)), 2 * size, size);
        string x = w.Transpose(w.Reshape(w.Conv("x", 3, Channels, 4, 4, bias: true, pad: 0), 0, Channels, -1), 0, 2, 1);
        for (int block = 0; block < 2; block++)
        {
            x = w.Add(x, w.Transpose(Mlp(w.Transpose(Normalized(x), 0, 2, 1), Patches), 0, 2, 1));
            x = w.Add(x, Mlp(Normalized(x), Channels));
        }
        TopologyRun.Agrees(w.Build(w.Gemm(w.Mean(Normalized(x), keeps: false, 1), Channels, 10)));
    }

    /// <summary>A transformer that averages its patches: attention is products of tensors that depend on the image. Queries, keys and
    /// values are split apart; where an exporter puts them on axis 0, the network is refused.</summary>
    [Theory]
    [InlineData(13, true)]
    [InlineData(17, true)]
    [InlineData(17, false)]
    public void Vision_transformer(int opset, bool splits)
    {
        const int Patches = 16, Channels = 12, Heads = 3, Size = Channels / Heads;
        var w = new NetworkWriter(opset, [-1, 3, 16, 16], irVersion: 8);
        string Normalized(string y) => Normalization(w, y, Channels);
        string Attention(string y)
        {
            string all = w.MatMul(y, Channels, 3 * Channels);
            string[] parts;
            if (splits)
                parts = Array.ConvertAll(w.Split(all, 2, Channels, Channels, Channels),
                    part => w.Transpose(w.Reshape(part, 0, Patches, Heads, Size), 0, 2, 1, 3));
            else
            {
                all = w.Transpose(w.Reshape(all, 0, Patches, 3, Heads, Size), 2, 0, 3, 1, 4);
                parts = [.. Enumerable.Range(0, 3).Select(i => w.Node("Gather", [all, w.ConstantLongs([], i)], Attribute("axis", 0L)))];
            }
            string scores = w.Mul(w.Node("MatMul", [parts[0], w.Transpose(parts[1], 0, 1, 3, 2)]), w.Float(0.5f));
            string mixed = w.Node("MatMul", [w.Node("Softmax", scores, Attribute("axis", -1L)), parts[2]]);
            return w.MatMul(w.Reshape(w.Transpose(mixed, 0, 2, 1, 3), 0, Patches, Channels), Channels, Channels);
        }
        string x = w.Transpose(w.Reshape(w.Conv("x", 3, Channels, 4, 4, bias: true, pad: 0), 0, Channels, -1), 0, 2, 1);
        x = w.Add(x, w.Floats([1, Patches, Channels], w.Drawn(Patches * Channels, -1, 1)));
        x = w.Add(x, Attention(Normalized(x)));
        x = w.Add(x, w.MatMul(Gelu(w, w.MatMul(Normalized(x), Channels, 24)), 24, Channels));
        var model = w.Build(w.Gemm(w.Mean(Normalized(x), keeps: false, 1), Channels, 10));
        if (splits) TopologyRun.Agrees(model);
        else ImporterModel.IsRefused(model, "(Transpose): perm [2, 0, 3, 1, 4] moves axis 0, the batch");
    }

    private static string Normalization(NetworkWriter w, string x, int channels)
    {
        string weight = w.Vector(channels, 0.5f, 1.5f), bias = w.Vector(channels);
        if (w.Opset >= 17) return w.Node("LayerNormalization", [x, weight, bias], Attribute("axis", -1L), Attribute("epsilon", 1e-5f));
        string centred = w.Node("Sub", [x, w.Mean(x, keeps: true, -1)]);
        string variance = w.Mean(w.Node("Pow", [centred, w.Float(2)]), keeps: true, -1);
        return w.Add(w.Mul(w.Node("Div", [centred, w.Node("Sqrt", w.Add(variance, w.Float(1e-5f)))]), weight), bias);
    }

    private static string Gelu(NetworkWriter w, string x) => w.Mul(w.Mul(x,
        w.Add(w.Node("Erf", w.Node("Div", [x, w.Float(1.41421354f)])), w.Float(1))), w.Float(0.5f));
}
