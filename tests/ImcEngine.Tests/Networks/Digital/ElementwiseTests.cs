using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class ElementwiseTests
{
    [Fact]
    public void Unary_operators_and_clip_match_their_definition_at_every_length()
    {
        for (int length = 0; length <= 70; length++)
        {
            float[] x = Floats.Random(length, length), result = new float[length];
            Elementwise.Unary(x, UnaryKind.Relu, result);
            Floats.AssertSameBits(Array.ConvertAll(x, v => v > 0 ? v : 0), result, "Relu");
            Elementwise.Unary(x, UnaryKind.Sign, result);
            Floats.AssertSameBits(Array.ConvertAll(x, v => (float)Math.Sign(v)), result, "Sign");
            Elementwise.Unary(x, UnaryKind.Identity, result);
            Floats.AssertSameBits(x, result, "Identity");
            Elementwise.Unary(x, UnaryKind.Not, result);
            Floats.AssertSameBits(Array.ConvertAll(x, v => v == 0 ? 1f : 0f), result, "Not");
            Elementwise.Clip(x, -1.5f, 2.25f, result);
            Floats.AssertSameBits(Array.ConvertAll(x, v => v < -1.5f ? -1.5f : v > 2.25f ? 2.25f : v), result, "Clip");
            Elementwise.Clip(x, -1, float.PositiveInfinity, x);
            Assert.All(x, v => Assert.True(v >= -1));
        }
    }

    [Theory]
    [InlineData(UnaryKind.Abs)]
    [InlineData(UnaryKind.Neg)]
    [InlineData(UnaryKind.Reciprocal)]
    [InlineData(UnaryKind.Floor)]
    [InlineData(UnaryKind.Ceil)]
    [InlineData(UnaryKind.Round)]
    [InlineData(UnaryKind.Sqrt)]
    internal void Exact_operations_give_the_bits_of_a_plain_loop_at_every_length(UnaryKind kind)
    {
        float[] special = [0, -0f, 0.5f, -0.5f, 1.5f, 2.5f, -2.5f, 8388607.5f, float.Epsilon, -float.Epsilon, float.MaxValue,
            float.PositiveInfinity, float.NegativeInfinity, 3.3e-39f];
        Func<float, float> plain = kind switch
        {
            UnaryKind.Abs => MathF.Abs,
            UnaryKind.Neg => x => -x,
            UnaryKind.Reciprocal => x => 1 / x,
            UnaryKind.Floor => MathF.Floor,
            UnaryKind.Ceil => MathF.Ceiling,
            UnaryKind.Round => x => MathF.Round(x, MidpointRounding.ToEven),
            _ => MathF.Sqrt,
        };
        for (int length = 0; length <= 70; length++)
        {
            float[] x = [.. Floats.Random(length, length), .. special], result = new float[x.Length];
            if (kind == UnaryKind.Sqrt) x = Array.ConvertAll(x, MathF.Abs);
            Elementwise.Unary(x, kind, result);
            Floats.AssertSameBits(Array.ConvertAll(x, each => plain(each)), result, $"{kind}");
        }
        float[] nan = [float.NaN];
        Elementwise.Unary(nan, kind, nan);
        Assert.True(float.IsNaN(nan[0]));
    }

    [Fact]
    public void Not_a_number_stays_through_relu_sign_and_clip()
    {
        float[] result = new float[1];
        Elementwise.Unary([float.NaN], UnaryKind.Relu, result);
        Assert.True(float.IsNaN(result[0]));
        Elementwise.Unary([float.NaN], UnaryKind.Sign, result);
        Assert.True(float.IsNaN(result[0]));
        Elementwise.Clip([float.NaN], 0, 1, result);
        Assert.True(float.IsNaN(result[0]));
    }

    [Fact]
    public void Clip_bounds_that_cross_give_the_high_one()
    {
        float[] result = new float[3];
        Elementwise.Clip([-5, 0, 5], 2, 1, result);
        Assert.Equal([1, 1, 1], result);
    }

    [Theory]
    [InlineData(1, 37)]
    [InlineData(7, 1)]
    [InlineData(5, 64)]
    public void Channel_affine_rounds_product_and_sum_separately(int channels, int size)
    {
        float[] x = Floats.Random(channels * size, 1), scale = Floats.Random(channels, 2), shift = Floats.Random(channels, 3);
        float[] expected = new float[x.Length], result = new float[x.Length];
        for (int i = 0; i < x.Length; i++)
        {
            float product = x[i] * scale[i / size];
            expected[i] = product + shift[i / size];
        }
        Elementwise.ChannelAffine(x, scale, shift, result);
        Floats.AssertSameBits(expected, result, "affine");

        float factor = 1 + MathF.ScaleB(1, -12), rounded = 1 + MathF.ScaleB(1, -11);
        float[] same = new float[40];
        Array.Fill(same, factor);
        Elementwise.ChannelAffine(same, [factor], [-rounded], same);
        Assert.All(same, v => Assert.Equal(0, v));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(6)]
    public void PRelu_scales_what_is_negative_by_its_channels_slope(int slopeCount)
    {
        float[] x = Floats.Random(6 * 11, 1), slopes = Floats.Random(slopeCount, 2), result = new float[x.Length],
            expected = new float[x.Length];
        for (int i = 0; i < x.Length; i++) expected[i] = x[i] >= 0 ? x[i] : x[i] * slopes[i / 11 % slopeCount];
        Elementwise.PRelu(x, slopes, result);
        Floats.AssertSameBits(expected, result, "PRelu");
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Elementwise.Unary(new float[3], UnaryKind.Relu, new float[4]));
        Assert.Throws<ArgumentException>(() => Elementwise.Clip(new float[3], 0, 1, new float[4]));
        Assert.Throws<ArgumentException>(() => Elementwise.ChannelAffine(new float[7], new float[2], new float[2], new float[7]));
        Assert.Throws<ArgumentException>(() => Elementwise.ChannelAffine(new float[6], new float[2], new float[3], new float[6]));
        Assert.Throws<ArgumentException>(() => Elementwise.PRelu(new float[7], new float[2], new float[7]));
    }
}
