using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class NoiseProfileTests
{
    [Fact]
    public void Mean_and_sigma_are_interpolated_between_lines_and_extended_beyond_them()
    {
        var profile = NoiseProfile.Parse(["s,mean,sigma", "4,1,3", "-4,-1,1"], "noise.csv");
        Assert.Equal((-1.0, 1.0), (profile.MeanCounts(-9), profile.SigmaCounts(-9)));
        Assert.Equal((-0.5, 1.5), (profile.MeanCounts(-2), profile.SigmaCounts(-2)));
        Assert.Equal((1.0, 3.0), (profile.MeanCounts(9), profile.SigmaCounts(9)));
        Assert.Equal([-3, -2, -1, 0, 1, 2, 3], profile.InterpolatedSums);
    }

    [Theory]
    [InlineData("0,0,-0.5", "noise.csv line 2 (s = 0): sigma -0.5; allowed is 0 to")]
    [InlineData("0,NaN,1", "noise.csv line 2 (s = 0): field 2 is 'NaN'")]
    [InlineData("0,0,NaN", "noise.csv line 2 (s = 0): field 3 is 'NaN'")]
    [InlineData("0,0,5000000", "noise.csv line 2 (s = 0): sigma 5000000; allowed is 0 to 4194304 counts.")]
    [InlineData("0.5,0,1", "noise.csv line 2: partial sum '0.5'; allowed are integers")]
    [InlineData("0,5000000,1", "noise.csv line 2 (s = 0): mean 5000000; allowed is")]
    public void A_bad_line_is_named(string line, string message)
    {
        var error = Assert.Throws<ImcException>(() => NoiseProfile.Parse(["s,mean,sigma", line], "noise.csv"));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ideal_ps,mean,std")]
    [InlineData("s,level,sigma")]
    [InlineData("s,sigma,mean")]
    [InlineData("s,mean")]
    public void Another_header_is_refused_and_says_what_mean_is(string header)
    {
        string line = string.Concat(header.Skip(1).Where(c => c == ',').Select(_ => ",1"));
        string message = Assert.Throws<ImcException>(() => NoiseProfile.Parse([header, $"0{line}"], "noise.csv")).Message;
        Assert.StartsWith($"noise.csv: the header is '{header}'; allowed is 's,mean,sigma', or no header.", message,
            StringComparison.Ordinal);
        Assert.Contains("mean is the deviation of the measured sum from s", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1.0, 1000)]
    [InlineData(0.93, 1000)]
    [InlineData(1.2, 1000)]
    [InlineData(1.0, 60)]
    [InlineData(1.0, 30)]
    public void Levels_in_place_of_deviations_are_refused_also_clipped_ones(double gain, int bound)
    {
        var lines = Enumerable.Range(-36, 73)
            .Select(i => FormattableString.Invariant($"{2 * i},{Math.Clamp(gain * 2 * i, -bound, bound) + 0.3},1"));
        string message = Assert.Throws<ImcException>(() => NoiseProfile.Parse(lines, "noise.csv")).Message;
        Assert.StartsWith("noise.csv: mean rises with s by ", message, StringComparison.Ordinal);
        Assert.EndsWith("Subtract s from every mean.", message, StringComparison.Ordinal);
    }

    /// <summary>A converter that clips most of the range still follows the sums near 0; two sums tell as much.</summary>
    [Theory]
    [InlineData(128, 60)]
    [InlineData(128, 30)]
    [InlineData(1, 1000)]
    public void Levels_are_recognized_where_no_converter_clips(int steps, int bound)
    {
        var lines = Enumerable.Range(-steps, 2 * steps + 1).Where(i => i != 0 || steps > 1)
            .Select(i => FormattableString.Invariant($"{2 * i},{Math.Clamp(2 * i, -bound, bound)},1"));
        Assert.StartsWith("noise.csv: mean rises with s by ",
            Assert.Throws<ImcException>(() => NoiseProfile.Parse(lines, "noise.csv")).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(-0.9)]
    [InlineData(0.3)]
    public void Deviations_with_a_gain_error_are_taken(double slope)
    {
        var profile = NoiseProfile.Parse(["S, Mean, Sigma",
            .. Enumerable.Range(-36, 73).Select(i => FormattableString.Invariant($"{2 * i},{slope * 2 * i},1"))], "noise.csv");
        Assert.Equal(slope * 20, profile.MeanCounts(20), 12);
    }

    /// <summary>Mean and standard deviation of D21's quantizer: levels, and so no noise profile.</summary>
    [NeedsSharedFact("noise")]
    public void The_means_of_a_quantizers_levels_are_no_profile_under_any_header()
    {
        string[] files = Directory.GetFiles(NeedsSharedFactAttribute.Find("noise")!, "c*_*_s*.csv");
        Assert.NotEmpty(files);
        foreach (string file in files)
        {
            Assert.Contains("the header is 'ideal_ps,mean,std'", Assert.Throws<ImcException>(() => NoiseProfile.Read(file)).Message,
                StringComparison.Ordinal);
            Assert.Contains("as measured levels do",
                Assert.Throws<ImcException>(() => NoiseProfile.Parse(["s,mean,sigma", .. File.ReadLines(file).Skip(1)], file)).Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_line_has_three_fields() =>
        Assert.Contains("three", Assert.Throws<ImcException>(() => NoiseProfile.Parse(["0,1"], "noise.csv")).Message,
            StringComparison.Ordinal);
}
