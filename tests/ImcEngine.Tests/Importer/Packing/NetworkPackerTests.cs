using ImcEngine.BitPlanes;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Importer.Packing;

public class NetworkPackerTests
{
    private const int Pixels = 3 * 32 * 32;
    private static readonly PackOptions Defaults = new();

    public static IEnumerable<object?[]> Networks => new TheoryData<int, QuantizerKind>()
    {
        { 32, QuantizerKind.Sign },
        { 4, QuantizerKind.Sign },
        { 2, QuantizerKind.Sign },
        { 1, QuantizerKind.Sign },
        { 2, QuantizerKind.BipolarNearest },
        { 2, QuantizerKind.BipolarShifted },
    };

    // A rounding boundary may flip a code of OnnxRuntime's float32 sums;
    // a wrong operator, step or order changes logits by far more than 2 %.
    [Theory, MemberData(nameof(Networks))]
    internal void OnnxRuntime_answers_what_plain_loops_compute(int bits, QuantizerKind activations)
    {
        var options = activations == QuantizerKind.Sign ? Defaults : new PackOptions { Activations = activations };
        RequirePlainLoops(new TinyResNet(bits), options, activations);
    }

    /// <summary>Codes of -1 and 1 are ternary ones too.</summary>
    [Fact]
    public void OnnxRuntime_answers_what_plain_loops_compute_with_ternary_weights() => RequirePlainLoops(new TinyResNet(1),
        Defaults with { WeightFormat = OperandFormat.Ternary, Activations = QuantizerKind.Sign }, QuantizerKind.Sign);

    private static void RequirePlainLoops(TinyResNet network, PackOptions options, QuantizerKind activations)
    {
        var model = Pack(network.ToArchive(), options);
        var images = RandomImages(2);
        float[] logits = OnnxRunner.Run(model, images, 2, 3, 32, 32);

        for (int image = 0; image < 2; image++)
        {
            var expected = network.Logits(images[(image * Pixels)..((image + 1) * Pixels)], activations);
            double largest = expected.Max(Math.Abs);
            for (int k = 0; k < 10; k++)
                Assert.True(Math.Abs(expected[k] - logits[image * 10 + k]) < 0.02 * largest,
                    $"image {image}, class {k}: {expected[k]}, not {logits[image * 10 + k]}");
        }
    }

    [Theory]
    [InlineData(4, "twos-complement:4", "unipolar:4")]
    [InlineData(2, "bipolar:2", "unipolar:2")]
    [InlineData(1, "bipolar:1", "bipolar:1")]
    public void Metadata_names_the_encoding_of_codes_and_of_the_tensor_that_enters_the_layer(int bits, string weights, string activations)
    {
        var model = Pack(new TinyResNet(bits).ToArchive(), Defaults);
        var metadata = model.Metadata.ToDictionary(entry => entry.Key!, entry => entry.Value);
        Assert.Equal(weights, metadata["imc.encoding.layer2.0.conv1.weight"]);
        string input = model.Graph!.Nodes.Single(node => node.Name == "layer2.0.conv1").Inputs[0];
        Assert.Equal(activations, metadata["imc.encoding." + input]);
        Assert.Equal(input, model.Graph.Nodes.Single(node => node.Name == "layer2.0.downsample.0").Inputs[0]);
    }

    [Fact]
    public void Codes_are_stored_as_they_came_in_four_bits_with_a_step_per_output_channel()
    {
        var network = new TinyResNet(4);
        var tensor = Pack(network.ToArchive(), Defaults).Graph!.Initializers.Single(t => t.Name == "layer3.1.conv2.weight");
        var step = Pack(network.ToArchive(), Defaults).Graph!.Initializers.Single(t => t.Name == "layer3.1.conv2.weight.step");
        Assert.Equal((int)OnnxDataType.Int4, tensor.DataType);
        Assert.Equal(16 * 16 * 9 / 2, tensor.RawData!.Length);
        var steps = TensorData.ToFloats(step);
        Assert.Equal(network.Weights("layer3.1.conv2"), TensorData.ToCodes(tensor).Select((code, i) => code * steps[i / (16 * 9)]));
    }

    [Fact]
    public void Float_weights_that_are_float16_numbers_are_stored_as_such()
    {
        var model = Pack(new TinyResNet(32).ToArchive(), Defaults);
        Assert.Equal((int)OnnxDataType.Float16, model.Graph!.Initializers.Single(t => t.Name == "layer1.0.conv1.weight").DataType);
        Assert.DoesNotContain(model.Metadata, entry => entry.Key!.StartsWith("imc.encoding", StringComparison.Ordinal));
    }

    [Fact]
    public void Preprocessing_float_network_and_licence_travel_in_the_metadata()
    {
        var options = new PackOptions { Preprocessing = new([0.5f, 0.25f, 0.1f], [1, 2, 3]), FloatNetwork = "float.onnx", Licence = "MIT" };
        var metadata = Pack(new TinyResNet(4).ToArchive(), options).Metadata.ToDictionary(entry => entry.Key!, entry => entry.Value);
        Assert.Equal("0.5,0.25,0.1", metadata["imc.mean"]);
        Assert.Equal("1,2,3", metadata["imc.std"]);
        Assert.Equal("RGB", metadata["imc.layout"]);
        Assert.Equal("float.onnx", metadata["imc.float"]);
        Assert.Equal("MIT", metadata["imc.licence"]);
    }

    [Fact]
    public void The_deeper_network_has_its_blocks()
    {
        var archive = new TinyResNet(4, 4, 3, 4, 6, 3).ToArchive();
        var model = NetworkPacker.Pack(NpzFile.Read(archive.ToStream(), "test"), "resnet34-cifar", Defaults);
        Assert.Equal(36, model.Graph!.Nodes.Count(node => node.Operator == "Conv"));
        Assert.Equal(10, OnnxRunner.Run(model, RandomImages(1), 1, 3, 32, 32).Length);
    }

    [Fact]
    public void Latent_weights_become_D21s_codes_with_one_step_for_the_tensor()
    {
        var network = new TinyResNet(32);
        var options = Defaults with { Latent = D21Alpha.Sawb, WeightFormat = new(2, OperandEncoding.Bipolar),
            Activations = QuantizerKind.BipolarShifted };
        var model = Pack(network.ToArchive(), options);
        var expected = D21Quantizers.TwoBitWeights(network.Weights("layer3.1.conv2"), D21Alpha.Sawb);
        var initializers = model.Graph!.Initializers;
        Assert.Equal(expected.Codes,
            TensorData.ToCodes(initializers.Single(t => t.Name == "layer3.1.conv2.weight")).Select(code => (short)code));
        Assert.Equal(Enumerable.Repeat(expected.Step, 16),
            TensorData.ToFloats(initializers.Single(t => t.Name == "layer3.1.conv2.weight.step")));
        Assert.Equal("bipolar:2", model.Metadata.Single(entry => entry.Key == "imc.encoding.layer3.1.conv2.weight").Value);
        Assert.Equal((int)OnnxDataType.Float16, initializers.Single(t => t.Name == "conv1.weight").DataType);
    }

    [Fact]
    public void What_does_not_go_with_latent_weights_is_refused()
    {
        Fails(new TinyResNet(2).ToArchive(), "the archive holds codes: 'layer1.0.conv1.codes'",
            Defaults with { Latent = D21Alpha.MeanAbs, WeightFormat = new(2, OperandEncoding.Bipolar) });
        Fails(new TinyResNet(32).ToArchive(), "--weights bipolar:2", Defaults with { Latent = D21Alpha.MeanAbs });
        float[] zero = new float[4 * 4 * 9];
        Array.Fill(zero, 0.5f);
        zero[7] = 0;
        Fails(new TinyResNet(32).ToArchive().Add("layer1.0.conv1.weight", zero, 4, 4, 3, 3),
            "'layer1.0.conv1.weight' stands for 0 at flat index 7, which is not a code of bipolar:1",
            Defaults with { Latent = D21Alpha.MeanAbs, WeightFormat = new(1, OperandEncoding.Bipolar) });
    }

    [Fact]
    public void A_step_that_is_missing_is_named() =>
        Fails(new TinyResNet(4).ToArchive().Remove("layer2.1.conv2.step"), "'layer2.1.conv2.step' is missing");

    [Fact]
    public void A_topology_that_leaves_arrays_over_is_refused() =>
        Fails(new TinyResNet(4, 4, 3, 4, 6, 3).ToArchive(), "layer1.2.conv1");

    [Fact]
    public void A_shape_that_does_not_fit_is_named() =>
        Fails(new TinyResNet(4).ToArchive().Add("layer1.0.bn1.weight", new float[5], 5), "'layer1.0.bn1.weight' has shape [5]");

    [Fact]
    public void A_negative_step_changes_sign_together_with_its_codes()
    {
        var network = new TinyResNet(4);
        var steps = Enumerable.Repeat(0.5f, 32).ToArray();
        steps[3] = -0.25f;
        var initializers = Pack(network.ToArchive().Add("layer4.0.downsample.0.step", steps, 32), Defaults).Graph!.Initializers;
        var packed = TensorData.ToCodes(initializers.Single(t => t.Name == "layer4.0.downsample.0.weight"));
        var original = TensorData.ToCodes(
            Pack(network.ToArchive(), Defaults).Graph!.Initializers.Single(t => t.Name == "layer4.0.downsample.0.weight"));
        Assert.Equal(0.25f, TensorData.ToFloats(initializers.Single(t => t.Name == "layer4.0.downsample.0.weight.step"))[3]);
        Assert.Equal(original.Select((code, i) => i / 16 == 3 ? -code : code), packed);
    }

    [Fact]
    public void A_step_of_zero_is_named() =>
        Fails(new TinyResNet(4).ToArchive().Add("layer1.0.conv1.step", [1, 1, 0, 1], 4), "output channel 2");

    [Fact]
    public void A_number_that_is_not_finite_is_named() =>
        Fails(new TinyResNet(4).ToArchive().Add("fc.bias", [0, float.NaN, 0, 0, 0, 0, 0, 0, 0, 0], 10),
            "'fc.bias' holds NaN at flat index 1");

    [Fact]
    public void A_code_outside_the_format_is_named() =>
        Fails(new TinyResNet(4).ToArchive(), "not a code of bipolar:2", Defaults with { WeightFormat = new(2, OperandEncoding.Bipolar) });

    [Fact]
    public void A_product_that_no_cell_forms_is_refused() =>
        Fails(new TinyResNet(4).ToArchive(), "bipolar inputs", Defaults with { Activations = QuantizerKind.BipolarNearest });

    [Fact]
    public void An_unknown_topology_lists_the_known_ones()
    {
        var e = Assert.Throws<ImcException>(
            () => NetworkPacker.Pack(NpzFile.Read(new TinyResNet(4).ToArchive().ToStream(), "test"), "vgg", Defaults));
        Assert.Contains("resnet18-cifar, resnet34-cifar", e.Message, StringComparison.Ordinal);
    }

    private static void Fails(NpzWriter archive, string expected, PackOptions? options = null)
    {
        var e = Assert.Throws<ImcException>(() => Pack(archive, options ?? Defaults));
        Assert.Contains(expected, e.Message, StringComparison.Ordinal);
    }

    private static OnnxModel Pack(NpzWriter archive, PackOptions options) =>
        NetworkPacker.Pack(NpzFile.Read(archive.ToStream(), "test"), "resnet18-cifar", options);

    private static float[] RandomImages(int count)
    {
        var random = new Random(2);
        return [.. Enumerable.Range(0, count * Pixels).Select(_ => 4 * random.NextSingle() - 2)];
    }
}
