using ImcEngine.BitPlanes;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Tests.Importer.Quantization;

/// <summary>Weights that a quantizer of D21 has made already.</summary>
public class D21GridsTests
{
    private static readonly OperandFormat Bipolar1 = new(1, OperandEncoding.Bipolar);
    private static readonly OperandFormat Bipolar2 = new(2, OperandEncoding.Bipolar);
    private static readonly OperandFormat Bipolar4 = new(4, OperandEncoding.Bipolar);
    private static readonly OperandFormat TwosComplement4 = new(4, OperandEncoding.TwosComplement);

    public static TheoryData<string> Families => ["cifar1", "cifar2", "cifar2-sawb", "cifar4", "cifar4-sawb", "inet4"];

    [Theory, MemberData(nameof(Families))]
    public void What_a_family_quantized_gives_back_exactly_its_codes_and_step(string family)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var expected = Quantized(family, Latent(500, seed));
            float[] weights = [.. expected.Codes.Select(code => code * expected.Step)];
            var found = D21Grids.Recover(weights, expected.Format);
            Assert.NotNull(found);
            Assert.Equal(expected.Codes, found.Codes);
            Assert.Equal(expected.Step, found.Step);
            Assert.Equal(expected.Alpha, found.Alpha, 2e-7f * expected.Alpha);
        }
    }

    // As PyTorch code writes bipolar levels: alpha (2 d / D - 1), d = 0 .. D, every operation rounded to float32.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Another_order_of_scaling_does_not_matter(int bits)
    {
        int top = (1 << bits) - 1;
        const float Alpha = 0.37f;
        int[] digits = [.. Enumerable.Range(0, 200).Select(i => i * 7 % (top + 1))];
        float[] weights = [.. digits.Select(digit => Alpha * (2 * ((float)digit / top) - 1))];
        var found = D21Grids.Recover(weights, new(bits, OperandEncoding.Bipolar));
        Assert.NotNull(found);
        Assert.Equal(digits.Select(digit => (short)(2 * digit - top)), found.Codes);
        Assert.Equal(Alpha, found.Alpha);
    }

    // The scale that the quantizer would find of these weights is 2 mean |w| = 2 (0.2 + 0.6 + 0.6 + 0.2) / 4 = 0.8.
    [Fact]
    public void The_scale_is_the_grids_and_not_that_of_quantizing_again()
    {
        float[] weights = [0.2f, -0.6f, 0.6f, -0.2f];
        var found = D21Grids.Recover(weights, Bipolar2);
        Assert.Equal([1, -3, 3, -1], found!.Codes);
        Assert.Equal(0.6f, found.Alpha);
        Assert.Equal(0.8f, D21Quantizers.TwoBitWeights(weights, D21Alpha.MeanAbs).Alpha, 1e-6f);
    }

    // Largest 0.5: on the grid 0.5 k / code only with code 5 (0.1 a step); alpha = 0.7.
    [Fact]
    public void Two_s_complement_needs_no_weight_of_code_7()
    {
        var found = D21Grids.Recover([0.5f, -0.2f, 0, 0.3f], TwosComplement4);
        Assert.Equal([5, -2, 0, 3], found!.Codes);
        Assert.Equal(0.7f, found.Alpha, 1e-6f);
    }

    [Fact]
    public void One_magnitude_of_two_bits_is_code_1_which_mean_magnitude_always_makes()
    {
        var found = D21Grids.Recover([0.25f, -0.25f], Bipolar2);
        Assert.Equal([1, -1], found!.Codes);
        Assert.Equal(0.75f, found.Alpha);
    }

    [Fact]
    public void One_bit_may_hold_the_zero_of_a_sign() => Assert.Equal([1, 0, -1], D21Grids.Recover([1, 0, -1], Bipolar1)!.Codes);

    [Theory]
    [InlineData(0.5f, 0.25f, 0.11f)]
    [InlineData(0.3f, 0, -0.1f)]
    [InlineData(0, 0, 0)]
    [InlineData(0.3f, float.NaN, 0.1f)]
    public void Latent_weights_lie_on_no_grid(float a, float b, float c) => Assert.Null(D21Grids.Recover([a, b, c], Bipolar2));

    [Fact]
    public void A_weight_off_the_grid_by_a_hundredth_of_a_step_is_latent()
    {
        float[] weights = [.. Enumerable.Range(0, 16).Select(digit => (2 * digit - 15) / 15f)];
        Assert.NotNull(D21Grids.Recover(weights, Bipolar4));
        weights[3] += 0.01f / 15;
        Assert.Null(D21Grids.Recover(weights, Bipolar4));
    }

    [Fact]
    public void A_format_of_no_family_is_an_error() =>
        Assert.Contains("bipolar:3", Assert.Throws<ImcException>(() => D21Grids.Recover([1], new(3, OperandEncoding.Bipolar))).Message,
            StringComparison.Ordinal);

    private static ScaledCodes Quantized(string family, float[] latent) => family switch
    {
        "cifar1" => D21Quantizers.SignWeights(latent),
        "cifar2" => D21Quantizers.TwoBitWeights(latent, D21Alpha.MeanAbs),
        "cifar2-sawb" => D21Quantizers.TwoBitWeights(latent, D21Alpha.Sawb),
        "cifar4" => D21Quantizers.FourBitWeights(latent, D21Alpha.MeanAbs),
        "cifar4-sawb" => D21Quantizers.FourBitWeights(latent, D21Alpha.Sawb),
        _ => D21Quantizers.ImageNetFourBitWeights(latent),
    };

    private static float[] Latent(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => (float)(0.05 * Enumerable.Range(0, 6).Sum(_ => random.NextDouble() - 0.5)))];
    }
}
