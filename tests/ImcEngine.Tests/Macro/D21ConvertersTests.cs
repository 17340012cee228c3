using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

/// <summary>D21's converters, worked out by hand.</summary>
public class D21ConvertersTests
{
    // Bound 64, 7 levels: step 128 / 6 = 21.33.., edges from -64 - 10.66.. = -74.66.. in that step. The sixth is 32; computed in double as
    // 5 * 21.333333333333332 - 74.66666666666667 it is 31.99999999999999, which two decimals cut to 31.99.
    // As float32 it is 32 before the cut.
    // The third, 2 * 21.333333333333332 - 74.66666666666667 = -32.00000000000001, is -32 either way.
    [Fact]
    public void An_edge_at_32_is_31_99_in_a_linear_layer_and_32_in_a_convolution()
    {
        var convolution = D21Converters.Cifar(64, 7, edgeDecimals: 2, isLinear: false);
        var linear = D21Converters.Cifar(64, 7, edgeDecimals: 2, isLinear: true);
        Assert.Equal([-74.66f, -53.33f, -32f, -10.66f, 10.66f, 32f, 53.33f], convolution.EdgeCounts.Select(edge => (float)edge));
        Assert.Equal([-74.66, -53.33, -32, -10.66, 10.66, 31.99, 53.33], linear.EdgeCounts);
        Assert.Equal([-64f, -64f, -42.66f, -21.33f, 0f, 21.33f, 42.66f, 64f], linear.LevelCounts.Select(level => (float)level));
        Assert.Equal(linear.LevelCounts, convolution.LevelCounts);

        // So s = 32, strictly above the one and on the other, takes code 6 or 5; all other sums agree.
        int CodeOf(AdcTransfer adc, int s) => adc.CodeOf((long)s * AdcTransfer.QuantaPerCount);
        Assert.Equal((5, 6), (CodeOf(convolution, 32), CodeOf(linear, 32)));
        Assert.All(Enumerable.Range(-256, 513).Where(s => s != 32), s => Assert.Equal(CodeOf(convolution, s), CodeOf(linear, s)));
    }

    [Fact]
    public void The_1_bit_convolution_cuts_edges_to_whole_counts_toward_zero_but_not_its_linear_layer()
    {
        Assert.Equal([-74, -53, -32, -10, 10, 32, 53], D21Converters.Cifar(64, 7, edgeDecimals: 0, isLinear: false).EdgeCounts);
        Assert.Equal(10.66f, (float)D21Converters.Cifar(64, 7, edgeDecimals: 0, isLinear: true).EdgeCounts[4]);
    }

    [Fact]
    public void Without_decimals_neither_edges_nor_levels_are_cut()
    {
        // Bound 60, 11 levels: step 12, edges -66, -54, .. 54.
        var adc = D21Converters.Cifar(60, 11, edgeDecimals: null, isLinear: false);
        Assert.Equal(Enumerable.Range(0, 11).Select(k => -66.0 + (12 * k)), adc.EdgeCounts);
        Assert.Equal([-60, -60, -48, -36, -24, -12, 0, 12, 24, 36, 48, 60], adc.LevelCounts);
        Assert.Equal(12, adc.LsbCounts);
        Assert.Equal((float)(64.0 / 3), (float)D21Converters.Cifar(64, 7, null, isLinear: false).LevelCounts[5]);
    }

    [Fact]
    public void The_imagenet_converter_rounds_half_to_the_even_signed_code()
    {
        // Bound 60, 11 levels: scale 10 / 120 = 1/12, codes -5 .. 5. v = 6 is code 0.5: even is 0.
        // v = 18 is 1.5: even is 2. So edges alternate.
        var adc = D21Converters.ImageNet(60, 11);
        Assert.Equal([-60, -48, -36, -24, -12, 0, 12, 24, 36, 48, 60], adc.LevelCounts);
        (int S, int Signed)[] worked = [(0, 0), (6, 0), (7, 1), (17, 1), (18, 2), (30, 2), (31, 3), (42, 4), (54, 4), (55, 5),
            (60, 5), (256, 5)];
        foreach (var (s, signed) in worked)
            foreach (int sign in new[] { 1, -1 })
                Assert.Equal(5 + (sign * signed), adc.CodeOf((long)sign * s * AdcTransfer.QuantaPerCount));
    }

    [Fact]
    public void An_even_number_of_imagenet_levels_makes_one_code_more_or_fewer_with_levels_off_the_bound()
    {
        // Bound 64, "8 levels": scale 7 / 128; v = 64 is 3.5, a tie that even takes to 4: nine codes -4 ..
        // 4, levels 4 * 128 / 7 = 73.14 beyond the bound.
        var nine = D21Converters.ImageNet(64, 8);
        Assert.Equal(9, nine.Codes);
        Assert.Equal(4 * 128 / 7f, (float)nine.LevelCounts[^1]);
        // "6 levels": scale 5 / 128; v = 64 is 2.5, even is 2: five codes, levels end at 51.2.
        var five = D21Converters.ImageNet(64, 6);
        Assert.Equal(5, five.Codes);
        Assert.Equal(51.2f, (float)five.LevelCounts[^1]);
    }
}
