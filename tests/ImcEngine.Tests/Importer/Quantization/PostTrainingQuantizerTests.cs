using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Lowering;

namespace ImcEngine.Tests.Importer.Quantization;

public class PostTrainingQuantizerTests
{
    private static readonly RunSpec Defaults = new();

    [Fact]
    public void All_layers_but_the_first_convolution_and_the_last_linear_go_on_the_macro()
    {
        var floats = NetworkImporter.Import(FloatModels.ResNet());
        var imported = NetworkImporter.Import(FloatModels.Quantized(FloatModels.ResNet(), Defaults));
        Assert.Equal(floats.Layers.Select(layer => layer.Name), imported.Layers.Select(layer => layer.Name));
        Assert.Equal(["conv1", "fc"], imported.Layers.Where(layer => !layer.OnMacro).Select(layer => layer.Name));
        Assert.Equal(19, imported.Layers.Count(layer => layer.OnMacro));
        Assert.All(imported.Layers.Where(layer => layer.OnMacro).AtLeastOne(),
            layer => Assert.Equal(("unipolar:4", "twos-complement:4", false, false),
            ($"{layer.Input}", $"{layer.Weight}", layer.InputIsDefault, layer.WeightIsDefault)));
        Assert.DoesNotContain(imported.Network.Nodes, node => node is ChannelAffineNode);
    }

    [Theory]
    [InlineData(1), InlineData(2), InlineData(3), InlineData(4), InlineData(5), InlineData(6), InlineData(7), InlineData(8)]
    public void Every_number_of_bits_lowers_to_what_OnnxRuntime_answers(int bits)
    {
        var imported = AgainstOnnxRuntime.Agrees(FloatModels.Quantized(FloatModels.Chain(), Bits(bits, bits)));
        var macro = imported.Layers.Where(layer => layer.OnMacro).Select(layer => $"{layer.Name} {layer.Input} {layer.Weight}");
        string weight = bits == 1 ? "bipolar:1" : $"twos-complement:{bits}";
        Assert.Equal([$"signed {weight} {weight}", $"positive unipolar:{bits} {weight}"], macro);
    }

    [Theory]
    [InlineData(2), InlineData(3), InlineData(8)]
    public void Bipolar_operands_lower_to_what_OnnxRuntime_answers(int bits)
    {
        var run = new RunSpec
        {
            Quantization = new() { WeightBits = bits, ActivationBits = bits, WeightEncoding = OperandEncoding.Bipolar,
                ActivationEncoding = OperandEncoding.Bipolar },
        };
        var imported = AgainstOnnxRuntime.Agrees(FloatModels.Quantized(FloatModels.Chain(), run));
        Assert.All(imported.Layers.Where(layer => layer.OnMacro).AtLeastOne(),
            layer => Assert.Equal(($"bipolar:{bits}", $"bipolar:{bits}"), ($"{layer.Input}", $"{layer.Weight}")));
        Assert.Equal(2, imported.Layers.Count(layer => layer.OnMacro));
    }

    /// <summary>In 2-bit codes, which ONNX has since opset 25.</summary>
    [Theory]
    [InlineData(null, 4, "twos-complement:4", "unipolar:4")]
    [InlineData(OperandEncoding.Bipolar, 2, "bipolar:2", "bipolar:2")]
    [InlineData(null, 1, "bipolar:1", "unipolar:1")]
    public void Ternary_weights_lower_to_what_OnnxRuntime_answers(OperandEncoding? activations, int bits, string signed, string positive)
    {
        var model = FloatModels.Quantized(FloatModels.Chain(), new RunSpec
        {
            Quantization = new() { WeightBits = 2, ActivationBits = bits, WeightEncoding = OperandEncoding.Ternary,
                ActivationEncoding = activations },
        });
        Assert.Equal((25, 13), (model.OperatorSets.Single().Version, model.IrVersion));
        var codes = model.Graph!.Initializers.Single(tensor => tensor.Name == "signed.weight");
        Assert.Equal((int)OnnxDataType.Int2, codes.DataType);
        Assert.Equal([-1, 0, 1], TensorData.ToCodes(codes).Distinct().Order());
        Assert.Contains(model.Metadata, entry => (entry.Key, entry.Value) == ("imc.encoding.signed.weight", "ternary"));
        var imported = AgainstOnnxRuntime.Agrees(model);
        Assert.Equal([$"signed {signed} ternary", $"positive {positive} ternary"],
            imported.Layers.Where(layer => layer.OnMacro).Select(layer => $"{layer.Name} {layer.Input} {layer.Weight}"));
        Assert.All(imported.Layers.Where(layer => layer.OnMacro), layer => Assert.False(layer.WeightIsDefault));
    }

    [Fact]
    public void Error_of_the_logits_shrinks_with_bits()
    {
        var model = FloatModels.ResNet();
        float[] exact = FloatModels.Logits(model, 4, seed: 50);
        double Error(int bits) =>
            exact.Zip(FloatModels.Logits(FloatModels.Quantized(model, Bits(bits, bits)), 4, seed: 50), (a, b) => (double)(a - b) * (a - b))
                .Sum();
        double[] errors = [Error(2), Error(4), Error(6), Error(8)];
        Assert.All(errors.Zip(errors.Skip(1)).AtLeastOne(), pair => Assert.True(pair.Second < pair.First / 4, string.Join(", ", errors)));
    }

    [Fact]
    public void Weights_are_codes_times_a_step_per_output_channel_within_half_a_step_of_the_folded_ones()
    {
        var run = new RunSpec { Quantization = new() { WeightBits = 3, Method = QuantizationMethod.MinMax } };
        var model = FloatModels.ResNet();
        var folded = PostTrainingQuantizer.Folded(model).Graph!.Initializers.ToDictionary(tensor => tensor.Name!);
        var quantized = FloatModels.Quantized(model, run);
        var initializers = quantized.Graph!.Initializers.ToDictionary(tensor => tensor.Name!);
        var dequantized = FloatTopology.WithoutQuantization(quantized).Graph!.Initializers.ToDictionary(tensor => tensor.Name!);
        foreach (string layer in new[] { "layer1.0.conv1", "layer2.0.downsample.0", "layer4.1.conv2" })
        {
            var codes = initializers[layer + ".weight"];
            float[] steps = TensorData.ToFloats(initializers[layer + ".weight.step"]);
            float[] exact = TensorData.ToFloats(folded[layer + ".weight"]),
                found = TensorData.ToFloats(dequantized[layer + ".weight.dequantized"]);
            int perChannel = exact.Length / steps.Length;
            Assert.Equal(codes.Dims[0], steps.Length);
            Assert.Equal((int)OnnxDataType.Int4, codes.DataType);
            Assert.Equal(TensorData.ToCodes(codes).Select((code, i) => code * steps[i / perChannel]), found);
            for (int i = 0; i < exact.Length; i++)
                Assert.True(Math.Abs(exact[i] - found[i]) <= 0.5001f * steps[i / perChannel],
                    $"{layer} {i}: {exact[i]} became {found[i]}, the step is {steps[i / perChannel]}");
        }
    }

    [Fact]
    public void Layers_that_read_one_tensor_in_one_format_share_its_quantizer()
    {
        var model = FloatModels.Quantized(FloatModels.ResNet(), Defaults);
        Assert.Equal(InputOf(model, "layer2.0.conv1"), InputOf(model, "layer2.0.downsample.0"));
        Assert.Equal(16, model.Graph!.Nodes.Count(node => node.Operator == "QuantizeLinear"));

        var other = FloatModels.Quantized(FloatModels.ResNet(), Defaults with { Layers = [new("*.downsample.*") { ActivationBits = 6 }] });
        Assert.NotEqual(InputOf(other, "layer2.0.conv1"), InputOf(other, "layer2.0.downsample.0"));
        Assert.Equal(19, other.Graph!.Nodes.Count(node => node.Operator == "QuantizeLinear"));
    }

    [Fact]
    public void Residual_sums_read_what_they_read_before()
    {
        var model = FloatModels.Quantized(FloatModels.ResNet(), Defaults);
        Assert.Contains("relu", model.Graph!.Nodes.Single(node => node.Outputs[0] == "layer1.0.add").Inputs);
    }

    [Fact]
    public void The_first_glob_that_names_a_layer_wins()
    {
        var run = Defaults with
        {
            Layers =
            [
                new("conv1") { Digital = false, WeightBits = 8, ActivationBits = 8 },
                new("layer1.0.conv?") { WeightBits = 3 },
                new("layer1.*") { WeightBits = 6, ActivationBits = 5 },
                new("layer4.*") { Digital = true },
                new("*") { ActivationBits = 7 },
                new("fc") { Digital = false },
            ],
        };
        var notes = NetworkImporter.Import(FloatModels.Quantized(FloatModels.ResNet(), run)).Layers.ToDictionary(layer => layer.Name);
        void Is(string layer, string expected) => Assert.Equal(expected, $"{notes[layer].Input} {notes[layer].Weight}");
        Is("conv1", "twos-complement:8 twos-complement:8");
        Is("layer1.0.conv2", "unipolar:4 twos-complement:3");
        Is("layer1.1.conv2", "unipolar:5 twos-complement:6");
        Is("layer2.0.conv1", "unipolar:7 twos-complement:4");
        Assert.All(notes.Values.Where(layer => layer.Name.StartsWith("layer4", StringComparison.Ordinal)).AtLeastOne(),
            layer => Assert.False(layer.OnMacro));
        Assert.False(notes["fc"].OnMacro);
    }

    [Fact]
    public void The_last_linear_layer_goes_on_the_macro_when_told_to()
    {
        var imported = AgainstOnnxRuntime.Agrees(
            FloatModels.Quantized(FloatModels.Chain(), Defaults with { Layers = [new("fc") { Digital = false }] }));
        Assert.Equal(["stem"], imported.Layers.Where(layer => !layer.OnMacro).Select(layer => layer.Name));
    }

    [Fact]
    public void Metadata_stays_and_names_the_encodings()
    {
        var metadata = FloatModels.Quantized(FloatModels.ResNet(), Defaults).Metadata.ToDictionary(entry => entry.Key!,
            entry => entry.Value);
        Assert.Equal("RGB", metadata["imc.layout"]);
        Assert.Equal("MIT", metadata["imc.licence"]);
        Assert.Contains("imc.mean", metadata.Keys);
        Assert.Contains("imc.std", metadata.Keys);
        Assert.Equal("twos-complement:4", metadata["imc.encoding.layer3.1.conv2.weight"]);
        Assert.Equal(19 + 16, metadata.Keys.Count(key => key.StartsWith("imc.encoding.", StringComparison.Ordinal)));
    }

    [Fact]
    public void The_tensors_to_sample_are_those_that_macro_layers_read_and_the_given_model_has_them()
    {
        var model = FloatModels.ResNet();
        var names = PostTrainingQuantizer.CalibrationTensors(model, Defaults);
        Assert.Equal(16, names.Count);
        Assert.Equal(["relu", "layer1.0.relu1", "layer1.0.relu2"], names.Take(3));
        Assert.Subset(model.Graph!.Nodes.SelectMany(node => node.Outputs).ToHashSet(), names.ToHashSet());
    }

    [Fact]
    public void The_given_model_is_not_changed()
    {
        var model = FloatModels.ResNet();
        byte[] before = OnnxFile.ToBytes(model);
        FloatModels.Quantized(model, Defaults);
        Assert.Equal(before, OnnxFile.ToBytes(model));
    }

    private static RunSpec Bits(int weights, int activations) =>
        new() { Quantization = new() { WeightBits = weights, ActivationBits = activations } };

    private static string InputOf(OnnxModel model, string layer) => model.Graph!.Nodes.Single(node => node.Name == layer).Inputs[0];
}
