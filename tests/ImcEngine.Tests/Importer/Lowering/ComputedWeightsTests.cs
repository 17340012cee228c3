using ImcEngine.Importer.Onnx;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Layers whose weights depend on the image, and the tensors without a batch axis that they need, in networks whose batch is
/// fixed at 1, against OnnxRuntime.</summary>
public class ComputedWeightsTests
{
    /// <summary>Weights of each image as a mixture of experts, as conditional convolutions have them. Groups, kernels, pads, strides and
    /// the bias are drawn: seeds 1 to 80.</summary>
    [Fact]
    public void Mixtures_of_experts_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= 80; seed++)
        {
            var random = new Random(seed);
            int groups = random.Next(1, 3), channels = groups * random.Next(1, 3), outputs = groups * random.Next(1, 3),
                kernel = random.Next(1, 4), stride = random.Next(1, 3), pad = random.Next(0, kernel), size = random.Next(3, 7);
            int bias = random.Next(3);
            var network = Agrees(Of(b =>
            {
                string pooled = b.Node("Flatten", [b.Node("GlobalAveragePool", ["x"], "p")], "f");
                string routing = b.Node("Sigmoid", [b.Node("Gemm", [pooled, Constant(b, "r", channels, 2)], "g")], "s");
                string Mixed(string name, params long[] dims) => b.Node("Reshape", [b.Node("MatMul",
                    [routing, Constant(b, name + ".experts", 2, dims.Aggregate((x, y) => x * y))], name + ".mixed"),
                    b.Longs(name + ".shape", dims)], name);
                string weights = Mixed("w", outputs, channels / groups, kernel, kernel);
                string image = b.Node("Reshape", ["x", b.Longs("image", 1, channels, size, size)], "i");
                string[] inputs = bias == 0 ? [image, weights]
                    : [image, weights, bias == 1 ? Constant(b, "bias", outputs) : Mixed("bias", outputs)];
                string result = b.Node("Conv", inputs, "c", Attribute("group", (long)groups), Attribute("strides", [stride, stride]),
                    Attribute("pads", [pad, pad, pad, pad]));
                b.Node("Reshape", [b.Node("Transpose", [result], "t", Attribute("perm", [1, 0, 2, 3])), b.Longs("end", 1, outputs, -1)],
                    "y");
            }, Drawn.Opset(random, 11), [1, channels, size, size]), seed: seed).Network;
            Assert.Single(network.Nodes.OfType<ComputedConvolutionNode>());
        }
    }

    /// <summary>A row [1, k] times a matrix [k, n], a matrix times a column, and batches of matrices, of one image: seeds 1 to 60.
    /// </summary>
    [Fact]
    public void Products_of_tensors_without_a_batch_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            int k = random.Next(2, 5), n = random.Next(2, 5), m = random.Next(2, 5);
            string Matrix(OnnxBuilder b, string name, params long[] dims)
            {
                int count = (int)dims.Aggregate((x, y) => x * y);
                string features = b.Node("MatMul", ["x", Constant(b, name + ".k", 6, count)], name + ".features");
                return b.Node("Reshape", [features, b.Longs(name + ".shape", dims)], name);
            }
            void Check(Action<OnnxBuilder> body) => Agrees(Of(body, Drawn.Opset(random, 13), [1, 6]), seed: seed);
            Check(b => b.Node("MatMul", [Matrix(b, "row", 1, k), Matrix(b, "m", k, n)], "y"));
            Check(b => b.Node("MatMul", [Matrix(b, "m", m, k), Matrix(b, "k", k, n)], "y"));
            Check(b => b.Node("MatMul", [Matrix(b, "column", m, 1), Matrix(b, "row", 1, k)], "y"));
            Check(b => b.Node("MatMul", [Matrix(b, "m", m, k), Matrix(b, "p", 3, k, n)], "y"));
            Check(b => b.Node("MatMul", [Matrix(b, "m", 1, m, k), Matrix(b, "p", 3, k, n)], "y"));
            Check(b => b.Node("MatMul", [Matrix(b, "m", m, k), Constant(b, "c", k, n)], "y"));
            Check(b => b.Node("MatMul", [Constant(b, "c", n, m), Matrix(b, "m", m, k)], "y"));
            Check(b => b.Node("MatMul", [Constant(b, "c", n, 1), Matrix(b, "row", 1, k)], "y"));
        }
    }

    /// <summary>Factors, transposes and sums are drawn: seeds 1 to 60.</summary>
    [Fact]
    public void Gemm_of_two_tensors_agrees_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            int m = random.Next(1, 4), k = random.Next(1, 5), n = random.Next(1, 5);
            bool turnA = Drawn.OneIn(random, 2), turnB = Drawn.OneIn(random, 2);
            int bias = random.Next(3);
            Agrees(Of(b =>
            {
                string Matrix(string name, bool turned, int rows, int columns)
                {
                    string features = b.Node("Gemm", ["x", Constant(b, name + ".k", 6, rows * columns)], name + ".features");
                    return b.Node("Reshape", [features, b.Longs(name + ".shape", turned ? [columns, rows] : [rows, columns])], name);
                }
                string[] inputs = [Matrix("a", turnA, m, k), Matrix("b", turnB, k, n)];
                if (bias > 0) inputs = [.. inputs, bias == 1 ? Constant(b, "bias", n) : Matrix("bias", false, m, n)];
                b.Node("Gemm", inputs, "y", Attribute("transA", turnA ? 1L : 0), Attribute("transB", turnB ? 1L : 0),
                    Attribute("alpha", random.Next(1, 4) / 2f), Attribute("beta", random.Next(1, 4) / 2f));
            }, Drawn.Opset(random, 13), [1, 6]), seed: seed);
        }
    }

    /// <summary>Operators of elements take tensors without a batch, with constants and with tensors that have one.</summary>
    [Fact]
    public void Operators_of_elements_take_tensors_without_a_batch()
    {
        void Check(Action<OnnxBuilder, string> body) => Agrees(Of(b =>
            body(b, b.Node("Reshape", ["x", b.Longs("shape", 2, 3)], "m")), 13, [1, 6]));
        Check((b, m) => b.Node("Sigmoid", [m], "y"));
        Check((b, m) => b.Node("Mul", [m, Constant(b, "k", 1, 2, 3)], "y"));
        Check((b, m) => b.Node("Max", [m, Constant(b, "k", 3), Constant(b, "l", 2, 1)], "y"));
        Check((b, m) => b.Node("Add", [m, b.Node("Reshape", ["x", b.Longs("other", 1, 2, 3)], "o")], "y"));
        Check((b, m) => b.Node("Where", [b.Node("Greater", [m, b.Float("zero", 0)], "g"), m, Constant(b, "k", 1, 3)], "y"));
        Check((b, m) => b.Node("Flatten", [b.Node("Unsqueeze", [m, b.Longs("axes", 0)], "u")], "y"));
        Check((b, m) => b.Node("Squeeze", [b.Node("Unsqueeze", [m, b.Longs("axes", 1)], "u")], "y"));
    }

    [Fact]
    public void The_number_of_images_is_a_number_where_it_is_1() => Agrees(Of(b =>
    {
        string images = b.Node("Gather", [b.Node("Shape", ["x"], "s"), b.Longs("first", 0)], "n");
        string shape = b.Node("Concat", [b.Node("Mul", [images, b.Longs("k", 2)], "m"), b.Longs("rest", -1)], "t", Attribute("axis", 0L));
        b.Node("Reshape", ["x", shape], "y");
    }, 13, [1, 6]));

    [Fact]
    public void Several_images_a_run_are_refused()
    {
        foreach (long batch in new long[] { -1, 2 })
        {
            IsRefused(Of(b => b.Node("Conv", ["x", b.Node("Relu", ["x"], "r")], "y"), input: [batch, 2, 4, 4]), "'y' (Conv)", "'r'",
                "depends on the image", "batch of 1");
            IsRefused(Of(b => b.Node("Gemm", ["x", b.Node("Relu", ["x"], "r")], "y"), input: [batch, 4]), "'y' (Gemm)",
                "depends on the image");
            IsRefused(Of(b => b.Node("Reshape", ["x", b.Longs("shape", 4, 2)], "y"), input: [batch, 8]), "'y' (Reshape)", "axis 0");
            IsRefused(Of(b => b.Node("Transpose", ["x"], "y", Attribute("perm", [1, 0])), input: [batch, 8]), "axis 0, the batch");
        }
    }

    [Fact]
    public void What_other_operators_cannot_read_is_named()
    {
        IsRefused(Of(b => b.Node("Softmax", [b.Node("Reshape", ["x", b.Longs("shape", 2, 3)], "m")], "y"), 13, [1, 6]), "'y' (Softmax)",
            "'m' has no batch axis");
        IsRefused(Of(b => b.Node("Conv", ["x", b.Node("Reshape", ["x", b.Longs("s", 2, 2, 2, 2)], "w"),
            b.Node("Reshape", ["x", b.Longs("t", 16)], "b")], "y"), 13, [1, 1, 4, 4]), "'y' (Conv)", "weights take 2 channels");
        IsRefused(Of(b => b.Node("Conv", ["x", b.Node("Reshape", ["x", b.Longs("s", 4, 1, 2, 2)], "w"),
            b.Node("Reshape", ["x", b.Longs("t", 16)], "b")], "y"), 13, [1, 1, 4, 4]), "'y' (Conv)", "bias has shape [16]");
    }
}
