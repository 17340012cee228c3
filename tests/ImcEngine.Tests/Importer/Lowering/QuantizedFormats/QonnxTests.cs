using ImcEngine.BitPlanes;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using static ImcEngine.Importer.Onnx.OnnxBuilder;
using static ImcEngine.Tests.Importer.Lowering.ImporterModel;

namespace ImcEngine.Tests.Importer.Lowering.QuantizedFormats;

/// <summary>QONNX's quantizers against their formulas (ARITHMETIC §14).</summary>
public class QonnxTests
{
    private const string Domain = "qonnx.custom_op.general";

    private static readonly string[] Modes = ["ROUND", "CEIL", "FLOOR", "UP", "DOWN", "HALF_UP", "HALF_DOWN"];

    /// <summary>Bits, sign, narrow range, zero point, scale and mode are drawn; the last layer reads the codes. Seeds 1 to 200.</summary>
    [Fact]
    public void Activations_and_weights_follow_the_formula()
    {
        for (int seed = 1; seed <= 200; seed++)
        {
            var random = new Random(seed);
            var (ofActivations, ofWeights) = (Quantizer.Draw(random, mayShift: true), Quantizer.Draw(random, mayShift: false));
            float[] weights = AgainstOnnxRuntime.Numbers(3 * 8, seed + 1000);
            var network = NetworkImporter.Import(Of(b =>
            {
                b.Floats("weight", [3, 8], weights);
                ofActivations.Write(b, "x", "a");
                ofWeights.Write(b, "weight", "w");
                b.Node("Gemm", ["a", "w"], "y", Attribute("transB", 1L));
            }, input: [-1, 8])).Network;
            float[] image = AgainstOnnxRuntime.Numbers(8, seed), actual = NodeInterpreter.Run(network, image);
            for (int output = 0; output < 3; output++)
            {
                double expected = 0;
                for (int i = 0; i < 8; i++) expected += ofActivations.Value(image[i]) * ofWeights.Value(weights[(output * 8) + i]);
                Assert.True(Math.Abs(expected - actual[output]) <= 1e-5 * (1 + Math.Abs(expected)),
                    $"seed {seed} output {output}: {actual[output]}, formula {expected} ({ofActivations}, {ofWeights})");
            }
            bool isMultiplied = ofActivations.Bits > 1 || !ofActivations.IsSigned || ofWeights is { Bits: 1, IsSigned: true };
            // A zero point beyond the codes may need a ninth bit.
            if (ofActivations.Zero == 0) Assert.Equal(isMultiplied, network.MacroLayers.Count == 1);
        }
    }

    [Fact]
    public void Bipolar_quantizers_are_binary_layers()
    {
        var network = NetworkImporter.Import(Of(b =>
        {
            b.Float("one", 0.5f);
            b.Floats("weight", [2, 3], [1, -1, 0, -2, 3, 1]);
            b.Foreign("onnx.brevitas", "BipolarQuant", ["x", "one"], "a");
            b.Foreign("onnx.brevitas", "BipolarQuant", ["weight", "one"], "w");
            b.Node("Gemm", ["a", "w"], "y", Attribute("transB", 1L));
        }, input: [-1, 3])).Network;
        var layer = Assert.Single(network.MacroLayers);
        Assert.Equal((new OperandFormat(1, OperandEncoding.Bipolar), layer.InputFormat), (layer.WeightFormat, layer.WeightFormat));
        Assert.Equal([0.75f, -0.25f], NodeInterpreter.Run(network, [0, -1, 2]));
    }

    /// <summary>What OnnxRuntime runs has operators of elements in place of the quantizer; the order of the image's axes must not depend on
    /// it.</summary>
    [Fact]
    public void An_image_that_is_quantized_before_a_Transpose_keeps_its_order() => AgainstOnnxRuntime.Agrees(Of(b =>
    {
        b.Foreign(Domain, "BipolarQuant", ["x", b.Float("one", 0.5f)], "a");
        b.Node("Transpose", ["a"], "y", Attribute("perm", 0, 3, 1, 2));
    }, input: [-1, 2, 2, 3]));

    [Fact]
    public void Quantizers_per_channel_of_activations_are_digital_and_follow_the_formula()
    {
        var network = NetworkImporter.Import(Of(b =>
        {
            b.Floats("scale", [1, 2, 1, 1], [0.25f, 0.5f]);
            b.Float("zero", 0.5f);
            b.Float("bits", 3);
            b.Foreign(Domain, "Quant", ["x", "scale", "zero", "bits"], "y", Attribute("signed", 1L), Attribute("rounding_mode", "FLOOR"));
        }, input: [-1, 2, 1, 1])).Network;
        Assert.Equal([(Math.Floor(0.5 / 0.25 + 0.5) - 0.5) * 0.25, (3 - 0.5) * 0.5],
            NodeInterpreter.Run(network, [0.5f, 100]).Select(x => (double)x));
    }

    [Theory]
    [InlineData("FLOOR", 3)]
    [InlineData("CEIL", 4)]
    [InlineData("ROUND", 3)]
    public void Trunc_drops_the_lowest_bits(string mode, double steps)
    {
        var network = NetworkImporter.Import(Of(b =>
        {
            foreach (var (name, number) in new[] { ("scale", 0.5f), ("zero", 0f), ("in", 8f), ("out", 6f) }) b.Float(name, number);
            b.Foreign(Domain, "Trunc", ["x", "scale", "zero", "in", "out"], "y", Attribute("rounding_mode", mode));
        }, input: [-1, 1])).Network;
        Assert.Equal(steps * 0.5, NodeInterpreter.Run(network, [6.6f])[0]);
    }

    /// <summary>Both versions as OnnxRuntime computes their formulas, operator by operator. Version, bits, scales, zero point, sign and
    /// mode are drawn: seeds 1 to 120.</summary>
    [Fact]
    public void Trunc_agrees_with_OnnxRuntime()
    {
        for (int seed = 1; seed <= 120; seed++)
        {
            var random = new Random(seed);
            bool isSecond = Drawn.OneIn(random, 2);
            int bits = random.Next(2, 7), shift = random.Next(0, 4);
            float scale = random.Next(1, 9) / 64f, zero = Drawn.OneIn(random, 2) ? 0 : random.Next(-8, 9);
            List<OnnxAttribute> attributes = [];
            if (Drawn.OneIn(random, 3)) attributes.Add(Attribute("rounding_mode", Drawn.OneOf(random, "FLOOR", "CEIL", "ROUND")));
            if (isSecond && Drawn.OneIn(random, 2)) attributes.Add(Attribute("signed", 0L));
            if (isSecond && Drawn.OneIn(random, 2)) attributes.Add(Attribute("narrow", 1L));
            AgainstOnnxRuntime.Agrees(Of(b =>
            {
                string[] inputs = ["x", b.Float("scale", scale), b.Float("zero", zero), b.Float("in", bits + shift)];
                if (isSecond) inputs = [.. inputs, b.Float("scale.out", scale * (1 << shift) * (random.Next(9, 14) / 10f))];
                b.Foreign(Domain, "Trunc", [.. inputs, b.Float("out", bits)], "y", [.. attributes]);
            }, Drawn.Opset(random, 9), [-1, 3, 4]), tolerance: 0, seed: seed);
        }
    }

    /// <summary>Version 2: 6.6 / 0.5 is 13 steps, 3.25 of four; 3 of them are below the bound of 3 bits.</summary>
    [Theory]
    [InlineData(6.6f, 0, 3 * 2)]
    [InlineData(-6.6f, 0, -4 * 2)]
    [InlineData(100, 0, 3 * 2)]
    [InlineData(6.6f, 2, (3 - 0.5) * 2)]
    public void The_second_Trunc_bounds_and_changes_the_scale(float x, float zero, double expected)
    {
        var model = Of(b =>
        {
            foreach (var (name, number) in new[] { ("scale", 0.5f), ("zero", zero), ("in", 8f), ("scale.out", 2f), ("out", 3f) })
                b.Float(name, number);
            b.Foreign(Domain, "Trunc", ["x", "scale", "zero", "in", "scale.out", "out"], "y");
        }, input: [-1, 1]);
        Assert.Equal(expected, NodeInterpreter.Run(NetworkImporter.Import(model).Network, [x])[0]);
        using var reference = new FloatReference(model, threads: 1);
        var result = new float[1];
        reference.Run([x], 1, result);
        Assert.Equal(expected, result[0]);
    }

    [Theory]
    [InlineData("Quant", "", "ONNX has no such operator")]
    [InlineData("Other", Domain, "supported are ONNX's own operators")]
    [InlineData("FloatQuant", Domain, "FloatQuant")]
    public void Other_domains_and_operators_are_refused(string @operator, string domain, string part) => IsRefused(
        Of(b => b.Foreign(domain, @operator, ["x", b.Float("scale", 1), "scale", "scale"], "y")), part);

    private sealed record Quantizer(float Scale, float Zero, int Bits, bool IsSigned, bool IsNarrow, string Mode)
    {
        public static Quantizer Draw(Random random, bool mayShift)
        {
            int bits = random.Next(1, 9);
            bool isSigned = Drawn.OneIn(random, 2);
            return new(random.Next(1, 40) / 64f,
                isSigned && bits == 1 ? 0 : mayShift && Drawn.OneIn(random, 3) ? random.Next(-3, 4) : 0, bits,
                isSigned, bits > 1 && Drawn.OneIn(random, 3), Drawn.OneOf<string>(random, Modes));
        }

        public void Write(OnnxBuilder b, string input, string result) => b.Foreign(Domain, "Quant",
            [input, b.Float(result + ".scale", Scale), b.Float(result + ".zero", Zero), b.Float(result + ".bits", Bits)], result,
            Attribute("signed", IsSigned ? 1L : 0), Attribute("narrow", IsNarrow ? 1L : 0), Attribute("rounding_mode", Mode));

        public double Value(float x)
        {
            if (IsSigned && Bits == 1) return x >= 0 ? Scale : -Scale;
            int least = IsSigned ? -(1 << (Bits - 1)) + (IsNarrow ? 1 : 0) : 0;
            int most = IsSigned ? (1 << (Bits - 1)) - 1 : (1 << Bits) - 1 - (IsNarrow ? 1 : 0);
            double steps = Math.Clamp(((double)x / Scale) + Zero, least, most), magnitude = Math.Abs(steps), sign = Math.Sign(steps);
            double code = Mode switch
            {
                "ROUND" => Math.Round(steps, MidpointRounding.ToEven),
                "CEIL" => Math.Ceiling(steps),
                "FLOOR" => Math.Floor(steps),
                "UP" => sign * Math.Ceiling(magnitude),
                "DOWN" => sign * Math.Floor(magnitude),
                "HALF_UP" => sign * Math.Floor(magnitude + 0.5),
                _ => sign * Math.Ceiling(magnitude - 0.5),
            };
            return (code - Zero) * Scale;
        }
    }
}
