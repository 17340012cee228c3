using ImcEngine.BitPlanes;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Graph;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.AgainstOnnxRuntime;

namespace ImcEngine.Tests.Importer.Lowering;

/// <summary>One convolution [3, 4, 3, 3] over [4, 5, 5] behind each quantizer of ARITHMETIC §8.
/// Steps are powers of two where the sums must be exact.</summary>
public class PatternTests
{
    private const int Outputs = 3, Channels = 4;

    /// <param name="activations">Makes tensor 'a' of tensor 'x'.</param>
    /// <param name="weights">Makes tensor 'w'; by default two's complement of 4 bits.</param>
    private static OnnxModel Model(Action<OnnxBuilder> activations, Action<OnnxBuilder>? weights = null, bool residual = false)
    {
        var b = new OnnxBuilder("test");
        b.Input("x", -1, Channels, 5, 5);
        activations(b);
        (weights ?? (builder => Codes(builder, OnnxDataType.Int4, i => (i % 15) - 7)))(b);
        b.Floats("bias", [Outputs], [1, -2, 0.5f]);
        b.Node("Conv", ["a", "w", "bias"], residual ? "c" : "y", Attribute("pads", [1, 1, 1, 1]));
        if (residual)
        {
            b.Floats("project", [Outputs, Channels, 1, 1], Numbers(12, 7));
            b.Node("Conv", ["a", "project"], "p");
            b.Node("Add", ["c", "p"], "y");
        }
        b.Output("y", -1, Outputs, 5, 5);
        return b.Build();
    }

    private static void Codes(OnnxBuilder b, OnnxDataType type, Func<int, int> code)
    {
        b.Codes("conv.weight", [Outputs, Channels, 3, 3], [.. Enumerable.Range(0, Outputs * Channels * 9).Select(code)], type);
        b.Floats("steps", [Outputs], [0.25f, 0.5f, 2]);
        b.Node("DequantizeLinear", ["conv.weight", "steps"], "w", Attribute("axis", 0));
    }

    private static void QuantizeDequantize(OnnxBuilder b, string input, float step, OnnxDataType type, string result, int zeroPoint = 0,
        (int Least, int Most)? clip = null)
    {
        b.Float("step", step);
        b.Codes("zero", [], [zeroPoint], type);
        string q = b.Node("QuantizeLinear", [input, "step", "zero"], "q");
        if (clip is var (least, most))
            q = b.Node("Clip", ["q", b.Codes("least", [], [least], type), b.Codes("most", [], [most], type)], "qc");
        b.Node("DequantizeLinear", [q, "step", "zero"], result);
    }

    private static void Unipolar(OnnxBuilder b)
    {
        b.Node("Relu", ["x"], "r");
        QuantizeDequantize(b, "r", 0.125f, OnnxDataType.UInt4, "a");
    }

    private static void Bipolar(OnnxBuilder b)
    {
        b.Float("scale", 1.5f);
        b.Float("none", 0);
        b.Float("twice", 3);
        b.Node("Add", ["x", "scale"], "up");
        b.Node("Clip", ["up", "none", "twice"], "clipped");
        QuantizeDequantize(b, "clipped", 1, OnnxDataType.UInt8, "d");
        b.Node("Sub", ["d", "scale"], "a");
        b.Metadata("imc.encoding.a", "bipolar:2");
    }

    private static void BipolarWeights(OnnxBuilder b)
    {
        Codes(b, OnnxDataType.Int8, i => (2 * (i % 4)) - 3);
        b.Metadata("imc.encoding.conv.weight", "bipolar:2");
    }

    private static (MacroNode Layer, QuantizeNode Quantizer, LayerNote Note) Macro(OnnxModel model)
    {
        var imported = Agrees(model);
        return (Assert.Single(imported.Network.MacroLayers), Assert.Single(imported.Network.Nodes.OfType<QuantizeNode>()),
            imported.Layers[0]);
    }

    [Fact]
    public void Unipolar_activations_and_twos_complement_weights()
    {
        var (layer, quantizer, note) = Macro(Model(Unipolar));
        Assert.Equal("conv", layer.Name);
        Assert.Equal((new OperandFormat(4, OperandEncoding.Unipolar), new OperandFormat(4, OperandEncoding.TwosComplement)),
            (layer.InputFormat, layer.WeightFormat));
        Assert.Equal((QuantizerKind.Nearest, 0, 15, 0.125f), (quantizer.Kind, quantizer.LeastCode, quantizer.MostCode, quantizer.Step));
        Assert.Equal([0.03125, 0.0625, 0.25], layer.ResultScale);
        Assert.Equal([1, -2, 0.5], layer.ResultShift);
        Assert.Equal((true, true, true), (note.OnMacro, note.InputIsDefault, note.WeightIsDefault));
    }

    [Fact]
    public void A_clip_restricts_the_codes_of_twos_complement_activations()
    {
        var (layer, quantizer, _) = Macro(Model(b =>
        {
            b.Float("low", -0.875f);
            b.Float("high", 0.875f);
            b.Node("Clip", ["x", "low", "high"], "clipped");
            QuantizeDequantize(b, "clipped", 0.125f, OnnxDataType.Int8, "a");
        }));
        Assert.Equal(new OperandFormat(4, OperandEncoding.TwosComplement), layer.InputFormat);
        Assert.Equal((-7, 7), (quantizer.LeastCode, quantizer.MostCode));
    }

    [Fact]
    public void Metadata_decides_bits_over_the_fewest()
    {
        var model = Model(b =>
        {
            Unipolar(b);
            b.Metadata("imc.encoding.a", "unipolar:6");
        });
        var (layer, _, note) = Macro(model);
        Assert.Equal(6, layer.InputFormat.Bits);
        Assert.False(note.InputIsDefault);
    }

    [Fact]
    public void Bipolar_activations_and_weights()
    {
        var (layer, quantizer, _) = Macro(Model(Bipolar, BipolarWeights));
        Assert.Equal(CellProduct.Xnor, layer.Product);
        Assert.Equal((QuantizerKind.BipolarNearest, 0.5f), (quantizer.Kind, quantizer.Step));
    }

    [Theory]
    [InlineData(OnnxDataType.Int4), InlineData(OnnxDataType.Int8)]
    internal void Ternary_weights_may_be_written_in_more_bits(OnnxDataType type)
    {
        void Ternary(OnnxBuilder b)
        {
            Codes(b, type, i => (i % 3) - 1);
            b.Metadata("imc.encoding.conv.weight", "ternary");
        }
        Assert.Equal(CellProduct.TernaryXnor, Macro(Model(Bipolar, Ternary)).Layer.Product);
        var (layer, _, note) = Macro(Model(Unipolar, Ternary));
        Assert.Equal((OperandFormat.Ternary, CellProduct.TernaryGated, false), (layer.WeightFormat, layer.Product, note.WeightIsDefault));
    }

    [Fact]
    public void Bipolar_activations_as_published_bins_half_a_step_off()
    {
        var (layer, quantizer, _) = Macro(Model(b =>
        {
            b.Float("low", -1.5f);
            b.Float("high", 1.5f);
            b.Float("half", 0.5f);
            b.Node("Clip", ["x", "low", "high"], "clipped");
            QuantizeDequantize(b, "clipped", 1, OnnxDataType.Int8, "d", clip: (-2, 1));
            b.Node("Add", ["d", "half"], "a");
            b.Metadata("imc.encoding.d", "bipolar:2");
        }, BipolarWeights));
        Assert.Equal(CellProduct.Xnor, layer.Product);
        Assert.Equal((QuantizerKind.BipolarShifted, 0.5f), (quantizer.Kind, quantizer.Step));
    }

    [Fact]
    public void A_clip_at_the_scale_that_rounds_below_the_outermost_bins_takes_their_codes_away()
    {
        const float Spacing = 2 / 15f;
        var (_, quantizer, _) = Macro(Model(b =>
        {
            b.Float("low", -1);
            b.Float("high", 1);
            b.Float("half", Spacing / 2);
            b.Node("Clip", ["x", "low", "high"], "clipped");
            QuantizeDequantize(b, "clipped", Spacing, OnnxDataType.Int8, "d", clip: (-8, 7));
            b.Node("Add", ["d", "half"], "a");
            b.Metadata("imc.encoding.d", "bipolar:4");
        }, BipolarWeights));
        Assert.Equal((QuantizerKind.BipolarShifted, -13, 15), (quantizer.Kind, quantizer.LeastCode, quantizer.MostCode));
    }

    [Theory]
    [InlineData(QuantizerKind.BipolarShifted)]
    [InlineData(QuantizerKind.BipolarNearest)]
    internal void Bipolar_patterns_that_are_written_have_all_codes_at_every_step(QuantizerKind kind)
    {
        var random = new Random(7);
        foreach (int bits in (int[])[2, 3, 4, 8])
            for (int i = 0; i < 50; i++)
            {
                var written = new ActivationQuantizer(kind, new(bits, OperandEncoding.Bipolar),
                    i == 0 ? 1f / ((1 << bits) - 1) : random.NextSingle());
                var network =
                    NetworkImporter.Import(Model(b => QdqPatterns.WriteActivations(b, "x", "a", written), BipolarWeights)).Network;
                var quantizer = Assert.Single(network.Nodes.OfType<QuantizeNode>());
                Assert.Single(network.MacroLayers);
                Assert.Equal((kind, written.Format, written.Format.MinCode, written.Format.MaxCode),
                    (quantizer.Kind, quantizer.Format, quantizer.LeastCode, quantizer.MostCode));
            }
    }

    [Theory]
    [InlineData("GreaterOrEqual", false)]
    [InlineData("Less", true)]
    public void One_bit_by_where(string comparison, bool negativeFirst)
    {
        var (layer, quantizer, _) = Macro(Model(b =>
        {
            b.Float("none", 0);
            b.Float("plus", 0.75f);
            b.Float("minus", -0.75f);
            b.Node(comparison, ["x", "none"], "c");
            b.Node("Where", negativeFirst ? ["c", "minus", "plus"] : ["c", "plus", "minus"], "a");
        }, BipolarWeights));
        Assert.Equal((QuantizerKind.Sign, 0.75f, false), (quantizer.Kind, quantizer.Step, layer.InputMayBeUndriven));
    }

    [Fact]
    public void Sign_is_three_valued_and_a_constant_sign_makes_bipolar_weights()
    {
        var (layer, quantizer, _) = Macro(Model(b => b.Node("Sign", ["x"], "a"), b =>
        {
            b.Floats("conv.weight", [Outputs, Channels, 3, 3], [.. Numbers(Outputs * Channels * 9, 3).Select(x => x == 0 ? 1 : x)]);
            b.Floats("scales", [Outputs, 1, 1, 1], [0.5f, 1, 2]);
            b.Node("Sign", ["conv.weight"], "s");
            b.Node("Mul", ["s", "scales"], "w");
        }));
        Assert.Equal((QuantizerKind.ThreeValuedSign, true), (quantizer.Kind, layer.InputMayBeUndriven));
        Assert.Equal((new OperandFormat(1, OperandEncoding.Bipolar), "conv"), (layer.WeightFormat, layer.Name));
        Assert.Equal([0.5, 1, 2], layer.ResultScale);
    }

    public static IEnumerable<object?[]> Digital => new TheoryData<string, Action<OnnxBuilder>?, Action<OnnxBuilder>?>()
    {
        { "not from a quantizer", b => b.Node("Relu", ["x"], "a"), null },
        { "weights are not quantized", null, b => b.Floats("w", [Outputs, Channels, 3, 3], Numbers(108, 5)) },
        { "hold code", null, b => { Codes(b, OnnxDataType.Int8, i => i % 4); b.Metadata("imc.encoding.conv.weight", "bipolar:2"); } },
        { "does not hold", b => { Unipolar(b); b.Metadata("imc.encoding.a", "unipolar:3"); }, null },
        { "No cell multiplies bipolar inputs by twos-complement", Bipolar, null },
        { "hold a 0", b => b.Node("Sign", ["x"], "a"), b => { b.Floats("f", [Outputs, Channels, 3, 3],
            [.. Enumerable.Range(0, 108).Select(i => i - 5f)]); b.Node("Sign", ["f"], "w"); } },
        { "which only weights can be", b => { Unipolar(b); b.Metadata("imc.encoding.a", "ternary"); }, null },
        { "are ternary, but they hold code -2", null,
            b => { Codes(b, OnnxDataType.Int4, i => (i % 3) - 2); b.Metadata("imc.encoding.conv.weight", "ternary"); } },
        { "no bipolar pattern", b => { Unipolar(b); b.Metadata("imc.encoding.a", "bipolar:4"); }, null },
    };

    [Theory, MemberData(nameof(Digital))]
    internal void What_no_macro_can_do_stays_digital_with_the_reason(string reason, Action<OnnxBuilder>? activations,
        Action<OnnxBuilder>? weights)
    {
        var imported = Agrees(Model(activations ?? Unipolar, weights));
        Assert.Empty(imported.Network.MacroLayers);
        Assert.Contains(reason, Assert.Single(imported.Layers).Reason);
        Assert.Equal(imported.Layers[0].Reason, imported.Network.Nodes.OfType<DigitalNode>().Single().WhyDigital);
    }

    [Fact]
    public void Weights_of_a_zero_point_that_is_not_the_middle_keep_it()
    {
        var imported = Agrees(Model(Unipolar, b =>
        {
            b.Codes("conv.weight", [Outputs, Channels, 3, 3], [.. Enumerable.Range(0, 108)], OnnxDataType.UInt8);
            b.Codes("middle", [], [50], OnnxDataType.UInt8);
            b.Node("DequantizeLinear", ["conv.weight", b.Float("one", 0.03f), "middle"], "w");
        }));
        var layer = Assert.Single(imported.Network.MacroLayers);
        Assert.Equal(new(7, OperandEncoding.Unipolar), layer.WeightFormat);
        Assert.Equal([50, 50, 50], layer.Zeros!.Weights!);
    }

    [Fact]
    public void Another_reader_of_a_quantized_tensor_gets_its_floats()
    {
        var imported = Agrees(Model(Unipolar, residual: true));
        Assert.Single(imported.Network.MacroLayers);
        Assert.Single(imported.Network.Nodes.OfType<QuantizeNode>());
        Assert.Single(imported.Network.Nodes.OfType<DequantizeNode>());
        Assert.Equal(["conv", "p"], imported.Layers.Select(layer => layer.Name));
    }

    [Fact]
    public void A_layer_can_be_kept_digital() => Assert.Contains("run specification",
        NetworkImporter.Import(Model(Unipolar), new ImportOptions(KeepDigital: name => name == "conv")).Layers[0].Reason);

    [Fact]
    public void Without_quantization_no_quantizer_is_left_and_the_weights_are_their_floats()
    {
        var model = FloatTopology.WithoutQuantization(Model(Unipolar, residual: true));
        Assert.DoesNotContain(model.Graph!.Nodes, node => node.Operator!.EndsWith("Linear", StringComparison.Ordinal));
        Assert.DoesNotContain(Agrees(model).Network.Nodes, node => node is QuantizeNode);
    }

    [Fact]
    public void Tensors_in_the_middle_can_be_looked_at()
    {
        var model = FloatTopology.WithOutputs(Model(Unipolar), "a");
        using var reference = new ImcEngine.Importer.FloatReference(OnnxFile.ToBytes(model), 1, graphOptimizations: false);
        var image = Numbers(reference.ImageSize, 4);
        var expected = image.Select(x => Math.Clamp(MathF.Round(MathF.Max(x, 0) / 0.125f), 0, 15) * 0.125f);
        Assert.Equal(expected, reference.RunOne(image)["a"]);
    }
}
