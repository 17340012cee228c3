using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class RangeCalibrationTests
{
    /// <summary>100 conversions with sums -3 .. 3; from below 1, 1, 4, 94 of them in all, from above 1, 2, 6, 96.</summary>
    private static readonly long[] Weights = [1, 0, 3, 90, 4, 1, 1];

    [Theory]
    // 1 % may lie outside at each end: -3 does (and nothing at -2), -1 would make 4. 3 does, 2 would make two.
    [InlineData(98, -1, 2)]
    // 5 %: 1, 1, 4 stay outside below; 1, 2 above, as 1 would make 6.
    [InlineData(90, 0, 1)]
    // Nothing outside: the extremes.
    [InlineData(100, -3, 3)]
    // 25 %: both ends meet at 0; a range needs two.
    [InlineData(50, 0, 1)]
    public void A_percentile_leaves_its_share_outside_at_each_end(double percentile, double low, double high)
    {
        var calibration = new CalibrationSpec { Design = ConverterDesign.Percentile, Percentile = percentile };
        Assert.Equal(new CountRange(low, high), RangeCalibration.Choose(Weights, -3, levels: 4, calibration));
    }

    [Fact]
    public void A_percentile_of_an_exact_lattice_is_the_lattice()
    {
        // Seven levels hold seven sums: nothing is gained by leaving any out.
        var calibration = new CalibrationSpec { Design = ConverterDesign.Percentile, Percentile = 50 };
        Assert.Equal(new CountRange(-3, 3), RangeCalibration.Choose(Weights, -3, levels: 7, calibration));
    }

    [Fact]
    public void No_histogram_is_an_error() =>
        Assert.Throws<ArgumentException>(() => RangeCalibration.Choose([0, 0], 0, 4, new()));
}
