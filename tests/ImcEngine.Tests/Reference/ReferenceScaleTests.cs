using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

public class ReferenceScaleTests
{
    private static readonly ReferenceLayer Layer =
        new(ConvGeometry.Linear(8, 1), new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar), new short[8]);

    private static readonly ReferenceDigits Digits = new(Layer, new());

    [Fact]
    public void Codes_take_the_lsb_into_the_scale_and_the_lowest_level_into_the_shift()
    {
        // W = (1 + 2)(1 + 2) * 2 row groups = 18; low -4, lsb 0.5, m 0.25, b 3: scale 0.125, shift 3 + 0.25 * -4 * 18 = -15.
        var adc = AdcFactory.UniformByRange(17, new(-4, 4), TieRule.Down);
        var scale = new ReferenceScale(Layer, Digits, rowGroups: 2, rows: 4, adc, AccumulationUnit.Codes, 0.25, 3);
        Assert.Equal((0.125f, -15f), (scale.Scale, scale.Shift));
        // Every code 8 is level 0: acc = 8 * 18 gives b alone.
        Assert.Equal(3f, scale.Result(8 * 18));
    }

    [Fact]
    public void Counts_and_levels_of_the_same_sum_give_the_same_result()
    {
        var adc = new AdcTransfer([0], [-1, 1], TieRule.Down, 2, AccumulationUnit.Levels);
        var counts = new ReferenceScale(Layer, Digits, 2, 4, adc, AccumulationUnit.Counts, 0.25, 3);
        var levels = new ReferenceScale(Layer, Digits, 2, 4, adc, AccumulationUnit.Levels, 0.25, 3);
        Assert.Equal(counts.Result(-7), levels.Result(-7 * 65536));
    }

    [Fact]
    public void Each_digit_pair_bounds_sums_with_its_own_levels()
    {
        // Weights 1 and 2 on both sides, levels up to 1, 2, 3 and 4, two row groups: 2 (1 * 1 + 2 * 2 + 2 * 3 + 4 * 4) = 54 counts.
        AdcTransfer[] ofPairs = [.. new[] { 1.0, 2, 3, 4 }.Select(most => AdcFactory.UniformByRange(2, new(-most, most), TieRule.Down))];
        var macro = new MacroSpec { Rows = 4 };
        var own = new ReferenceConversionAdcs(macro, new(CalibrationScope.PlanePair, ofPairs), Digits,
            ReferenceRowGroups.Cut(Layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull));
        var scale = new ReferenceScale(Layer, Digits, 2, 4, ofPairs[0], AccumulationUnit.Levels, 0.25, 3, own: own);
        Assert.Equal(54 * 65536, scale.MostAcc);
    }

    [Fact]
    public void Digital_pairs_bound_sums_with_their_partial_sums()
    {
        // Levels up to 1; the pair of both upper planes is digital: 2 row groups * (1 + 2 + 2 + 4 * 4 rows) counts.
        var adc = AdcFactory.UniformByRange(2, new(-1, 1), TieRule.Down);
        var digits = new ReferenceDigits(Layer, new() { DigitalPlanePairs = 2 });
        Assert.Equal(42 * 65536, new ReferenceScale(Layer, digits, 2, 4, adc, AccumulationUnit.Levels, 0.25, 3).MostAcc);
    }

    [Fact]
    public void Sums_that_may_pass_2_to_24_are_scaled_in_double()
    {
        // 2^24 + 1 is no float: (float)acc would lose the 1. m = 1, b = -2^24.
        var wide = new ReferenceScale(Layer, Digits, 1 << 20, 4, AdcTransfer.None, AccumulationUnit.Counts, 1, -(1 << 24));
        Assert.True(wide.MostAcc > 1 << 24);
        Assert.Equal(1f, wide.Result((1 << 24) + 1));
    }
}
