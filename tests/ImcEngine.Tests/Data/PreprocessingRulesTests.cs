using ImcEngine.Data;


namespace ImcEngine.Tests.Data;

public class PreprocessingRulesTests
{
    [Theory]
    [InlineData(0.485f, 0.229f)]
    [InlineData(0.5f, 0.5f)]
    [InlineData(0f, 1f)]
    [InlineData(0f, 1 / 255f)]
    [InlineData(0.485f, 1 / 255f)]
    [InlineData(-1f, 1f)]
    public void What_networks_are_trained_with_is_taken(float mean, float std) =>
        Assert.Equal((null, null), (PreprocessingRules.WhyNoMean([mean, mean, mean]), PreprocessingRules.WhyNoStd([std, std, std])));

    [Theory]
    [InlineData(123.675f, 58.395f, 1f)]
    [InlineData(0f, 1f, 1f)]
    [InlineData(0.5f, 0.5f, 256f)]
    public void Mean_and_std_are_for_the_scale(float mean, float std, float scale) =>
        Assert.Equal((null, null, null), (PreprocessingRules.WhyNoMean([mean], scale), PreprocessingRules.WhyNoStd([std], scale),
            PreprocessingRules.WhyNoScale(scale)));

    [Fact]
    public void A_mean_beyond_the_range_of_a_scale_is_none() =>
        Assert.Equal("a mean must be from -255 to 255, because pixels are divided by 1 before mean and std apply",
            PreprocessingRules.WhyNoMean([256], 1));

    [Theory]
    [InlineData(123.675f)]
    [InlineData(-1.5f)]
    [InlineData(float.MaxValue)]
    public void A_mean_for_bytes_is_none(float mean) =>
        Assert.Contains("by 255", PreprocessingRules.WhyNoMean([0, mean, 0]), StringComparison.Ordinal);

    [Theory]
    [InlineData(58.4f)]
    [InlineData(1.5f)]
    [InlineData(1e-20f)]
    public void A_std_for_bytes_or_of_nothing_is_none(float std) =>
        Assert.Contains("by 255", PreprocessingRules.WhyNoStd([1, std, 1]), StringComparison.Ordinal);
}
