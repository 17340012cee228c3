using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering.QuantizedFormats;

/// <summary>Operators of codes, as OnnxRuntime's static quantizer writes them, against OnnxRuntime: the same codes, ties included
/// (ARITHMETIC §14).</summary>
public class QLinearTests
{
    private const int Seeds = 60;
    private const string Microsoft = "com.microsoft";

    /// <summary>Kernels, strides, groups, types, zero points and scales are drawn. Scales are powers of two in half the graphs, where many
    /// results are exact ties.</summary>
    [Fact]
    public void Convolutions_give_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, channels) =>
    {
        int groups = channels % 2 == 0 ? Drawn.OneOf(random, 1, 2) : 1, outputs = groups * random.Next(1, 4);
        int kernelY = random.Next(1, 4), kernelX = random.Next(1, 4);
        string[] weights = Weights(b, random, [outputs, channels / groups, kernelY, kernelX], outputs);
        string[] bias = Drawn.OneIn(random, 2) ? [b.Codes("bias", [outputs], Integers(random, outputs, 2000), OnnxDataType.Int32)] : [];
        return b.Node("QLinearConv", [.. x, .. weights, .. Parameters(b, random, "r"), .. bias], "q2",
            Attribute("pads", random.Next(0, 3), random.Next(0, 3), random.Next(0, 3), random.Next(0, 3)),
            Attribute("strides", random.Next(1, 3), random.Next(1, 3)), Attribute("group", (long)groups));
    }, rank: 4, layers: 1);

    [Fact]
    public void Products_of_matrices_give_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, inputs) =>
        b.Node("QLinearMatMul", [.. x, .. Weights(b, random, [inputs, 3], null), .. Parameters(b, random, "r")], "q2"), rank: 2, layers: 1);

    [Fact]
    public void Gemm_gives_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, inputs) =>
    {
        bool isTransposed = Drawn.OneIn(random, 2);
        string[] weights = Weights(b, random, isTransposed ? [3, inputs] : [inputs, 3], 3);
        string bias = Drawn.OneIn(random, 2) ? b.Codes("bias", [3], Integers(random, 3, 2000), OnnxDataType.Int32) : "";
        return b.Foreign(Microsoft, "QGemm", [.. x, .. weights, bias, .. Parameters(b, random, "r")], "q2",
            Attribute("transB", isTransposed ? 1L : 0), Attribute("alpha", Drawn.OneOf(random, 1f, 0.5f)));
    }, rank: 2, layers: 1);

    [Theory]
    [InlineData("QLinearAdd")]
    [InlineData("QLinearMul")]
    public void Operators_of_two_tensors_give_OnnxRuntimes_codes(string @operator) => AgreesForAllSeeds((b, random, x, channels) =>
        b.Foreign(Microsoft, @operator,
            [.. x, .. Drawn.OneIn(random, 2) ? x : ConstantCodes(b, random, channels), .. Parameters(b, random, "r")],
            "q2"), rank: 4);

    [Theory]
    [InlineData("QLinearLeakyRelu")]
    [InlineData("QLinearSigmoid")]
    public void Functions_give_OnnxRuntimes_codes(string @operator) => AgreesForAllSeeds((b, random, x, _) =>
        b.Foreign(Microsoft, @operator, [.. x, .. Parameters(b, random, "r")], "q2",
            [.. @operator == "QLinearLeakyRelu" ? [Attribute("alpha", 0.3f)] : Array.Empty<OnnxAttribute>()]), rank: 4);

    [Fact]
    public void Average_pools_give_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, _) =>
        b.Foreign(Microsoft, "QLinearAveragePool", [.. x, .. Parameters(b, random, "r")], "q2", Attribute("kernel_shape", 2, 2),
            Attribute("strides", 2, 2)), rank: 4);

    /// <summary>OnnxRuntime takes them as global averages, which round exact ties elsewhere.</summary>
    [Fact]
    public void Average_pools_over_the_whole_image_give_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, _) =>
    {
        var image = b.Build().Graph!.Inputs[0].Type!.Tensor!.Shape!.Dimensions;
        return b.Foreign(Microsoft, "QLinearAveragePool", [.. x, .. Parameters(b, random, "r")], "q2",
            Attribute("kernel_shape", image[2].Size!.Value, image[3].Size!.Value), Attribute("strides", 2, 2));
    }, rank: 4);

    [Fact]
    public void Global_averages_give_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, _) =>
        b.Foreign(Microsoft, "QLinearGlobalAveragePool", [.. x, .. Parameters(b, random, "r")], "q2"), rank: 4);

    [Fact]
    public void Concat_gives_OnnxRuntimes_codes() => AgreesForAllSeeds((b, random, x, _) =>
        b.Foreign(Microsoft, "QLinearConcat", [.. Parameters(b, random, "r"), .. x, .. x], "q2", Attribute("axis", 1L)), rank: 4);

    [Theory]
    [InlineData("MaxPool")]
    [InlineData("Flatten")]
    [InlineData("Transpose")]
    [InlineData("Pad")]
    public void Operators_that_move_codes_keep_them(string @operator) => AgreesForAllSeeds((b, random, x, _) =>
    {
        Parameters(b, random, "r");
        string[] pads = @operator == "Pad" ? [b.Longs("pads", 0, 0, 1, 2, 0, 0, 0, 1)] : [];
        string moved = b.Node(@operator, [x[0], .. pads], "moved", [.. @operator switch
        {
            "MaxPool" => [Attribute("kernel_shape", 2, 2)],
            "Transpose" => [Attribute("perm", 0, 2, 3, 1)],
            _ => Array.Empty<OnnxAttribute>(),
        }]);
        b.Node("DequantizeLinear", [moved, x[1], x[2]], "real");
        return b.Node("QuantizeLinear", ["real", "r.scale", "r.zero"], "q2");
    }, rank: 4);

    [Fact]
    public void Weights_that_are_one_code_with_many_scales_are_refused() => IsRefused(Of(b =>
    {
        b.Float("s", 1);
        b.Floats("sw", [2], [1, 1]);
        b.Codes("z", [], [0], OnnxDataType.UInt8);
        b.Node("QuantizeLinear", ["x", "s", "z"], "q");
        b.Node("QLinearConv", ["q", "s", "z", "z", "sw", "z", "s", "z"], "c");
        b.Node("DequantizeLinear", ["c", "s", "z"], "y");
    }), "Node 'c' (QLinearConv)", "has shape [2]");

    /// <summary>OnnxRuntime has it for all opsets, ONNX from 20 on.</summary>
    [Fact]
    public void OnnxRuntimes_own_Gelu_is_of_any_opset() =>
        AgainstOnnxRuntime.Agrees(Of(b => b.Foreign(Microsoft, "Gelu", ["x"], "y"), 17, [-1, 6]));

    [Theory]
    [InlineData("QLinearSigmoid", 4, "it must have 5")]
    [InlineData("QLinearConcat", 7, "tensor, scale and zero point of each part")]
    public void What_OnnxRuntime_reads_beyond_its_end_is_refused(string @operator, int inputs, string part) => IsRefused(Of(b =>
    {
        b.Float("s", 1);
        b.Codes("z", [], [0], OnnxDataType.UInt8);
        b.Node("QuantizeLinear", ["x", "s", "z"], "q");
        string[] all = @operator == "QLinearConcat" ? ["s", "z", "q", "s", "z", "q", "s", "z"] : ["q", "s", "z", "s", "z"];
        b.Foreign(Microsoft, @operator, all[..inputs], "c", @operator == "QLinearConcat" ? [Attribute("axis", 1L)] : []);
        b.Node("DequantizeLinear", ["c", "s", "z"], "y");
    }), "Node 'c'", part);

    /// <summary>A network whose result is codes, or that pads codes: OnnxRuntime's codes are its logits, and without quantizers the reals
    /// that they stand for.</summary>
    [Fact]
    public void A_result_of_codes_is_logits()
    {
        var model = Of(b =>
        {
            b.Float("s", 0.25f);
            b.Codes("z", [], [100], OnnxDataType.UInt8);
            b.Node("QuantizeLinear", ["x", "s", "z"], "q");
            b.Node("Pad", ["q", b.Longs("pads", 0, 0, 1, 0, 0, 0, 0, 1), b.Codes("v", [], [104], OnnxDataType.UInt8)], "y");
        }, input: [-1, 1, 2, 2], outputType: OnnxDataType.UInt8);
        var network = AgainstOnnxRuntime.Agrees(model).Network;
        Assert.Equal([104, 104, 104, 100, 101, 104, 102, 99, 104], NodeInterpreter.Run(network, [0, 0.25f, 0.5f, -0.25f]));
        var reals = FloatTopology.WithoutQuantization(model);
        Assert.Equal([1, 1, 1, 0, 0.25f, 1, 0.5f, -0.25f, 1],
            NodeInterpreter.Run(AgainstOnnxRuntime.Agrees(reals).Network, [0, 0.25f, 0.5f, -0.25f]));
    }

    private delegate string Body(OnnxBuilder b, Random random, string[] x, int channels);

    /// <param name="body">Makes codes "q2" with the parameters "r" of codes x, their scale and their zero point.</param>
    private static void AgreesForAllSeeds(Body body, int rank, int layers = 0)
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int channels = rank == 4 ? random.Next(1, 5) : random.Next(1, 40);
            long[] input = rank == 4 ? [1, channels, random.Next(3, 7), random.Next(3, 7)] : [1, channels];
            var model = Of(b =>
            {
                string[] x = ["q", .. Parameters(b, random, "x")];
                b.Node("QuantizeLinear", ["x", x[1], x[2]], "q");
                string codes = body(b, random, x, channels);
                b.Node("DequantizeLinear", [codes, "r.scale", "r.zero"], "y");
            }, input: input);
            var network = NetworkImporter.Import(model).Network;
            Assert.Equal(layers, network.MacroLayers.Count);
            using var reference = new FloatReference(OnnxFile.ToBytes(model), threads: 1, graphOptimizations: false);
            float[] image = AgainstOnnxRuntime.Numbers(reference.ImageSize, seed), expected = new float[network.Classes];
            reference.Run(image, 1, expected);
            float[] actual = NodeInterpreter.Run(network, image);
            float scale = TensorData.ToFloats(model.Graph!.Initializers.Find(tensor => tensor.Name == "r.scale")!)[0];
            for (int i = 0; i < actual.Length; i++)
                Assert.True(Math.Abs(actual[i] - expected[i]) < scale / 4,
                    $"seed {seed} element {i}: {actual[i] / scale} steps, OnnxRuntime "
                    + $"{expected[i] / scale}");
        }
    }

    /// <summary>Scale and zero point of activations.</summary>
    private static string[] Parameters(OnnxBuilder b, Random random, string name)
    {
        var type = OnnxDataType.UInt8;
        float scale = Drawn.OneIn(random, 2) ? 1f / (1 << random.Next(3, 7)) : random.Next(50, 1000) / 8191f;
        return [b.Float(name + ".scale", scale), b.Codes(name + ".zero", [], [random.Next(0, 256)], type)];
    }

    private static string[] Weights(OnnxBuilder b, Random random, long[] dims, int? outputs)
    {
        var type = Drawn.OneOf(random, OnnxDataType.Int8, OnnxDataType.UInt8);
        var (low, high) = TensorEncoder.RangeOf(type);
        int count = (int)dims.Aggregate(1L, (product, size) => product * size);
        bool isPerOutput = outputs is not null && Drawn.OneIn(random, 2);
        int zero = type == OnnxDataType.Int8 ? 0 : random.Next(100, 156), parameters = isPerOutput ? outputs!.Value : 1;
        long[] parameterDims = isPerOutput ? [parameters] : [];
        return
        [
            b.Codes("w", dims, [.. Enumerable.Range(0, count).Select(_ => random.Next((int)low, (int)high + 1))], type),
            b.Floats("w.scale", parameterDims, [.. Enumerable.Range(0, parameters).Select(_ => 1f / (1 << random.Next(5, 9)))]),
            b.Codes("w.zero", parameterDims, [.. Enumerable.Repeat(zero, parameters)], type),
        ];
    }

    private static string[] ConstantCodes(OnnxBuilder b, Random random, int channels) =>
    [
        b.Codes("k", [1, channels, 1, 1], [.. Enumerable.Range(0, channels).Select(_ => random.Next(0, 256))], OnnxDataType.UInt8),
        .. Parameters(b, random, "k"),
    ];

    private static int[] Integers(Random random, int count, int most) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(-most, most + 1))];
}
