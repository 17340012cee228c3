using ImcEngine.Importer.Quantization;

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

    // mean |w| = 3/6, alpha = 1; 2 is clamped to 1, the largest magnitude is 1. 15 (v + 1) / 2: 15; 3.75 -> 4; 9.375 -> 9; 5.625 -> 6; 7.5 -> 8 (even).
    [Fact]
    public void Four_bits_are_clamped_to_alpha() =>
        Check(D21Quantizers.FourBitWeights([2, -0.5f, 0.25f, -0.25f, 0, 0], D21Alpha.MeanAbs), [15, -7, 3, -3, 1, 1], 1);

    // mean |w| = 0.5, alpha = 1, largest magnitude 0.5: v = +-1, not +-0.5.
    [Fact]
    public void Four_bits_are_rescaled_by_their_own_maximum() =>
        Check(D21Quantizers.FourBitWeights([0.5f, -0.5f], D21Alpha.MeanAbs), [15, -15], 1);

    // sd 2, mean |w| 1.6 as above: alpha = (2 - 1.013 * 1.6) / 0.077 = 0.3792 / 0.077 = 4.924675.
    [Fact]
    public void Four_bits_by_sawb() => Check(D21Quantizers.FourBitWeights([2, -2, 2, -2, 0], D21Alpha.Sawb), [15, -15, 15, -15, 1], 4.924675f);

    // mean |w| = 10/8, alpha = 5. 9/5 is clamped to 1: 7; 7/5 = 1.4 -> 1.
    [Fact]
    public void Four_bits_of_imagenet() => Check(D21Quantizers.ImageNetFourBitWeights([9, -1, 0, 0, 0, 0, 0, 0]), [7, -1, 0, 0, 0, 0, 0, 0], 5);

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

    [Fact]
    public void A_scale_that_is_not_positive_is_an_error() =>
        Assert.Throws<ImcException>(() => D21Quantizers.TwoBitWeights([1, 1, 1, 1], D21Alpha.Sawb));

    private static void Check(ScaledCodes found, short[] codes, float alpha)
    {
        Assert.Equal(codes, found.Codes);
        Assert.Equal(alpha, found.Alpha, 1e-6f * alpha);
        Assert.Equal(found.Alpha / found.Format.Denominator, found.Step);
    }
}
