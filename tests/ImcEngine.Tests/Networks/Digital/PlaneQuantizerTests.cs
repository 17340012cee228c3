using ImcEngine.BitPlanes;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public unsafe class PlaneQuantizerTests
{
    public static IEnumerable<object?[]> Quantized { get; } = new TheoryData<QuantizerKind, int>()
    {
        { QuantizerKind.Sign, 1 },
        { QuantizerKind.Nearest, 1 }, { QuantizerKind.Nearest, 2 }, { QuantizerKind.Nearest, 3 }, { QuantizerKind.Nearest, 8 },
        { QuantizerKind.BipolarNearest, 1 }, { QuantizerKind.BipolarNearest, 2 }, { QuantizerKind.BipolarNearest, 3 },
        { QuantizerKind.BipolarNearest, 8 },
        { QuantizerKind.BipolarShifted, 1 }, { QuantizerKind.BipolarShifted, 2 }, { QuantizerKind.BipolarShifted, 3 },
        { QuantizerKind.BipolarShifted, 8 },
    };

    /// <summary>Where codes begin, one and two floats to either side of it, and what is no number between.</summary>
    [Theory]
    [MemberData(nameof(Quantized))]
    internal void Planes_are_those_of_the_codes_at_every_edge(QuantizerKind kind, int bits)
    {
        var format = new OperandFormat(bits, kind == QuantizerKind.Nearest ? OperandEncoding.Unipolar : OperandEncoding.Bipolar);
        foreach (float step in (float[])[0.1f, 0.0371f, 1, 3e-39f, 1e-30f, 7e36f])
            AssertPlanes(new("q", [0], 1, kind, format, step, format.MinCode, format.MaxCode),
                [.. Edges(step, 2 * format.Denominator + 4), .. Specials]);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(0, 2)]
    [InlineData(2, 2)]
    [InlineData(0, 0)]
    public void Codes_that_the_node_does_not_allow_are_none_of_its_planes(int least, int most) =>
        AssertPlanes(new("q", [0], 1, QuantizerKind.Nearest, new(2, OperandEncoding.Unipolar), 0.3f, least, most),
            [.. Edges(0.3f, 10), .. Specials]);

    [Theory]
    [InlineData(-1, 3)]
    [InlineData(-3, 1)]
    [InlineData(-1, 1)]
    public void Nor_are_bipolar_codes_that_it_does_not_allow(int least, int most) =>
        AssertPlanes(new("q", [0], 1, QuantizerKind.BipolarShifted, new(2, OperandEncoding.Bipolar), 0.3f, least, most),
            [.. Edges(0.3f, 10), .. Specials]);

    [Theory]
    [MemberData(nameof(Quantized))]
    internal void A_single_NaN_is_found_wherever_it_stands(QuantizerKind kind, int bits)
    {
        var format = new OperandFormat(bits, kind == QuantizerKind.Nearest ? OperandEncoding.Unipolar : OperandEncoding.Bipolar);
        var node = new QuantizeNode("q", [0], 1, kind, format, 0.3f, format.MinCode, format.MaxCode);
        foreach (int length in (int[])[5, 64, 75])
            for (int i = -1; i < length; i++)
            {
                float[] x = [.. Enumerable.Range(0, length).Select(j => j == i ? float.NaN : 0.1f * (j - length / 2))];
                AssertPlanes(node, x);
            }
    }

    [Fact]
    public void Threshold_of_a_sign_is_zero_of_either_sign()
    {
        var node = new QuantizeNode("q", [0], 1, QuantizerKind.Sign, new(1, OperandEncoding.Bipolar), 1, -1, 1);
        AssertPlanes(node, [-0f, 0, float.Epsilon, -float.Epsilon]);
    }

    [Fact]
    public void A_useless_step_is_refused()
    {
        var node = new QuantizeNode("q", [0], 1, QuantizerKind.Nearest, new(2, OperandEncoding.Unipolar), 0, 0, 3);
        Assert.Throws<ArgumentException>(() => new PlaneQuantizer(node));
    }

    private static float[] Specials =>
        [float.NaN, float.NegativeInfinity, float.PositiveInfinity, float.MinValue, float.MaxValue, -0f, 0, float.Epsilon, -float.Epsilon];

    private static IEnumerable<float> Edges(float step, int halfSteps) => Enumerable.Range(-halfSteps, 2 * halfSteps + 1).SelectMany(half =>
    {
        float edge = half * 0.5f * step, below = MathF.BitDecrement(edge), above = MathF.BitIncrement(edge);
        return (float[])[edge, below, MathF.BitDecrement(below), above, MathF.BitIncrement(above)];
    });

    private static void AssertPlanes(QuantizeNode node, float[] x)
    {
        var layout = new PixelBits(1, x.Length, node.Format, IsThreeValued: false);
        var codes = new short[x.Length];
        Assert.Equal(!x.Any(float.IsNaN), Quantizers.Quantize(x, node, codes));
        ulong[] expected = new ulong[layout.Length], actual = new ulong[layout.Length];
        fixed (ulong* e = expected, a = actual)
        {
            layout.Pack(codes, e);
            Assert.Equal(!x.Any(float.IsNaN), new PlaneQuantizer(node).Run(x, layout, 0, 1, a));
        }
        Assert.Equal(expected, actual);
    }
}
