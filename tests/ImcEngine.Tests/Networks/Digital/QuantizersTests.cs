using ImcEngine.BitPlanes;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class QuantizersTests
{
    private const float Step = 0.1f;

    [Theory]
    [InlineData(OperandEncoding.Unipolar, 4)]
    [InlineData(OperandEncoding.Unipolar, 1)]
    [InlineData(OperandEncoding.Unipolar, 8)]
    [InlineData(OperandEncoding.TwosComplement, 2)]
    [InlineData(OperandEncoding.TwosComplement, 8)]
    public void Nearest_divides_rounds_half_to_even_and_saturates(OperandEncoding encoding, int bits)
    {
        var format = new OperandFormat(bits, encoding);
        var node = Node(QuantizerKind.Nearest, format, Step);
        AssertCodes(node, x => (short)Math.Clamp(MathF.Round(x / Step, MidpointRounding.ToEven), format.MinCode, format.MaxCode));
    }

    [Fact]
    public void Nearest_keeps_to_the_codes_that_the_node_allows()
    {
        var node = Node(QuantizerKind.Nearest, new(4, OperandEncoding.TwosComplement), Step) with { LeastCode = -8, MostCode = 5 };
        AssertCodes(node, x => (short)Math.Clamp(MathF.Round(x / Step, MidpointRounding.ToEven), -8, 5));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(8)]
    public void Bipolar_nearest_counts_from_minus_the_scale(int bits)
    {
        int highest = (1 << bits) - 1;
        float scale = Step * highest;
        AssertCodes(Node(QuantizerKind.BipolarNearest, new(bits, OperandEncoding.Bipolar), Step),
            x => (short)((2 * (int)Math.Clamp(MathF.Round((x + scale) / (2 * Step), MidpointRounding.ToEven), 0, highest)) - highest));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Bipolar_shifted_rounds_from_zero_and_adds_half_a_bin(int bits)
    {
        int half = 1 << (bits - 1);
        AssertCodes(Node(QuantizerKind.BipolarShifted, new(bits, OperandEncoding.Bipolar), Step),
            x => (short)((2 * (int)Math.Clamp(MathF.Round(x / (2 * Step), MidpointRounding.ToEven), -half, half - 1)) + 1));
    }

    [Fact]
    public void Bipolar_shifted_keeps_to_the_codes_that_the_node_allows()
    {
        var node = Node(QuantizerKind.BipolarShifted, new(4, OperandEncoding.Bipolar), Step) with { LeastCode = -13, MostCode = 7 };
        AssertCodes(node, x => (short)((2 * (int)Math.Clamp(MathF.Round(x / (2 * Step), MidpointRounding.ToEven), -7, 3)) + 1));
    }

    [Fact]
    public void Every_code_of_every_kind_is_held_by_its_format()
    {
        foreach (var kind in (QuantizerKind[])[QuantizerKind.BipolarNearest, QuantizerKind.BipolarShifted])
            for (int bits = 1; bits <= OperandFormat.MaxBits; bits++)
            {
                var format = new OperandFormat(bits, OperandEncoding.Bipolar);
                var codes = Codes(Node(kind, format, Step), Inputs(2000));
                Assert.All(codes, code => Assert.True(format.Holds(code), $"{kind}, {format}: {code}"));
                if (bits < 4) Assert.Equal(1 << bits, codes.Distinct().Count());
            }
    }

    [Fact]
    public void Signs_of_zeros_follow_their_kind()
    {
        float[] input = [-0.0f, 0, float.Epsilon, -float.Epsilon, 3, -3];
        Assert.Equal([1, 1, 1, -1, 1, -1], Codes(Node(QuantizerKind.Sign, new(1, OperandEncoding.Bipolar), 1), input));
        Assert.Equal([0, 0, 1, -1, 1, -1], Codes(Node(QuantizerKind.ThreeValuedSign, new(1, OperandEncoding.Bipolar), 1), input));
    }

    [Fact]
    public void Ties_go_to_the_even_code()
    {
        float[] input = [0.25f, 0.75f, 1.25f, -0.25f, -0.75f, -1.25f];
        Assert.Equal([0, 2, 2, 0, -2, -2], Codes(Node(QuantizerKind.Nearest, new(4, OperandEncoding.TwosComplement), 0.5f), input));
    }

    [Fact]
    public void Division_is_not_multiplication_by_the_reciprocal()
    {
        int told = 0;
        for (int i = 1; i <= 1000; i++)
        {
            float step = i * 0.00137f, x = 3.5f * step, quotient = MathF.Round(x / step);
            if (quotient == MathF.Round(x * (1 / step))) continue;
            told++;
            Assert.Equal([(short)quotient], Codes(Node(QuantizerKind.Nearest, new(4, OperandEncoding.Unipolar), step), [x]));
        }
        Assert.True(told > 0, "No step told the two apart.");
    }

    [Theory]
    [InlineData(QuantizerKind.Nearest, -7, -7, 7)]
    [InlineData(QuantizerKind.BipolarNearest, -15, -15, 15)]
    [InlineData(QuantizerKind.BipolarShifted, -15, -15, 15)]
    [InlineData(QuantizerKind.Sign, -1, -1, 1)]
    [InlineData(QuantizerKind.ThreeValuedSign, 0, -1, 1)]
    internal void Not_a_number_and_infinities_have_their_codes(QuantizerKind kind, int ofNaN, int ofMinusInfinity, int ofInfinity)
    {
        var format = new OperandFormat(4, kind == QuantizerKind.Nearest ? OperandEncoding.TwosComplement : OperandEncoding.Bipolar);
        for (int length = 3; length < 40; length++)
        {
            var input = new float[length];
            (input[^3], input[^2], input[^1]) = (float.NaN, float.NegativeInfinity, float.PositiveInfinity);
            Assert.Equal([(short)ofNaN, (short)ofMinusInfinity, (short)ofInfinity], Codes(Node(kind, format, Step), input)[^3..]);
        }
    }

    [Fact]
    public void Dequantize_multiplies_by_the_step()
    {
        short[] codes = [-255, -8, -1, 0, 1, 7, 255];
        var result = new float[codes.Length];
        Quantizers.Dequantize(codes, Step, 0, result);
        Floats.AssertSameBits(Array.ConvertAll(codes, code => code * Step), result, "dequantized");
    }

    [Fact]
    public void A_useless_step_or_a_wrong_length_is_refused()
    {
        var node = Node(QuantizerKind.Nearest, new(4, OperandEncoding.Unipolar), Step);
        Assert.Throws<ArgumentException>(() => Quantizers.Quantize(new float[4], node, new short[5]));
        foreach (float step in (float[])[0, -1, float.NaN, float.PositiveInfinity])
            Assert.Throws<ArgumentException>(() => Quantizers.Quantize(new float[4], node with { Step = step }, new short[4]));
    }

    /// <summary>Every length 0 .. 70, from all of the inputs.</summary>
    private static void AssertCodes(QuantizeNode node, Func<float, short> expected)
    {
        var inputs = Inputs(2000);
        for (int length = 0, first = 0; length <= 70; first += length++ % 20)
        {
            var part = inputs[first..(first + length)];
            Assert.Equal(Array.ConvertAll(part, x => expected(x)), Codes(node, part));
        }
        Assert.Equal(Array.ConvertAll(inputs, x => expected(x)), Codes(node, inputs));
    }

    /// <summary>Half-step grid points and their float neighbours, then random numbers inside and far outside the range.</summary>
    private static float[] Inputs(int count)
    {
        var random = new Random(6);
        var inputs = new float[count];
        for (int i = 0; i < count; i++)
        {
            float point = (random.Next(-600, 600) * 0.5f * Step) + (random.Next(2) * Step);
            inputs[i] = random.Next(4) switch
            {
                0 => point,
                1 => MathF.BitIncrement(point),
                2 => (random.NextSingle() - 0.5f) * 4,
                _ => (random.NextSingle() - 0.5f) * 1e6f,
            };
        }
        return inputs;
    }

    private static short[] Codes(QuantizeNode node, float[] input)
    {
        var codes = new short[input.Length];
        Assert.Equal(!input.Any(float.IsNaN), Quantizers.Quantize(input, node, codes));
        return codes;
    }

    private static QuantizeNode Node(QuantizerKind kind, OperandFormat format, float step) =>
        new("quantizer", [0], 1, kind, format, step, format.MinCode, format.MaxCode);
}
