using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

public class ConversionNoiseTests
{
    [Theory]
    [InlineData(0, true, 5)]
    [InlineData(0.5, true, 6.0207972893961479)]
    [InlineData(0.5, false, 7.5)]
    public void Bitline_noise_grows_with_the_parasitic_and_comparator_noise_only_where_the_reference_does_not_track(double parasitic,
        bool tracks, double sigmaCounts)
    {
        var die = new DieSpec
        {
            BitlineNoiseCounts = 3,
            ComparatorNoiseLsb = 0.5,
            ParasiticRelative = parasitic,
            ReferenceTracksParasitic = tracks,
        };
        Assert.Equal(sigmaCounts, ConversionNoise.SigmaCounts(die, 8), 1e-14);
    }

    [Fact]
    public void A_profile_stands_in_place_of_the_bitline_term() =>
        Assert.Equal(5, ConversionNoise.SigmaCounts(new DieSpec { ComparatorNoiseLsb = 0.5, ParasiticRelative = 0.5 }, 8, 3));

    [Fact]
    public void Noise_is_the_scaled_variate_in_whole_quanta()
    {
        foreach (uint u in new[] { 0u, 12345u, 0x7FFFFFFFu, 0x80000000u, 0xC0000000u, uint.MaxValue })
        {
            Assert.Equal((int)Math.Round(4096 * 1.5 * Gaussian.Normal(u)), ConversionNoise.Quanta(1.5, u));
            Assert.Equal((int)Math.Round(4096 * (-0.25 + 1.5 * Gaussian.Normal(u))), ConversionNoise.Quanta(-0.25, 1.5, u));
        }
        Assert.Equal(0, ConversionNoise.Quanta(0, uint.MaxValue));
    }

    [Fact]
    public void More_noise_than_the_limit_is_refused() =>
        Assert.Throws<SpecException>(() => ConversionNoise.SigmaCounts(new DieSpec { ComparatorNoiseLsb = 200 }, 30_000));
}
