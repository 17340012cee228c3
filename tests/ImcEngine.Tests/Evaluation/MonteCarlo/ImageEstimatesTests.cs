using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.MonteCarlo;

namespace ImcEngine.Tests.Evaluation.MonteCarlo;

public class ImageEstimatesTests
{
    [Fact]
    public void One_run_has_the_intervals_of_Wilson_and_of_Tango()
    {
        bool[] digital = [true, true, true, false, true, false], run = [true, false, false, true, true, false];
        var estimates = ImageEstimates.Of(digital, [run]);
        Assert.Equal(new Proportion(3, 6).Interval95, estimates.Top1Interval95);
        Assert.Equal(new PairedDifference(2, 1, 6).Interval95, estimates.LossInterval95);
    }

    [Fact]
    public void Several_runs_are_averaged_image_by_image()
    {
        // Means 1, 0.5, 0 and 0.5: mean 0.5, variance 0.5 / 3; losses 0, 0.5, 1 and -0.5: mean 0.25, variance 1.25 / 3.
        var estimates = ImageEstimates.Of([true, true, true, false], [[true, true, false, false], [true, false, false, true]]);
        double half = StudentT.Quantile95(3) * Math.Sqrt(1.25 / 3 / 4);
        Assert.Equal(MeanEstimate.FromDies([1, 0.5, 0, 0.5]).Within(0, 1).Interval95, estimates.Top1Interval95);
        Assert.Equal(0.25 - half, estimates.LossInterval95!.Value.Low, 12);
        Assert.Equal(1, estimates.LossInterval95.Value.High);
        Assert.True(0.25 + half > 1);
    }

    [Fact]
    public void Runs_of_other_images_are_refused() =>
        Assert.Throws<ArgumentException>(() => ImageEstimates.Of([true, false], [[true]]));
}
