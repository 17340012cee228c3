using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Randomness;
using ImcEngine.Reference;

namespace ImcEngine.Tests.Reference;

/// <summary>ADCs of digit pairs (ARITHMETIC §6, §7 and §15), worked out by hand.</summary>
public class ReferenceDigitPairsTests
{
    /// <summary>x = 3, 1, 2: planes x0 = 1 1 0, x1 = 1 0 1. w = -1 (111), 3 (011), -4 (100): w0 = 1 1 0, w1 = 1 1 0, w2 = 1 0 1.
    /// <code>s[0][j] = 2, 2, 1     s[1][j] = 1, 1, 2     weights of x: 1, 2; of w: 1, 2, -4</code></summary>
    private static readonly ReferenceLayer Layer = new(ConvGeometry.Linear(3, 1), new(2, OperandEncoding.Unipolar),
        new(3, OperandEncoding.TwosComplement), [-1, 3, -4]);

    private static readonly short[] Input = [3, 1, 2];

    /// <summary>One edge and two levels for each pair.</summary>
    private static readonly AdcTransfer[] OfPairs =
        [Of(1.5, 0, 1), Of(2.5, 0.5, 3), Of(0.5, 0, 2), Of(0.5, 0, 1.25), Of(1.5, 0, 4), Of(1.5, 1, 3)];

    [Fact]
    public void Each_pair_is_converted_by_its_own_ADC_and_sums_are_levels()
    {
        // Levels 1, 0.5, 2 and 1.25, 0, 3: (1 + 2 * 0.5 - 4 * 2) + 2 (1.25 + 2 * 0 - 4 * 3) = -27.5.
        var result = Run(new() { Rows = 3 }, OfPairs);
        Assert.Equal([(long)(-27.5 * 65536)], result.Acc);
        Assert.Equal(AccumulationUnit.Levels, result.Unit);
    }

    /// <summary>A row group of 3 of 4 rows takes three quarters of every edge and level.</summary>
    [Fact]
    public void A_gain_that_follows_the_rows_multiplies_the_ADC_of_each_pair()
    {
        // The second pair's edge falls to 1.875, below its s = 2; every other code stays.
        // Levels 0.75, 2.25, 1.5 and 0.9375, 0, 2.25: (0.75 + 2 * 2.25 - 4 * 1.5) + 2 (0.9375 + 2 * 0 - 4 * 2.25) = -16.875.
        var macro = new MacroSpec { Rows = 4, Adc = new() { Gain = AdcGain.DrivenRows } };
        Assert.Equal([(long)(-16.875 * 65536)], Run(macro, OfPairs).Acc);
    }

    [Fact]
    public void Two_pairs_that_swap_their_ADCs_change_the_result()
    {
        // (0, 0): s = 2 above 0.5 is 2. (0, 2): s = 1 below 1.5 is 0. (2 + 2 * 0.5 - 4 * 0) + 2 (1.25 + 2 * 0 - 4 * 3) = -18.5.
        AdcTransfer[] swapped = [OfPairs[2], OfPairs[1], OfPairs[0], .. OfPairs[3..]];
        Assert.Equal([(long)(-18.5 * 65536)], Run(new() { Rows = 3 }, swapped).Acc);
    }

    [Fact]
    public void Sums_are_exact_where_every_pair_is_transparent_and_levels_where_one_is_not()
    {
        var exact = AdcFactory.UniformByRange(4, new(0, 3), TieRule.Down);
        var other = AdcFactory.UniformByRange(4, new(0, 3), TieRule.Up);
        AdcTransfer[] transparent = [exact, other, exact, other, exact, other];
        var sums = Run(new() { Rows = 3 }, transparent);
        Assert.Equal((AccumulationUnit.Counts, -8L), (sums.Unit, Assert.Single(sums.Acc)));
        var coarse = AdcFactory.UniformByRange(4, new(0, 1.5), TieRule.Down);
        Assert.Equal(AccumulationUnit.Levels, Run(new() { Rows = 3 }, [.. transparent[..5], coarse]).Unit);
        // Levels of designed converters are multiples of 1/16 in every pair.
        var designed = new CodeList([0.5, 1.5], [0, 1.25, 2.5]).Transfer(TieRule.Down);
        Assert.Equal(AccumulationUnit.Sixteenths, Run(new() { Rows = 3 }, [.. Enumerable.Repeat(designed, 6)]).Unit);
    }

    [Fact]
    public void A_list_of_another_length_is_refused()
    {
        Assert.Throws<ArgumentException>(() => Run(new() { Rows = 3 }, OfPairs[..5]));
        var perRowGroup = new ReferenceAdcs(CalibrationScope.RowGroup, OfPairs);
        Assert.Throws<ArgumentException>(() => new ReferenceMacro(Layer, new() { Rows = 3 }, perRowGroup));
    }

    /// <summary>The pairs of a column share N: errors in LSB follow the LSB of the pair, errors in counts are equal.</summary>
    [Fact]
    public void Pairs_share_the_static_variates_of_their_column()
    {
        AdcTransfer narrow = AdcFactory.UniformByRange(3, new(0, 4), TieRule.Down),
            wide = AdcFactory.UniformByRange(3, new(0, 8), TieRule.Down);
        long[] ErrorsOf(DieSpec spec, AdcTransfer adc)
        {
            var macro = new MacroSpec { Rows = 3, Die = spec };
            var digits = new ReferenceDigits(Layer, macro);
            var edges = new ReferenceDie(macro, digits, layer: 0, seed: 5).EdgesQuanta(new(0, 1), digits.Weights[1], adc);
            return [.. edges.Select((edge, k) => edge - (long)(4096 * adc.EdgeCounts[k]))];
        }
        var inCounts = new DieSpec { ColumnOffsetCounts = 0.3 };
        Assert.Equal(ErrorsOf(inCounts, narrow), ErrorsOf(inCounts, wide));
        DieSpec[] inLsbs = [new() { ColumnOffsetLsb = 0.1 }, new() { EdgeErrorLsb = 0.1 }, new() { GainErrorRelative = 0.01 }];
        foreach (var inLsb in inLsbs)
            foreach (var (ofNarrow, ofWide) in ErrorsOf(inLsb, narrow).Zip(ErrorsOf(inLsb, wide)))
            {
                Assert.NotEqual(0, ofNarrow);
                // Both are rounded to quanta.
                Assert.InRange(ofWide - (2 * ofNarrow), -2, 2);
            }
    }

    [Fact]
    public void Comparator_noise_is_in_the_LSB_of_the_pair()
    {
        var macro = new MacroSpec { Rows = 3, Die = new() { ComparatorNoiseLsb = 0.5 } };
        AdcTransfer[] ofPairs = [.. Enumerable.Range(1, 6).Select(most => AdcFactory.UniformByRange(2, new(0, most), TieRule.Down))];
        var adcs = new ReferenceConversionAdcs(macro, new(CalibrationScope.PlanePair, ofPairs), new(Layer, macro),
            ReferenceRowGroups.Cut(Layer.Geometry, macro.Rows, macro.Mapping, macro.LegacyOverfull));
        var noise = new ReferenceNoise(macro.Die, adcs, layer: 0, new(Die: 0, Run: 3));
        for (int i = 0; i < 2; i++)
            for (int j = 0; j < 3; j++)
            {
                var at = new Conversion(0, 0, i, j, 0, 0);
                var place = new ReferenceColumn(0, j);
                double lsb = (i * 3) + j + 1, normal = Gaussian.Normal(noise.Uniform(at, place, image: 2));
                Assert.Equal((long)Math.Round(4096 * 0.5 * lsb * normal), noise.Quanta(at, place, image: 2));
            }
    }

    private static AdcTransfer Of(double edge, double low, double high) =>
        new([edge], [low, high], TieRule.Down, high - low, AccumulationUnit.Codes);

    private static ReferenceResult Run(MacroSpec macro, IReadOnlyList<AdcTransfer> ofPairs) =>
        new ReferenceMacro(Layer, macro, new ReferenceAdcs(CalibrationScope.PlanePair, ofPairs)).Run(Input);
}
