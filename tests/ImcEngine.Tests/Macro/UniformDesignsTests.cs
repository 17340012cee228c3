using ImcEngine.BitPlanes;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class UniformDesignsTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(2, 2)]
    public void No_lsb_of_whole_swings_and_no_beginning_errs_less(int swing, int step)
    {
        for (uint index = 0; index < 150; index++)
        {
            var (weights, least, levels) = Histogram(new(17, index), step);
            if (step == 1) weights[1] = 1;
            double exhaustive = double.PositiveInfinity;
            for (int lsb = swing; lsb <= 2 * weights.Length; lsb += swing)
                for (int start = least - (levels * lsb); start <= least + weights.Length + 1; start++)
                {
                    // Bins begin halfway between neighbouring sums. With steps of two those are whole counts of the other parity.
                    if (step == 2 && ((start - least) & 1) == 0) continue;
                    double low = start + (lsb / 2.0) - (step == 2 ? 0 : 0.5);
                    exhaustive = Math.Min(exhaustive, Error(weights, least, levels, new(low, low + ((levels - 1) * lsb))));
                }
            var found = UniformDesigns.IntegerLsb(new(weights, least), levels, swing);
            Assert.Equal(exhaustive, Error(weights, least, levels, found));
            double foundLsb = (found.HighCounts - found.LowCounts) / (levels - 1);
            Assert.Equal(0, foundLsb % swing);
        }
    }

    [Fact]
    public void No_lsb_and_no_code_of_the_zero_err_less()
    {
        for (uint index = 0; index < 40; index++)
        {
            var (weights, least, levels) = Histogram(new(18, index), 1);
            int largest = Math.Max(Math.Abs(least), Math.Abs(least + weights.Length - 1));
            double exhaustive = double.PositiveInfinity;
            for (int zero = 0; zero < levels; zero++)
                for (int units = 1; units <= 2 * 2048 * largest; units++)
                {
                    double lsb = units / 2048.0;
                    exhaustive = Math.Min(exhaustive, Error(weights, least, levels, new(-zero * lsb, (levels - 1 - zero) * lsb)));
                }
            var found = UniformDesigns.Zero(new(weights, least), levels);
            Assert.Equal(exhaustive, Error(weights, least, levels, found));
            Assert.Contains(0L, AdcFactory.UniformByRange(levels, found, TieRule.Even).LevelUnits);
        }
    }

    [Fact]
    public void Sums_that_all_codes_can_hold_are_held_where_the_rule_allows_it()
    {
        CountRange Of(ConverterDesign design, long[] weights, int least, int codes, CellProduct product) => AdcDesigner.Make(
            weights, least, codes, new() { Design = design }, AdcDesigner.SwingCounts(product)).Ends;
        Assert.Equal(new(-2, 4), Of(ConverterDesign.IntegerLsb, [1, 0, 1, 0, 1, 0, 1], -2, 4, CellProduct.Xnor));
        Assert.Equal(new(-2, 4), Of(ConverterDesign.Zero, [1, 0, 1, 0, 1, 0, 1], -2, 4, CellProduct.Xnor));
        // No level of the lattice -1, 1, 3 is 0.
        var zero = Of(ConverterDesign.Zero, [1, 0, 1, 0, 1], -1, 3, CellProduct.Xnor);
        Assert.Contains(0.0, AdcFactory.UniformByRange(3, zero, TieRule.Down).LevelCounts);
        // The lattice 0, 1, 2 has an LSB of half a swing.
        var gated = Of(ConverterDesign.IntegerLsb, [1, 1, 1], 0, 3, CellProduct.Gated);
        Assert.Equal(4, gated.HighCounts - gated.LowCounts);
    }

    [Fact]
    public void Every_design_says_its_mean_squared_error()
    {
        long[] weights = [20, 4, 1];
        double Error(ConverterDesign design) => AdcDesigner.MeanSquaredError(weights, 0,
            AdcDesigner.Make(weights, 0, 2, new() { Design = design }, 1).Transfer(TieRule.Down));
        // Levels 0 and 19/16: 4 * (3/16)^2 + (13/16)^2 of a weight of 25.
        Assert.Equal(((4 * 9) + 169) / 256.0 / 25, Error(ConverterDesign.LloydMax), 1e-12);
        // Levels in sixteenths are up to 1/32 beside the best ones.
        Assert.InRange(Error(ConverterDesign.LloydMax), 0, Error(ConverterDesign.Zero) + (1 / 1024.0));
        Assert.True(Error(ConverterDesign.Zero) < Error(ConverterDesign.MinMax));
        Assert.True(Error(ConverterDesign.LloydMax) < Error(ConverterDesign.IntegerLsb));
    }

    private static (long[] Weights, int Least, int Levels) Histogram(CaseRandom random, int step)
    {
        int least = random.Between(-6, 2);
        var weights = new long[random.Between(4, 12)];
        for (int i = 0; i < weights.Length; i += step) weights[i] = random.OneOf(0, 1, 3, 20);
        weights[0] = 2;
        return (weights, least, random.Between(2, 4));
    }

    private static double Error(long[] weights, int least, int levels, CountRange ends) =>
        RangeCalibration.SquaredError(weights, least, AdcFactory.UniformByRange(levels, ends, TieRule.Down));
}
