using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.MonteCarlo;

namespace ImcEngine.Tests.Evaluation.MonteCarlo;

public class EstimatesTests
{
    // Tables of Student's t; one degree of freedom is tan(0.475 pi), two is sqrt(2) * 0.95 / sqrt(1 - 0.95^2).
    [Theory]
    [InlineData(1, 12.7062047362)]
    [InlineData(2, 4.3026527297)]
    [InlineData(3, 3.1824463053)]
    [InlineData(7, 2.3646242516)]
    [InlineData(19, 2.0930240544)]
    [InlineData(120, 1.9799304051)]
    [InlineData(100000, 1.9599877)]
    public void Quantiles_are_those_of_the_tables(int degreesOfFreedom, double quantile) =>
        Assert.Equal(quantile, StudentT.Quantile95(degreesOfFreedom), 7);

    [Fact]
    public void Degrees_of_freedom_need_not_be_whole()
    {
        Assert.InRange(StudentT.Quantile95(2.5), StudentT.Quantile95(3), StudentT.Quantile95(2));
        Assert.Equal(0.05, StudentT.TwoSided(StudentT.Quantile95(2.5), 2.5), 12);
        Assert.Throws<ArgumentOutOfRangeException>(() => StudentT.Quantile95(double.NaN));
    }

    [Fact]
    public void Mean_sigma_and_interval_of_dies()
    {
        // Deviations -2, 0, 2: variance 8 / 2, sigma 2, half width t(0.975, 2) * 2 / sqrt(3).
        var estimate = MeanEstimate.FromDies([1, 3, 5]);
        Assert.Equal((3.0, 2.0), (estimate.Mean, estimate.Sigma!.Value));
        Assert.Equal(3 - 4.3026527297 * 2 / Math.Sqrt(3), estimate.Interval95!.Value.Low, 8);
        Assert.Equal(3 + 4.3026527297 * 2 / Math.Sqrt(3), estimate.Interval95!.Value.High, 8);
        Assert.Equal(new MeanEstimate(0.5, null, null), MeanEstimate.FromDies([0.5]));
        Assert.Throws<ArgumentException>(() => MeanEstimate.FromDies([]));
    }

    [Fact]
    public void The_interval_of_a_mean_accuracy_stays_within_0_and_1()
    {
        static DieSeries Of(params double[] top1) => new([.. top1.Select((each, die) => new DieResult((uint)die, [new(each, "")]))]);
        var wide = MeanEstimate.FromDies([0.1, 0.9]).Interval95!.Value;
        Assert.True(wide.Low < 0 && wide.High > 1);
        Assert.Equal(new Interval(0, 1), Of(0.1, 0.9).Top1.Interval95);
        Assert.Equal(new Interval(-0.5, 0.5), Of(0.1, 0.9).LossAgainst(0.5).Interval95);
        Assert.Equal(MeanEstimate.FromDies([0.5, 0.51, 0.52]), Of(0.5, 0.51, 0.52).Top1);
        Assert.Null(Of(0.5).Top1.Interval95);
    }

    [Fact]
    public void Differences_of_other_dies_are_those_of_Welch()
    {
        // a = 4/3, b = 1/3: n = (5/3)^2 / (16/18 + 1/18) = 50/17, half width t * sqrt(5/3).
        var difference = MeanEstimate.OfDifference([1, 3, 5], [0, 1, 2]);
        double half = StudentT.Quantile95(50 / 17.0) * Math.Sqrt(5 / 3.0);
        Assert.Equal((2 - half, 2 + half), (difference.Interval95!.Value.Low, difference.Interval95.Value.High), new Close());
        Assert.Equal(new Interval(1, 1), MeanEstimate.OfDifference([2, 2], [1, 1]).Interval95);
        Assert.Null(MeanEstimate.OfDifference([2], [1, 3]).Interval95);
    }

    // 8 of 10: (0.8 + 0.19207 +- 1.95996 sqrt(0.016 + 0.009604)) / 1.38415.
    [Theory]
    [InlineData(8, 10, 0.4901624715, 0.9433178485)]
    [InlineData(0, 10, 0, 0.2775327999)]
    [InlineData(10, 10, 0.7224672001, 1)]
    public void Yields_have_the_interval_of_Wilson(int count, int of, double low, double high)
    {
        var interval = new Proportion(count, of).Interval95;
        Assert.Equal(low, interval.Low, 8);
        Assert.Equal(high, interval.High, 8);
    }

    [Fact]
    public void A_series_knows_its_mean_repeats_worst_die_and_yield()
    {
        var series = Series((4, [0.5, 0.7]), (5, [0.2, 0.4]), (6, [0.9, 0.9]));
        Assert.Equal(0.6, series.Top1.Mean, 12);
        Assert.Equal(0.3, series.Top1.Sigma!.Value, 12);
        // Within dies 0.02, 0.02 and 0.
        Assert.Equal(Math.Sqrt(0.04 / 3), series.RepeatSigma!.Value, 12);
        Assert.Equal(5u, series.Worst.Die);
        Assert.Equal(new Proportion(2, 3), series.Yield(0.5));
        Assert.Equal(new Proportion(1, 3), series.Yield(0.6));
        Assert.Null(Series((1, [0.5])).RepeatSigma);
    }

    [Fact]
    public void Pairing_takes_out_what_dies_have_in_common()
    {
        var one = Series((1, [0.3]), (2, [0.5]), (3, [0.9]));
        var other = Series((1, [0.2]), (2, [0.4]), (3, [0.8]));
        var paired = one.PairedDifference(other);
        Assert.Equal(0.1, paired.Mean, 12);
        Assert.Equal(0, paired.Sigma!.Value, 12);
        Assert.True(one.UnpairedDifference(other).Interval95!.Value.Low < -0.3);
        Assert.Throws<ArgumentException>(() => one.PairedDifference(Series((1, [0.2]), (2, [0.4]), (4, [0.8]))));
    }

    private static DieSeries Series(params (uint Die, double[] Repeats)[] dies) =>
        new([.. dies.Select(die => new DieResult(die.Die, [.. die.Repeats.Select(top1 => new DieRun(top1, ""))]))]);

    private sealed class Close : IEqualityComparer<(double, double)>
    {
        public bool Equals((double, double) x, (double, double) y) =>
            Math.Abs(x.Item1 - y.Item1) < 1e-9 && Math.Abs(x.Item2 - y.Item2) < 1e-9;
        public int GetHashCode((double, double) pair) => 0;
    }
}
