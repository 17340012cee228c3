using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Tests.Evaluation.Intervals;

public class ProportionTests
{
    // The examples of Newcombe, Two-sided confidence intervals for the single proportion,
    // Statistics in Medicine 17 (1998), table I, score method.
    [Theory]
    [InlineData(81, 263, 0.2553, 0.3662)]
    [InlineData(15, 148, 0.0624, 0.1605)]
    [InlineData(0, 20, 0, 0.1611)]
    [InlineData(1, 29, 0.0061, 0.1718)]
    public void Intervals_are_those_that_are_published(int count, int of, double low, double high)
    {
        var interval = new Proportion(count, of).Interval95;
        Assert.Equal(low, interval.Low, 4);
        Assert.Equal(high, interval.High, 4);
    }

    // By enumeration, so nothing here is left to chance.
    [Theory]
    [InlineData(200, 0.1, 0.9561)]
    [InlineData(500, 0.03, 0.9526)]
    public void Intervals_cover_the_true_share_in_about_95_of_100(int of, double share, double coverage)
    {
        double covered = 0, probability = Math.Pow(1 - share, of);
        for (int count = 0; count <= of; count++)
        {
            if (new Proportion(count, of).Interval95.Holds(share)) covered += probability;
            probability *= (double)(of - count) / (count + 1) * share / (1 - share);
        }
        Assert.Equal(coverage, covered, 4);
    }
}
