using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class AdcTransferTests
{
    [Fact]
    public void Thresholds_and_codes_equal_the_comparison_in_quanta()
    {
        var random = new Random(1);
        for (int trial = 0; trial < 300; trial++)
        {
            double[] edges = [.. Enumerable.Range(0, random.Next(1, 20))
                .Select(_ => trial % 2 == 0 ? random.Next(-20, 20) : (random.NextDouble() * 40) - 20).Order()];
            double[] levels = [.. Enumerable.Range(0, edges.Length + 1).Select(k => (double)(k - random.Next(0, 2)))];
            levels[random.Next(levels.Length)] = 0;
            foreach (var ties in Enum.GetValues<TieRule>())
            {
                var transfer = new AdcTransfer(edges, levels, ties, 1, AccumulationUnit.Levels);
                int zero = Array.IndexOf(levels, 0.0);
                for (int s = -22; s <= 22; s++)
                {
                    int code = edges.Where((e, k) => (4096L * s).CompareTo((long)Math.Round(e * 4096)) is var side
                        && (side > 0 || (side == 0 && (ties == TieRule.Up || (ties == TieRule.Even && (k - zero) % 2 != 0))))).Count();
                    Assert.Equal(code, transfer.CodeOf(4096L * s));
                    Assert.Equal(code, transfer.Thresholds.Count(t => s >= t));
                }
            }
        }
    }

    [Fact]
    public void One_count_per_code_is_transparent_and_two_are_for_even_sums_only()
    {
        var unit = AdcFactory.Create(new() { LsbCounts = 1 }, 8, CellProduct.Xnor);
        Assert.Equal(17, unit.Codes);
        Assert.True(unit.IsTransparent(PartialSums.Producible([8, 7], CellProduct.Xnor)));
        var two = AdcFactory.Create(new() { LsbCounts = 2, LevelCount = 9 }, 8, CellProduct.Xnor);
        Assert.True(two.IsTransparent(PartialSums.Producible([8, 6], CellProduct.Xnor)));
        Assert.False(two.IsTransparent(PartialSums.Producible([8, 7], CellProduct.Xnor)));
    }

    [Fact]
    public void A_calibrated_range_is_exact_where_levels_suffice_and_least_squares_beats_minmax_elsewhere()
    {
        long[] weights = [0, 5, 0, 9, 0, 2];
        Assert.Equal(new CountRange(-2, 2), RangeCalibration.Choose(weights, -3, 3, new()));
        long[] tailed = [.. Enumerable.Range(0, 101).Select(s => s < 20 ? 1000L : 1)];
        double Error(CountRange range) => RangeCalibration.SquaredError(tailed, 0, AdcFactory.UniformByRange(8, range, TieRule.Down));
        var minmax = RangeCalibration.Choose(tailed, 0, 8, new() { Design = ConverterDesign.MinMax });
        Assert.Equal(new CountRange(0, 100), minmax);
        Assert.True(Error(RangeCalibration.Choose(tailed, 0, 8, new())) < Error(minmax) / 2);
    }
}
