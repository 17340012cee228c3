using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Lowering;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Importer.Quantization;

/// <summary>Which formats post-training quantization gives a layer, and what it refuses.</summary>
public class PostTrainingRulesTests
{
    [Fact]
    public void One_bit_that_can_be_negative_is_bipolar_with_bipolar_weights() =>
        Has(new() { WeightBits = 3, ActivationBits = 1, WeightEncoding = OperandEncoding.Bipolar }, "signed bipolar:1 bipolar:3",
            "positive unipolar:1 bipolar:3");

    [Fact]
    public void One_bit_that_can_be_negative_with_other_weights_is_an_error_that_names_the_layer()
    {
        var found = Refuses(FloatModels.Chain(), new() { WeightBits = 4, ActivationBits = 1 });
        Assert.Contains("Layer 'signed'", found, StringComparison.Ordinal);
        Assert.Contains("need bipolar or ternary weights", found, StringComparison.Ordinal);
    }

    [Fact]
    public void One_bit_behind_a_relu_is_unipolar_with_any_weights()
    {
        var run = new RunSpec
        {
            Quantization = new() { WeightBits = 4, ActivationBits = 1 },
            Layers = [new("signed") { ActivationBits = 2 }],
        };
        Assert.Equal(["signed twos-complement:2 twos-complement:4", "positive unipolar:1 twos-complement:4"], Formats(run));
    }

    [Fact]
    public void Two_s_complement_activations_may_meet_bipolar_weights() =>
        Has(new() { WeightBits = 1, ActivationBits = 4 }, "signed twos-complement:4 bipolar:1", "positive unipolar:4 bipolar:1");

    [Fact]
    public void Activations_are_two_s_complement_behind_a_relu_when_asked() =>
        Has(new() { ActivationEncoding = OperandEncoding.TwosComplement }, "signed twos-complement:4 twos-complement:4",
            "positive twos-complement:4 twos-complement:4");

    [Theory]
    [InlineData("Relu", true)]
    [InlineData("Clip", true)]
    [InlineData("HardTanh", false)]
    [InlineData("MaxPool", false)]
    [InlineData("Relu MaxPool", true)]
    [InlineData("Relu AveragePool Add", true)]
    [InlineData("Relu Sub", false)]
    [InlineData("PRelu", false)]
    public void Unipolar_needs_a_proof_and_not_a_sample(string operators, bool isUnipolar)
    {
        var model = Through(operators.Split(' '));
        var run = new RunSpec();
        var samples = FloatModels.Samples(model, run);
        var positive = new ActivationSample();
        positive.Add([0.5f, 1]);
        samples[samples.Keys.Single()] = positive;
        var layer = NetworkImporter.Import(PostTrainingQuantizer.Quantize(model, run, samples)).Layers.Single(layer => layer.OnMacro);
        Assert.Equal(isUnipolar ? "unipolar:4" : "twos-complement:4", $"{layer.Input}");
    }

    /// <summary>What is never negative needs no zero point.</summary>
    [Theory]
    [InlineData(QuantizationMethod.Mse)]
    [InlineData(QuantizationMethod.Percentile)]
    [InlineData(QuantizationMethod.MinMax)]
    public void Asymmetric_codes_are_unipolar_with_a_zero_point(QuantizationMethod method)
    {
        var run = new RunSpec { Quantization = new() { ActivationBits = 6, AsymmetricActivations = true, Method = method } };
        Assert.Equal(["signed unipolar:6 twos-complement:4", "positive unipolar:6 twos-complement:4"], Formats(run));
        var model = FloatModels.Chain();
        var quantized = PostTrainingQuantizer.Quantize(model, run, FloatModels.Samples(model, run));
        var quantizers = NetworkImporter.Import(quantized).Network.Nodes.OfType<QuantizeNode>().ToArray();
        Assert.InRange(quantizers[0].ZeroPoint, 1, 62);
        Assert.Equal(0, quantizers[1].ZeroPoint);
        AgainstOnnxRuntime.Agrees(quantized);
    }

    [Fact]
    public void Asymmetric_extremes_are_the_outermost_codes()
    {
        var (step, zero) = AsymmetricSearch.Find([-1, -0.25, 0, 3], [1, 5, 5, 1], new(4, OperandEncoding.Unipolar),
            QuantizationMethod.MinMax, 100);
        Assert.Equal((4f / 15, 4), (step, zero));
        (step, zero) = AsymmetricSearch.Find([1, 3], [1, 1], new(2, OperandEncoding.Unipolar), QuantizationMethod.MinMax, 100);
        Assert.Equal((1f, 0), (step, zero));
        (step, zero) = AsymmetricSearch.Find([-100, -1, 1, 100], [1, 99, 99, 1], new(1, OperandEncoding.Unipolar),
            QuantizationMethod.Percentile, 99);
        Assert.Equal(2, step);
    }

    [Fact]
    public void Unipolar_codes_for_negative_numbers_are_refused_though_they_were_asked_for()
    {
        var run = new RunSpec { Quantization = new() { ActivationEncoding = OperandEncoding.Unipolar } };
        var samples = FloatModels.Samples(FloatModels.Chain(), run);
        string found = Assert.Throws<ImcException>(() => PostTrainingQuantizer.Quantize(FloatModels.Chain(), run, samples)).Message;
        Assert.Contains($"'stem' is as low as {samples["stem"].Min}", found, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 4, "0 bits")]
    [InlineData(9, 4, "9 bits")]
    [InlineData(4, 0, "0 bits")]
    [InlineData(4, 9, "9 bits")]
    public void Bits_outside_1_to_8_are_refused(int weights, int activations, string what) =>
        Assert.Contains(what, Refuses(FloatModels.Chain(), new() { WeightBits = weights, ActivationBits = activations }),
            StringComparison.Ordinal);

    [Fact]
    public void One_bit_two_s_complement_weights_are_refused() =>
        Assert.Contains("1 bits in encoding twos-complement",
            Refuses(FloatModels.Chain(), new() { WeightBits = 1, WeightEncoding = OperandEncoding.TwosComplement }),
            StringComparison.Ordinal);

    [Fact]
    public void Ternary_weights_of_other_than_two_bits_are_refused() => Assert.Contains("4 bits in encoding ternary; allowed are 2 to 2",
        Refuses(FloatModels.Chain(), new() { WeightEncoding = OperandEncoding.Ternary }), StringComparison.Ordinal);

    [Fact]
    public void Unipolar_weights_are_refused() =>
        Assert.Contains("Weights cannot be unipolar", Refuses(FloatModels.Chain(), new() { WeightEncoding = OperandEncoding.Unipolar }),
            StringComparison.Ordinal);

    [Fact]
    public void Bipolar_activations_with_two_s_complement_weights_are_refused() =>
        Assert.Contains("No cell multiplies bipolar inputs",
            Refuses(FloatModels.Chain(), new() { ActivationEncoding = OperandEncoding.Bipolar }), StringComparison.Ordinal);

    [Theory]
    [InlineData(4)]
    [InlineData(1)]
    public void A_model_that_is_quantized_already_is_refused(int bits)
    {
        var model = NetworkPacker.Pack(NpzFile.Read(new TinyResNet(bits).ToArchive().ToStream(), "test"), "resnet18-cifar",
            new PackOptions());
        Assert.Contains("quantized already", Refuses(model, new()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_network_of_constant_signs_is_quantized_already()
    {
        var builder = new OnnxBuilder("signs");
        string positive = builder.Node("GreaterOrEqual", [builder.Input("x", -1, 4), builder.Float("zero", 0)], "positive");
        string codes = builder.Node("Where", [positive, builder.Float("one", 1), builder.Float("minus", -1)], "codes");
        builder.Node("MatMul", [codes, builder.Node("Sign", [builder.Floats("w", [4, 2], FloatModels.Numbers(8, 1))], "signs")], "y");
        builder.Output("y", -1, 2);
        Assert.Contains("quantized already", Refuses(builder.Build(), new()), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sample_that_is_missing_or_empty_is_named()
    {
        var run = new RunSpec();
        var samples = FloatModels.Samples(FloatModels.Chain(), run);
        samples["relu1"] = new();
        Assert.Contains("'relu1', which layer 'positive' reads",
            Assert.Throws<ImcException>(() => PostTrainingQuantizer.Quantize(FloatModels.Chain(), run, samples)).Message,
            StringComparison.Ordinal);
        samples.Remove("relu1");
        Assert.Contains("'relu1', which layer 'positive' reads",
            Assert.Throws<ImcException>(() => PostTrainingQuantizer.Quantize(FloatModels.Chain(), run, samples)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_weight_that_is_not_finite_is_an_error_that_names_tensor_and_index()
    {
        var model = FloatModels.Chain();
        var samples = FloatModels.Samples(model, new());
        var weights = model.Graph!.Initializers.Single(tensor => tensor.Name == "positive.weight");
        weights.RawData = TensorEncoder.Floats("", [1], [float.NaN]).RawData!.Concat(weights.RawData!.Skip(4)).ToArray();
        Assert.Contains("'positive.weight' holds NaN at index [0, 0, 0, 0]",
            Assert.Throws<ModelException>(() => PostTrainingQuantizer.Quantize(model, new(), samples)).Message, StringComparison.Ordinal);
    }

    private static void Has(QuantizationSpec quantization, params string[] formats) =>
        Assert.Equal(formats, Formats(new() { Quantization = quantization }));

    private static string[] Formats(RunSpec run) =>
        [.. NetworkImporter.Import(FloatModels.Quantized(FloatModels.Chain(), run)).Layers.Where(layer => layer.OnMacro)
            .Select(layer => $"{layer.Name} {layer.Input} {layer.Weight}")];

    private static string Refuses(OnnxModel model, QuantizationSpec quantization) =>
        Assert.ThrowsAny<ImcException>(
            () => PostTrainingQuantizer.CalibrationTensors(model, new() { Quantization = quantization })).Message;

    /// <summary>A first convolution, the operators, and the convolution that reads their result.</summary>
    private static OnnxModel Through(string[] operators)
    {
        var builder = new OnnxBuilder("through");
        string x = FloatModels.Convolution(builder, builder.Input("image", -1, 3, 6, 6), "first", 4, 3, 1);
        foreach (string name in operators)
            x = name switch
            {
                "Clip" => builder.Node("Clip", [x, builder.Float("low", 0), builder.Float("high", 6)], name),
                "HardTanh" => builder.Node("Clip", [x, builder.Float("low", -1), builder.Float("high", 1)], name),
                "MaxPool" or "AveragePool" => builder.Node(name, [x], name, OnnxBuilder.Attribute("kernel_shape", 2, 2)),
                "Add" or "Sub" => builder.Node(name, [x, x], name),
                "PRelu" => builder.Node(name, [x, builder.Float("slope", 0.5f)], name),
                _ => builder.Node(name, [x], name),
            };
        x = FloatModels.Convolution(builder, x, "second", 2, 4, 2);
        builder.Node("Flatten", [builder.Node("GlobalAveragePool", [x], "mean")], "logits");
        builder.Output("logits", -1, 2);
        return builder.Build();
    }
}
