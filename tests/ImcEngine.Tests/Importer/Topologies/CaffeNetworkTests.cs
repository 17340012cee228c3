using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>The networks that Caffe2 exported to the ONNX zoo:
/// a batch of one, initializers that are inputs, Dropout with its mask.</summary>
public class CaffeNetworkTests
{
    private const int CaffeIr = 3;

    public static TheoryData<int> Opsets => [7, 8, 9];

    private static NetworkWriter Start(int opset, int size = 32) => new(opset, [1, 3, size, size], CaffeIr);

    private static string MaxPool(NetworkWriter w, string x, int kernel, int stride, params long[] pads) => w.Node("MaxPool", x,
        Attribute("kernel_shape", kernel, kernel), Attribute("strides", stride, stride), Attribute("pads", pads));

    private static string Dropout(NetworkWriter w, string x) => w.Nodes("Dropout", [x], 2, Attribute("ratio", 0.4f))[0];

    /// <summary>Caffe has a Scale layer behind each BatchNorm: constants of [channel] that nodes expand to [channel, 1, 1].</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void DenseNet(int opset)
    {
        var w = Start(opset);
        string Scaled(string x, int channels)
        {
            string normalized = w.Node("BatchNormalization",
                [x, w.Vector(channels, 1, 1), w.Vector(channels, 0, 0), w.Vector(channels), w.Vector(channels, 0.5f, 1.5f)],
                [Attribute("epsilon", 1e-5f), .. opset < 9 ? [Attribute("spatial", 1L)] : Array.Empty<OnnxAttribute>()]);
            string scaled = w.Mul(normalized, w.Unsqueeze(w.Vector(channels, 0.5f, 1.5f), 1, 2));
            return w.Relu(w.Add(scaled, w.Unsqueeze(w.Vector(channels), 1, 2)));
        }
        string x = MaxPool(w, Scaled(w.Conv("x", 3, 8, 7, 2), 8), 3, 2, 1, 1, 1, 1);
        int channels = 8;
        for (int block = 0; block < 2; block++)
        {
            for (int layer = 0; layer < 3; layer++, channels += 4)
            {
                string narrow = w.Conv(Scaled(x, channels), channels, 16, 1);
                x = w.Concat(1, x, w.Conv(Scaled(narrow, 16), 16, 4, 3));
            }
            if (block > 0) continue;
            x = w.Node("AveragePool", w.Conv(Scaled(x, channels), channels, channels / 2, 1), Window(2, 2, 0));
            channels /= 2;
        }
        x = w.Node("GlobalAveragePool", Scaled(x, channels));
        TopologyRun.Agrees(w.Build(w.Conv(x, channels, 10, 1, bias: true)));
    }

    [Theory, MemberData(nameof(Opsets))]
    public void ShuffleNet(int opset)
    {
        const int Groups = 3;
        var w = Start(opset);
        string x = MaxPool(w, w.Relu(w.BatchNorm(w.Conv("x", 3, 12, 3, 2), 12)), 3, 2, 1, 1, 1, 1);
        string Shuffled(string y, int channels, int size) => w.Reshape(w.Transpose(
            w.Reshape(y, 1, Groups, channels / Groups, size, size), 0, 2, 1, 3, 4), 1, channels, size, size);
        string Unit(string y, int inputs, int outputs, int size, int stride)
        {
            string narrow = w.Relu(w.BatchNorm(w.Conv(y, inputs, 12, 1, groups: Groups), 12));
            string wide = w.BatchNorm(w.Conv(Shuffled(narrow, 12, size), 12, 12, 3, stride, groups: 12), 12);
            int own = stride == 1 ? outputs : outputs - inputs;
            string made = w.BatchNorm(w.Conv(wide, 12, own, 1, groups: Groups), own);
            return w.Relu(stride == 1 ? w.Node("Sum", [made, y])
                : w.Concat(1, w.Node("AveragePool", y, Window(3, 2, 1)), made));
        }
        x = Unit(x, 12, 24, 8, 2);
        x = Unit(x, 24, 24, 4, 1);
        x = w.Reshape(w.Node("AveragePool", x, Window(4, 1, 0)), 1, 24);
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.Gemm(x, 24, 10), Attribute("axis", 1L))));
    }

    /// <summary>Inception v1: local response normalization, modules joined by Concat.</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void GoogLeNet(int opset)
    {
        var w = Start(opset);
        string Rectified(string y, int inputs, int outputs, int kernel, int stride = 1) =>
            w.Relu(w.Conv(y, inputs, outputs, kernel, stride, bias: true));
        string Normalized(string y) =>
            w.Node("LRN", y, Attribute("alpha", 1e-4f), Attribute("beta", 0.75f), Attribute("bias", 1f), Attribute("size", 5L));
        string Module(string y, int inputs) => w.Concat(1, Rectified(y, inputs, 6, 1), Rectified(Rectified(y, inputs, 4, 1), 4, 8, 3),
            Rectified(Rectified(y, inputs, 2, 1), 2, 3, 5), Rectified(MaxPool(w, y, 3, 1, 1, 1, 1, 1), inputs, 3, 1));
        string x = Normalized(MaxPool(w, Rectified("x", 3, 8, 7, 2), 3, 2, 0, 0, 1, 1));
        x = MaxPool(w, Normalized(Rectified(Rectified(x, 8, 8, 1), 8, 12, 3)), 3, 2, 0, 0, 1, 1);
        x = Module(Module(x, 12), 20);
        x = Dropout(w, w.Node("AveragePool", x, Window(4, 1, 0)));
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.Gemm(w.Reshape(x, 1, 20), 20, 10))));
    }

    [Theory, MemberData(nameof(Opsets))]
    public void SqueezeNet(int opset)
    {
        var w = Start(opset);
        string Rectified(string y, int inputs, int outputs, int kernel, int stride = 1, int? pad = null) =>
            w.Relu(w.Conv(y, inputs, outputs, kernel, stride, bias: true, pad: pad));
        string Fire(string y, int inputs)
        {
            string narrow = Rectified(y, inputs, 4, 1);
            return w.Concat(1, Rectified(narrow, 4, 8, 1), Rectified(narrow, 4, 8, 3));
        }
        string x = MaxPool(w, Rectified("x", 3, 8, 3, 2, pad: 0), 3, 2, 0, 0, 0, 0);
        x = Fire(MaxPool(w, Fire(Fire(x, 8), 16), 3, 2, 0, 0, 0, 0), 16);
        x = w.Node("GlobalAveragePool", Rectified(Dropout(w, x), 16, 10, 1));
        TopologyRun.Agrees(w.Build(w.Node("Softmax", x)));
    }

    [Theory, MemberData(nameof(Opsets))]
    public void Vgg(int opset)
    {
        var w = Start(opset);
        string x = "x";
        int channels = 3;
        foreach (int wider in new[] { 4, 8, 12 })
        {
            x = w.Relu(w.Conv(x, channels, wider, 3, bias: true));
            x = MaxPool(w, w.Relu(w.Conv(x, wider, wider, 3, bias: true)), 2, 2, 0, 0, 0, 0);
            channels = wider;
        }
        x = Dropout(w, w.Relu(w.Gemm(w.Reshape(x, 1, 192), 192, 32)));
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.Gemm(x, 32, 10))));
    }

    /// <summary>AlexNet: two groups, as on two cards.</summary>
    [Theory, MemberData(nameof(Opsets))]
    public void AlexNet(int opset)
    {
        var w = Start(opset);
        string Normalized(string y) => w.Node("LRN", y, Attribute("alpha", 1e-4f), Attribute("beta", 0.75f), Attribute("size", 5L));
        string x = MaxPool(w, Normalized(w.Relu(w.Conv("x", 3, 8, 5, 2, bias: true, pad: 0))), 3, 2, 0, 0, 0, 0);
        x = w.Relu(w.Conv(x, 8, 12, 5, groups: 2, bias: true));
        x = MaxPool(w, Normalized(x), 3, 2, 0, 0, 1, 1);
        x = Dropout(w, w.Relu(w.Gemm(w.Reshape(x, 1, 108), 108, 16)));
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.Gemm(x, 16, 10))));
    }
}
