using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Networks.Digital;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>Layers whose activations or weights have zero points, as QDQ files have them, against OnnxRuntime (ARITHMETIC §13).</summary>
public class ZeroPointTests
{
    private const int Seeds = 120;

    private static readonly OnnxDataType[] ActivationTypes =
        [OnnxDataType.UInt8, OnnxDataType.Int8, OnnxDataType.UInt4, OnnxDataType.Int4];

    /// <summary>Shapes, pads, strides, dilations, groups, types and zero points are drawn; seeds 1 to 120.</summary>
    [Fact]
    public void Convolutions_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int groups = Drawn.OneOf(random, 1, 1, 2, 3), channels = groups * random.Next(1, 5), outputs = groups * random.Next(1, 4);
            int height = random.Next(3, 7), width = random.Next(3, 7), kernelY = random.Next(1, 4), kernelX = random.Next(1, 4);
            var network = Agrees(Of(b => b.Node("Conv",
                [Activations(b, random), Weights(b, random, [outputs, channels / groups, kernelY, kernelX])], "y",
                Attribute("pads", random.Next(0, 3), random.Next(0, 3), random.Next(0, 3), random.Next(0, 3)),
                Attribute("strides", random.Next(1, 3), random.Next(1, 3)), Attribute("group", (long)groups)),
                input: [-1, channels, height, width]), seed);
            Assert.Single(network.MacroLayers);
        }
    }

    [Fact]
    public void Linear_layers_agree_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int inputs = random.Next(1, 40), outputs = random.Next(1, 6);
            var network = Agrees(Of(b => b.Node("Gemm", [Activations(b, random), Weights(b, random, [outputs, inputs])], "y",
                Attribute("transB", 1L)), input: [-1, inputs]), seed);
            Assert.Single(network.MacroLayers);
        }
    }

    private static string Activations(OnnxBuilder b, Random random)
    {
        var type = Drawn.OneOf(random, ActivationTypes);
        var (low, high) = TensorEncoder.RangeOf(type);
        b.Float("step", random.Next(1, 9) / 64f * (high - low < 20 ? 8 : 1));
        b.Codes("zero", [], [Drawn.OneOf(random, (int)low, (int)high, (int)((low + high + 1) / 2), random.Next((int)low, (int)high + 1))],
            type);
        b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
        return b.Node("DequantizeLinear", ["q", "step", "zero"], "d");
    }

    /// <summary>Per tensor or per output channel.</summary>
    private static string Weights(OnnxBuilder b, Random random, long[] dims)
    {
        var type = Drawn.OneOf(random, OnnxDataType.Int8, OnnxDataType.UInt8, OnnxDataType.UInt4, OnnxDataType.Int4);
        var (low, high) = TensorEncoder.RangeOf(type);
        int Code() => random.Next((int)low, (int)high + 1);
        int count = (int)dims.Aggregate(1L, (product, size) => product * size);
        bool isPerOutput = Drawn.OneIn(random, 2);
        int[] zeros = new int[isPerOutput ? (int)dims[0] : 1];
        int kind = random.Next(3);
        for (int i = 0; i < zeros.Length; i++) zeros[i] = kind == 0 ? Code() : kind == 1 ? (int)((low + high + 1) / 2) : zeros[i];
        long[] parameters = isPerOutput ? [dims[0]] : [];
        b.Codes("weight", dims, [.. Enumerable.Range(0, count).Select(_ => Code())], type);
        b.Floats("weight.step", parameters, [.. zeros.Select(_ => random.Next(1, 9) / 128f)]);
        b.Codes("weight.zero", parameters, zeros, type);
        return b.Node("DequantizeLinear", ["weight", "weight.step", "weight.zero"], "w", Attribute("axis", 0L));
    }

    private static Network Agrees(OnnxModel model, int seed)
    {
        var imported = AgainstOnnxRuntime.Agrees(model, seed: seed).Network;
        var mapped = new MappedNetwork(imported, MacroPresets.Get(MacroPresets.Ideal));
        float[] image = AgainstOnnxRuntime.Numbers(imported.InputShape.Count, seed);
        float[] expected = NodeInterpreter.Run(imported, image), digital = AgainstOnnxRuntime.Run(mapped, mapped.Digital, image);
        for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], digital[i], 1e-5f * (1 + MathF.Abs(expected[i])));
        // A transparent converter of unit codes: y = (acc * M + R * m) + b in double.
        var codes = new RunSpec { Macro = mapped.Macro with { Adc = new() { LsbCounts = 1 } } };
        foreach (string kernel in new[] { "popcount" })
        {
            float[] converted = AgainstOnnxRuntime.Run(mapped, new Die(mapped, codes, null, kernel), image);
            for (int i = 0; i < expected.Length; i++) Assert.Equal(expected[i], converted[i], 1e-5f * (1 + MathF.Abs(expected[i])));
        }
        return imported;
    }

    [Theory]
    [InlineData(OnnxDataType.UInt8, 128, "twos-complement:8", 0)]
    [InlineData(OnnxDataType.UInt8, 3, "unipolar:8", 3)]
    [InlineData(OnnxDataType.Int8, -128, "unipolar:8", 0)]
    [InlineData(OnnxDataType.Int8, 5, "unipolar:8", 133)]
    [InlineData(OnnxDataType.Int8, 0, "twos-complement:8", 0)]
    [InlineData(OnnxDataType.UInt4, 8, "twos-complement:4", 0)]
    [InlineData(OnnxDataType.UInt4, 15, "unipolar:4", 15)]
    internal void Activations_are_rebased(OnnxDataType type, int zero, string format, int code)
    {
        var network = NetworkImporter.Import(Layer(type, zero)).Network;
        var quantizer = network.Nodes.OfType<QuantizeNode>().Single();
        Assert.Equal(OperandFormat.Parse(format), quantizer.Format);
        Assert.Equal(code, quantizer.ZeroPoint);
        Assert.Equal(code, network.MacroLayers.Single().Zeros?.Input ?? 0);
    }

    /// <summary>As the file has them: unsigned codes are unipolar planes, signed ones two's complement.</summary>
    [Theory]
    [InlineData(OnnxDataType.UInt8, 128, "unipolar:8")]
    [InlineData(OnnxDataType.Int8, -128, "twos-complement:8")]
    [InlineData(OnnxDataType.Int8, 5, "twos-complement:8")]
    [InlineData(OnnxDataType.UInt4, 8, "unipolar:4")]
    internal void Activations_keep_their_zero_points_on_request(OnnxDataType type, int zero, string format)
    {
        var network = NetworkImporter.Import(Layer(type, zero), Kept).Network;
        var quantizer = network.Nodes.OfType<QuantizeNode>().Single();
        Assert.Equal((OperandFormat.Parse(format), zero), (quantizer.Format, quantizer.ZeroPoint));
        Assert.Equal(zero, network.MacroLayers.Single().Zeros!.Input);
        Assert.Equal(zero, network.Nodes.OfType<PadCodesNode>().Single().Code);
    }

    private static readonly RunSpec Kept = new() { Quantization = new() { KeepsZeroPoints = true } };

    /// <summary>Sums are exact integers either way, so no bit of a logit depends on it; a transparent converter changes none. Seeds 1 to
    /// 120.</summary>
    [Fact]
    public void Zero_points_that_are_kept_change_no_logit()
    {
        int changed = 0;
        for (int seed = 1; seed <= Seeds; seed++)
        {
            var random = new Random(seed);
            int groups = Drawn.OneOf(random, 1, 2), channels = groups * random.Next(1, 4), outputs = groups * random.Next(1, 4);
            var model = Of(b => b.Node("Conv", [Activations(b, random), Weights(b, random, [outputs, channels / groups, 3, 2])], "y",
                Attribute("pads", random.Next(0, 2), random.Next(0, 3), 1, 0), Attribute("group", (long)groups)),
                input: [-1, channels, 5, 4]);
            var (rebased, kept) = (NetworkImporter.Import(model).Network, NetworkImporter.Import(model, Kept).Network);
            var layer = Assert.Single(kept.MacroLayers);
            if (layer.InputFormat != rebased.MacroLayers[0].InputFormat || layer.WeightFormat != rebased.MacroLayers[0].WeightFormat)
                changed++;
            float[] image = AgainstOnnxRuntime.Numbers(kept.InputShape.Count, seed);
            var ofRebased = new MappedNetwork(rebased, MacroPresets.Get(MacroPresets.Ideal));
            float[] expected = AgainstOnnxRuntime.Run(ofRebased, ofRebased.Digital, image);
            var mapped = new MappedNetwork(kept, MacroPresets.Get(MacroPresets.Ideal));
            Floats.AssertSameBits(expected, AgainstOnnxRuntime.Run(mapped, mapped.Digital, image), $"seed {seed}, digital");
            foreach (var adc in new AdcSpec[] { new() { Kind = AdcKind.None }, new() { LsbCounts = 1 } })
                Floats.AssertSameBits(expected, AgainstOnnxRuntime.Run(mapped,
                    new Die(mapped, new() { Macro = mapped.Macro with { Adc = adc } }, null), image), $"seed {seed}, {adc.Kind}");
        }
        Assert.InRange(changed, Seeds / 4, Seeds);
    }

    /// <summary>Padding drives the zero point, so that its rows are no undriven ones.</summary>
    [Fact]
    public void A_padded_layer_reads_padded_codes()
    {
        var network = NetworkImporter.Import(Layer(OnnxDataType.UInt8, 7)).Network;
        var pad = network.Nodes.OfType<PadCodesNode>().Single();
        Assert.Equal(7, pad.Code);
        Assert.Equal(pad.Result, network.MacroLayers.Single().Inputs[0]);
        Assert.False(network.MacroLayers.Single().Geometry.HasPads);
        Assert.Equal((6, 7), (network.MacroLayers.Single().Geometry.InputHeight, network.MacroLayers.Single().Geometry.InputWidth));
    }

    [Fact]
    public void Sixteen_bits_are_digital_with_the_reason()
    {
        foreach (var (type, zero) in new[] { (OnnxDataType.UInt16, 40000), (OnnxDataType.Int16, -5) })
            Assert.Contains("at most 8 bits",
                Assert.Single(AgainstOnnxRuntime.Agrees(Layer(type, zero)).Layers).Reason, StringComparison.Ordinal);
    }

    private static OnnxModel Layer(OnnxDataType type, int zero) => Of(b =>
    {
        b.Float("step", 0.25f);
        b.Codes("zero", [], [zero], type);
        b.Codes("c.weight", [2, 2, 3, 3], [.. Enumerable.Range(0, 36).Select(i => (i % 15) - 7)], OnnxDataType.Int8);
        b.Node("QuantizeLinear", ["x", "step", "zero"], "q");
        b.Node("DequantizeLinear", ["q", "step", "zero"], "d");
        b.Node("DequantizeLinear", ["c.weight", "step"], "w");
        b.Node("Conv", ["d", "w"], "y", Attribute("pads", 1, 1, 1, 2));
    }, input: [-1, 2, 4, 4]);
}
