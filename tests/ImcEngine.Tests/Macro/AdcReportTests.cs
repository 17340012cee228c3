using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class AdcReportTests
{
    [Fact]
    public void Codes_edges_ties_and_sums_are_laid_out()
    {
        // Levels 0, 2, 4, edges 1 and 3. Ties even: on edge 1 code 0, on edge 3 code 2.
        // Two rows give sums 0, 1, 2: codes 0, 0, 1; code 2 is never reached.
        var adc = AdcFactory.UniformByRange(3, new(0, 4), TieRule.Even);
        var report = AdcReport.Create(adc, PartialSums.Producible([2], CellProduct.And));
        Assert.Equal(
        [
            new(0, null, 1, false, 0, true),
            new(1, 1, 3, true, 2, true),
            new(2, 3, null, null, 4, false),
        ], report.Codes);
        Assert.Equal([new(0, 0, 0, 0), new(1, 0, 0, -1), new(2, 1, 2, 0)], report.Sums);
        Assert.Equal((2, false), (report.LsbCounts, report.IsTransparent));
    }

    [Fact]
    public void A_transparent_adc_is_called_so()
    {
        var report = AdcReport.Create(AdcFactory.UniformByRange(3, new(0, 4), TieRule.Down), [0, 2, 4]);
        Assert.True(report.IsTransparent);
        Assert.All(report.Sums, sum => Assert.Equal(0, sum.ErrorCounts));
        Assert.All(report.Codes, code => Assert.True(code.Reachable));
    }

    [Fact]
    public void Where_sums_pass_there_are_no_codes()
    {
        var report = AdcReport.Create(AdcTransfer.None, [-1, 1]);
        Assert.Empty(report.Codes);
        Assert.Equal([new(-1, -1, -1, 0), new(1, 1, 1, 0)], report.Sums);
        Assert.True(report.IsTransparent);
    }

    [Fact]
    public void Codes_are_unreachable_by_parity_by_range_and_between_equal_edges()
    {
        // One code a count, -4 .. 4: sums of four driven XNOR rows are even, so every second code stays out; three driven rows fill them.
        var everyCount = AdcFactory.UniformByRange(9, new(-4, 4), TieRule.Down);
        Assert.Equal([1, 3, 5, 7], everyCount.UnreachableCodes(PartialSums.Producible([4], CellProduct.Xnor)));
        Assert.Equal([0, 8], everyCount.UnreachableCodes(PartialSums.Producible([3, 2], CellProduct.Xnor)));
        Assert.Empty(everyCount.UnreachableCodes(PartialSums.Producible([4, 3], CellProduct.Xnor)));
        Assert.Empty(everyCount.UnreachableCodes(PartialSums.Producible([4], CellProduct.Xnor, inputMayBeUndriven: true)));
        // The two equal edges leave nothing to code 1.
        var missing = new AdcTransfer([1, 1], [0, 1, 2], TieRule.Down, 1, AccumulationUnit.Levels);
        Assert.Equal([1], missing.UnreachableCodes([0, 1, 2]));
        Assert.Empty(AdcTransfer.None.UnreachableCodes([0, 1]));
    }

    [Fact]
    public void D21s_doubled_lowest_code_is_unreachable_within_its_bound()
    {
        // Bound 64: the lowest edge is at -74.66, and 64 rows reach -64.
        var adc = D21Converters.Cifar(64, 7, 2, isLinear: false);
        Assert.Equal([0], adc.UnreachableCodes(PartialSums.Producible([64], CellProduct.Xnor)));
    }
}
