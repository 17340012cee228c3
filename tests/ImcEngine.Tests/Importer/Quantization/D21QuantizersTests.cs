using ImcEngine.BitPlanes;
using ImcEngine.Importer.Quantization;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Importer.Quantization;

public class D21QuantizersTests
{
    [Fact]
    public void The_sign_of_zero_is_zero() => Check(D21Quantizers.SignWeights([0.5f, 0, -0.1f]), [1, 0, -1], 1);

    // mean |w| = 2.4 / 6 = 0.4, alpha = 0.8, t = 0.8 - 0.8/3 = 0.533.
    [Fact]
    public void Two_bits_by_the_mean_magnitude() =>
        Check(D21Quantizers.TwoBitWeights([0.9f, 0.3f, 0, -0.1f, -0.3f, -0.8f], D21Alpha.MeanAbs), [3, 1, 1, -1, -1, -3], 0.8f);

    // mean 0, squares 16, unbiased sd = sqrt(16 / 4) = 2, mean |w| = 8/5 = 1.6: alpha = 3.212 * 2 - 2.178 * 1.6 = 2.9392, t = 1.959.
    [Fact]
    public void Two_bits_by_sawb() => Check(D21Quantizers.TwoBitWeights([2, -2, 2, -2, 0], D21Alpha.Sawb), [3, -3, 3, -3, 1], 2.9392f);

    // mean |w| = 3/6, alpha = 1; 2 is clamped to 1, the largest magnitude is 1. 15 (v + 1) / 2: 15;
    // 3.75 -> 4; 9.375 -> 9; 5.625 -> 6; 7.5 -> 8 (even).
    [Fact]
    public void Four_bits_are_clamped_to_alpha() =>
        Check(D21Quantizers.FourBitWeights([2, -0.5f, 0.25f, -0.25f, 0, 0], D21Alpha.MeanAbs), [15, -7, 3, -3, 1, 1], 1);

    // mean |w| = 0.5, alpha = 1, largest magnitude 0.5: v = +-1, not +-0.5.
    [Fact]
    public void Four_bits_are_rescaled_by_their_own_maximum() =>
        Check(D21Quantizers.FourBitWeights([0.5f, -0.5f], D21Alpha.MeanAbs), [15, -15], 1);

    // sd 2, mean |w| 1.6 as above: alpha = (2 - 1.013 * 1.6) / 0.077 = 0.3792 / 0.077 = 4.924675.
    [Fact]
    public void Four_bits_by_sawb() =>
        Check(D21Quantizers.FourBitWeights([2, -2, 2, -2, 0], D21Alpha.Sawb), [15, -15, 15, -15, 1], 4.924675f);

    // mean |w| = 10/8, alpha = 5. 9/5 is clamped to 1: 7; 7/5 = 1.4 -> 1.
    [Fact]
    public void Four_bits_of_imagenet() =>
        Check(D21Quantizers.ImageNetFourBitWeights([9, -1, 0, 0, 0, 0, 0, 0]), [7, -1, 0, 0, 0, 0, 0, 0], 5);

    // alpha 3, 2 bits: step 1. 0.5 -> 0 and 1.5 -> 2 (even).
    [Fact]
    public void Pact_clips_at_zero_and_alpha()
    {
        var codes = new int[5];
        D21Quantizers.PactActivations([-1, 0.5f, 1.5f, 2.6f, 7], alpha: 3, bits: 2, codes);
        Assert.Equal([0, 0, 2, 3, 3], codes);
    }

    // 1.5 x: -1.5 -> -2; 0; -0.45 -> 0; -0.6 -> -1; 0.6 -> 1; 1.5 -> 2, clamped to 1. Then 2 c + 1.
    [Fact]
    public void Published_hard_tanh_has_bins_half_a_step_off()
    {
        var codes = new int[6];
        D21Quantizers.HardTanhActivations([-2, 0, -0.3f, -0.4f, 0.4f, 1], bits: 2, codes);
        Assert.Equal([-3, 1, 1, -1, 3, 3], codes);
    }

    // Levels -1, -1/3, 1/3, 1. 1.5 (x + 1): 0; 1.05 -> 1; 1.95 -> 2; 2.55 -> 3; 1.5 -> 2 (even). Then 2 c - 3.
    [Fact]
    public void Nearest_hard_tanh_answers_the_nearest_level()
    {
        var codes = new int[5];
        D21Quantizers.HardTanhActivationsNearest([-2, -0.3f, 0.3f, 0.7f, 0], bits: 2, codes);
        Assert.Equal([-3, -1, 1, 3, 1], codes);
    }

    // No activation lies within 1e-4 bins of an edge between two bins.
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public void Networks_run_the_formulas(int bits)
    {
        float[] x = [.. Enumerable.Range(-500, 1001).Select(i => i * 0.003f + 0.0011f)];
        var bipolar = new OperandFormat(bits, OperandEncoding.Bipolar);
        var codes = new int[x.Length];
        D21Quantizers.HardTanhActivations(x, bits, codes);
        Assert.Equal(codes, Run(x, QuantizerKind.BipolarShifted, bipolar, range: 1));
        D21Quantizers.HardTanhActivationsNearest(x, bits, codes);
        Assert.Equal(codes, Run(x, QuantizerKind.BipolarNearest, bipolar, range: 1));
        D21Quantizers.PactActivations(x, 0.7f, bits, codes);
        Assert.Equal(codes, Run(x, QuantizerKind.Nearest, new(bits, OperandEncoding.Unipolar), range: 0.7f));
    }

    // Quantized: 0.6 a step of 0.2, not 2 mean |w| = 0.8. Latent, 0.5 added: mean |w| = 2.1 / 5 = 0.42, alpha = 0.84, t = 0.56.
    [Fact]
    public void Weights_that_are_quantized_already_keep_their_scale_and_latent_ones_find_theirs()
    {
        Check(D21Quantizers.Weights([0.2f, -0.6f, 0.6f, -0.2f], new(2, OperandEncoding.Bipolar), D21Alpha.MeanAbs), [1, -3, 3, -1], 0.6f);
        Check(D21Quantizers.Weights([0.2f, -0.6f, 0.6f, -0.2f, 0.5f], new(2, OperandEncoding.Bipolar), D21Alpha.MeanAbs),
            [1, -3, 3, -1, 1], 0.84f);
    }

    // Worked out above. Weights that lie on a grid of their own would keep it.
    [Fact]
    public void The_format_chooses_the_familys_quantizer()
    {
        Check(D21Quantizers.Weights([0.5f, -0.1f], new(1, OperandEncoding.Bipolar), D21Alpha.MeanAbs), [1, -1], 1);
        Check(D21Quantizers.Weights([2, -2, 2, -2, 0], new(2, OperandEncoding.Bipolar), D21Alpha.Sawb), [3, -3, 3, -3, 1], 2.9392f);
        Check(D21Quantizers.Weights([2, -2, 2, -2, 0], new(4, OperandEncoding.Bipolar), D21Alpha.Sawb), [15, -15, 15, -15, 1], 4.924675f);
        Check(D21Quantizers.Weights([2, -0.5f, 0.25f, -0.25f, 0, 0], new(4, OperandEncoding.Bipolar), D21Alpha.MeanAbs),
            [15, -7, 3, -3, 1, 1], 1);
        Check(D21Quantizers.Weights([9, -1, 0, 0, 0, 0, 0, 0], new(4, OperandEncoding.TwosComplement), D21Alpha.MeanAbs),
            [7, -1, 0, 0, 0, 0, 0, 0], 5);
    }

    [Fact]
    public void A_scale_or_a_format_that_no_family_has_is_an_error_that_lists_them()
    {
        string sawb =
            Assert.Throws<ImcException>(() => D21Quantizers.Weights([9, 1], new(4, OperandEncoding.TwosComplement), D21Alpha.Sawb)).Message;
        Assert.Contains("no SAWB scale for twos-complement:4 weights; allowed is mean-abs", sawb, StringComparison.Ordinal);
        string format =
            Assert.Throws<ImcException>(() => D21Quantizers.Weights([9, 1], new(3, OperandEncoding.Bipolar), D21Alpha.MeanAbs)).Message;
        Assert.Contains("No family of D21 has bipolar:3 weights; allowed are bipolar:1", format, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scale_that_is_not_positive_is_an_error() =>
        Assert.Throws<ImcException>(() => D21Quantizers.TwoBitWeights([1, 1, 1, 1], D21Alpha.Sawb));

    private static int[] Run(float[] activations, QuantizerKind kind, OperandFormat format, float range)
    {
        var node = new QuantizeNode("quantize", [0], 1, kind, format, range / format.Denominator, format.MinCode, format.MaxCode);
        var codes = new short[activations.Length];
        Quantizers.Quantize(activations, node, codes);
        return Array.ConvertAll(codes, code => (int)code);
    }

    private static void Check(ScaledCodes found, short[] codes, float alpha)
    {
        Assert.Equal(codes, found.Codes);
        Assert.Equal(alpha, found.Alpha, 1e-6f * alpha);
        Assert.Equal(found.Alpha / found.Format.Denominator, found.Step);
    }
}
