using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Topologies.NetworkWriter;

namespace ImcEngine.Tests.Importer.Topologies;

/// <summary>Networks as MXNet and CNTK exported them, of opset 7 and 8, and as Paddle does.</summary>
public class OtherNetworkTests
{
    /// <summary>MXNet: the image is normalized by a batch norm, and so are features; every scale is an initializer, 1 where MXNet fixed
    /// it.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void MxNets_ResNet_v2(int opset)
    {
        var w = new NetworkWriter(opset, [1, 3, 32, 32]);
        string Norm(string y, int channels) => w.BatchNorm(y, channels, Attribute("momentum", 0.9f), Attribute("spatial", 1L));
        string Fixed(string y, int channels) => w.Node("BatchNormalization",
            [y, w.Floats([channels], [.. Enumerable.Repeat(1f, channels)]), w.Vector(channels), w.Vector(channels),
                w.Vector(channels, 0.5f, 1.5f)], Attribute("epsilon", 2e-5f), Attribute("momentum", 0.9f), Attribute("spatial", 1L));
        string Block(string y, int inputs, int outputs, int stride)
        {
            string active = w.Relu(Norm(y, inputs));
            string narrow = w.Relu(Norm(w.Conv(active, inputs, outputs, 3, stride), outputs));
            return w.Add(w.Conv(narrow, outputs, outputs, 3), stride == 1 ? y : w.Conv(active, inputs, outputs, 1, stride));
        }
        string x = w.Relu(Norm(w.Conv(Fixed("x", 3), 3, 8, 7, 2), 8));
        x = w.Node("MaxPool", x, Window(3, 2, 1));
        x = w.Relu(Norm(Block(Block(x, 8, 12, 2), 12, 12, 1), 12));
        x = w.Node("Flatten", w.Node("GlobalAveragePool", x));
        TopologyRun.Agrees(w.Build(w.Gemm(x, 12, 10)));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void MxNets_MobileNet_v2(int opset)
    {
        var w = new NetworkWriter(opset, [1, 3, 32, 32]);
        string Norm(string y, int channels) => w.BatchNorm(y, channels, Attribute("momentum", 0.9f), Attribute("spatial", 1L));
        string Layer(string y, int inputs, int outputs, int kernel, int stride = 1, int groups = 1, bool isLinear = false)
        {
            string made = Norm(w.Conv(y, inputs, outputs, kernel, stride, groups), outputs);
            return isLinear ? made : w.Clip(made, 0, 6);
        }
        string Block(string y, int inputs, int outputs, int stride)
        {
            int wide = 3 * inputs;
            string made = Layer(Layer(Layer(y, inputs, wide, 1), wide, wide, 3, stride, wide), wide, outputs, 1, isLinear: true);
            return inputs == outputs ? w.Add(made, y) : made;
        }
        string x = Block(Block(Layer("x", 3, 8, 3, 2), 8, 12, 2), 12, 12, 1);
        x = w.Node("GlobalAveragePool", Layer(x, 12, 24, 1));
        TopologyRun.Agrees(w.Build(w.Reshape(w.Conv(x, 24, 10, 1), 0, -1)));
    }

    /// <summary>ArcFace: pixels are shifted and scaled by the network, PRelu, squeeze and excitation, a batch norm of features.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void MxNets_ArcFace(int opset)
    {
        var w = new NetworkWriter(opset, [1, 3, 16, 16]);
        string Norm(string y, int channels) => w.BatchNorm(y, channels, Attribute("momentum", 0.9f), Attribute("spatial", 1L));
        string PRelu(string y, int channels) => w.Node("PRelu", [y, w.Floats([channels, 1, 1], w.Drawn(channels, 0.1f, 0.4f))]);
        string Excited(string y, int channels)
        {
            string mean = w.Node("GlobalAveragePool", y);
            string narrow = PRelu(w.Conv(mean, channels, 4, 1, bias: true), 4);
            return w.Mul(y, w.Node("Sigmoid", w.Conv(narrow, 4, channels, 1, bias: true)));
        }
        string Block(string y, int inputs, int outputs, int stride)
        {
            string made = PRelu(Norm(w.Conv(Norm(y, inputs), inputs, outputs, 3), outputs), outputs);
            made = Excited(Norm(w.Conv(made, outputs, outputs, 3, stride), outputs), outputs);
            return w.Add(made, stride == 1 ? y : Norm(w.Conv(y, inputs, outputs, 1, stride), outputs));
        }
        string x = w.Mul(w.Node("Sub", ["x", w.Floats([1], 0.1275f)]), w.Floats([1], 0.78125f));
        x = PRelu(Norm(w.Conv(x, 3, 8, 3), 8), 8);
        x = Norm(Block(Block(x, 8, 12, 2), 12, 12, 1), 12);
        x = w.Node("Flatten", w.Node("Dropout", x, Attribute("ratio", 0.4f)));
        TopologyRun.Agrees(w.Build(Norm(w.Gemm(x, 768, 16), 16)));
    }

    /// <summary>CNTK: biases of [channel, 1, 1] are added, pads are named SAME_UPPER, and weights of a linear layer are reshaped.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Cntks_digits(int opset)
    {
        var w = new NetworkWriter(opset, [1, 1, 28, 28]);
        string Layer(string y, int inputs, int outputs)
        {
            string made = w.Node("Conv", [y, w.Weights(outputs, inputs, 5, 5)], Attribute("kernel_shape", 5, 5),
                Attribute("strides", 1, 1), Attribute("auto_pad", "SAME_UPPER"), Attribute("group", 1L), Attribute("dilations", 1, 1));
            return w.Relu(w.Add(made, w.Floats([outputs, 1, 1], w.Drawn(outputs, -0.5f, 0.5f))));
        }
        string Pooled(string y, int size) => w.Node("MaxPool", y, Attribute("kernel_shape", size, size), Attribute("strides", size, size),
            Attribute("pads", 0, 0, 0, 0), Attribute("auto_pad", "NOTSET"));
        string x = Pooled(Layer(Pooled(Layer("x", 1, 4), 2), 4, 8), 3);
        string weights = w.Reshape(w.Floats([8, 4, 4, 10], w.DrawnWeights([8, 4, 4, 10], 128)), 128, 10);
        x = w.Node("MatMul", [w.Reshape(x, 1, 128), weights]);
        TopologyRun.Agrees(w.Build(w.Add(x, w.Floats([1, 10], w.Drawn(10, -1, 1)))));
    }

    /// <summary>CNTK's faces: pixels from 0 to 255 are shifted and scaled, Dropout stands between layers.</summary>
    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    public void Cntks_emotions(int opset)
    {
        var w = new NetworkWriter(opset, [1, 1, 32, 32]);
        string Layer(string y, int inputs, int outputs) => w.Relu(w.Add(w.Node("Conv", [y, w.Weights(outputs, inputs, 3, 3)],
            Attribute("kernel_shape", 3, 3), Attribute("strides", 1, 1), Attribute("auto_pad", "SAME_UPPER"), Attribute("group", 1L),
            Attribute("dilations", 1, 1)), w.Floats([outputs, 1, 1], w.Drawn(outputs, -0.5f, 0.5f))));
        string Dropped(string y) => w.Nodes("Dropout", [y], 2, Attribute("ratio", 0.25f))[0];
        string Linear(string y, int inputs, int outputs) =>
            w.Add(w.Node("MatMul", [y, w.Floats([inputs, outputs], w.DrawnWeights([inputs, outputs], inputs))]),
                w.Floats([1, outputs], w.Drawn(outputs, -0.5f, 0.5f)));
        string x = w.Node("Div", [w.Node("Sub", ["x", w.Float(127.5f)]), w.Float(255)]);
        int channels = 1;
        foreach (int wider in new[] { 4, 8 })
        {
            x = Dropped(w.Node("MaxPool", Layer(Layer(x, channels, wider), wider, wider), Window(2, 2, 0)));
            channels = wider;
        }
        x = Dropped(w.Relu(Linear(w.Reshape(x, 1, 512), 512, 16)));
        TopologyRun.Agrees(w.Build(Linear(x, 16, 8)));
    }

    /// <summary>Paddle: sizes are cast to int32, cut, cast back and joined; a hard swish is Add, Clip, Mul and Div.</summary>
    [Fact]
    public void Paddles_MobileNet_v3()
    {
        var w = new NetworkWriter(10, [-1, 3, 16, 16]);
        string Norm(string y, int channels) => w.BatchNorm(y, channels, Attribute("momentum", 0.9f));
        string Swish(string y) => w.Node("Div",
            [w.Mul(y, w.Clip(w.Add(y, w.Float(3)), 0, 6)), w.Float(6)]);
        string x = Swish(Norm(w.Conv("x", 3, 8, 3, 2), 8));
        string gate = w.Conv(w.Relu(w.Conv(w.Node("GlobalAveragePool", x), 8, 4, 1)), 4, 8, 1);
        x = w.Mul(x, w.Node("HardSigmoid", gate, Attribute("alpha", 0.2f), Attribute("beta", 0.5f)));
        x = w.Node("GlobalAveragePool", Swish(Norm(w.Conv(x, 8, 12, 1), 12)));
        string sizes = w.Node("Cast", w.Node("Shape", x), Attribute("to", 6L));
        string batch = w.Node("Slice", [sizes, w.Longs(0), w.Longs(1), w.Longs(0)]);
        string target = w.Node("Concat", [w.Node("Cast", batch, Attribute("to", 7L)), w.Longs(12)], Attribute("axis", 0L));
        x = w.MatMul(w.Node("Reshape", [x, target]), 12, 10);
        TopologyRun.Agrees(w.Build(w.Node("Softmax", w.Add(x, w.Vector(10)), Attribute("axis", 1L))));
    }
}
