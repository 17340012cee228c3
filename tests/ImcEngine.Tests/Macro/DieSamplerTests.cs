using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class DieSamplerTests
{
    private static readonly AdcTransfer FourBits = AdcFactory.UniformByRange(16, new CountRange(-30, 30), TieRule.Down);

    [Fact]
    public void Cells_of_a_row_singly_and_summed_over_the_column_are_the_same_cells()
    {
        var sampler = new DieSampler(new MacroSpec { Rows = 16, ArrayRows = 48, Die = new DieSpec { CellMismatchRelative = 0.02 } }, 5, 2);
        int[] line = new int[11];
        long[] sums = new long[line.Length];
        for (int row = 0; row < 48; row++)
        {
            sampler.CellEpsQuanta(4, row, line);
            for (int column = 0; column < line.Length; column++)
            {
                Assert.Equal(sampler.CellEpsQuanta(4, row, column), line[column]);
                sums[column] += line[column];
            }
        }
        for (int column = 0; column < line.Length; column++)
        {
            Assert.Equal(sums[column], sampler.EpsSumQuanta(4, column));
            Assert.Equal(sums[column] / (4096.0 * 48), sampler.Column(4, column, sums[column], FourBits).MeanEpsRelative);
        }
    }

    /// <summary>Sigmas from a fraction of a quantum to deviations that no 16 bits hold, and rows long enough that some u lie in the
    /// tails, where the high half of u does not decide.</summary>
    [Theory]
    [InlineData(0.0001)]
    [InlineData(0.02)]
    [InlineData(0.9)]
    [InlineData(30)]
    public void Cells_of_a_long_row_are_those_that_are_drawn_singly(double sigma)
    {
        var sampler = new DieSampler(new MacroSpec { Rows = 16, Die = new DieSpec { CellMismatchRelative = sigma } }, 3, 1);
        int[] line = new int[20_000];
        sampler.CellEpsQuanta(2, 7, line);
        for (int column = 0; column < line.Length; column++) Assert.Equal(sampler.CellEpsQuanta(2, 7, column), line[column]);
    }

    [Fact]
    public void Columns_that_share_an_adc_share_gain_and_edges_but_not_the_offset()
    {
        var sampler = new DieSampler(
            new MacroSpec { ColumnsPerAdc = 4, Die = new DieSpec { GainErrorRelative = 0.01, EdgeErrorLsb = 0.2, ColumnOffsetCounts = 2 } },
            5, 2);
        ColumnErrors Column(int column) => sampler.Column(1, column, 0, FourBits);
        Assert.Equal(Column(4).GainRelative, Column(7).GainRelative);
        Assert.Equal(Column(4).EdgesLsb!, Column(7).EdgesLsb!);
        Assert.NotEqual(Column(3).GainRelative, Column(4).GainRelative);
        Assert.NotEqual(Column(3).EdgesLsb!, Column(4).EdgesLsb!);
        Assert.Equal(16, Enumerable.Range(0, 16).Select(column => Column(column).OffsetCounts).Distinct().Count());
    }

    [Fact]
    public void Sar_weights_belong_to_the_adc()
    {
        var sampler = new DieSampler(new MacroSpec { ColumnsPerAdc = 2, Die = new DieSpec { SarMismatchRelative = 0.02 } }, 5, 2);
        double[] weights = sampler.Column(1, 6, 0, FourBits).SarWeights!;
        Assert.Equal(4, weights.Length);
        Assert.Equal(weights, sampler.Column(1, 7, 0, FourBits).SarWeights);
        Assert.NotEqual(weights, sampler.Column(1, 8, 0, FourBits).SarWeights);
    }

    [Fact]
    public void Drawn_errors_have_their_sigmas()
    {
        const int columns = 1 << 15;
        var sampler = new DieSampler(
            new MacroSpec { Die = new DieSpec { GainErrorRelative = 0.01, EdgeErrorLsb = 0.2, ColumnOffsetCounts = 2 } }, 5, 2);
        var (gains, edges, offsets) = (new NormalSample(), new NormalSample(), new NormalSample());
        for (int column = 0; column < columns; column++)
        {
            var errors = sampler.Column(0, column, 0, FourBits);
            gains.Add(errors.GainRelative / 0.01);
            edges.Add(errors.EdgesLsb![column % 15] / 0.2);
            offsets.Add(errors.OffsetCounts / 2);
        }
        foreach (var (statistic, p) in gains.PValues().Concat(edges.PValues()).Concat(offsets.PValues()))
            Assert.True(p > 1e-4 / 60, $"{statistic}: p = {p:E2}.");
    }

    [Theory]
    [InlineData(true, 0.75)]
    [InlineData(false, 0.75 * 1.5)]
    public void An_offset_in_lsb_is_in_the_volts_of_the_adc(bool tracks, double sigmaLsb)
    {
        var inLsb = new DieSpec { ColumnOffsetLsb = 0.75, ParasiticRelative = 0.5, ReferenceTracksParasitic = tracks };
        var inCounts = new DieSpec { ColumnOffsetCounts = sigmaLsb * FourBits.LsbCounts };
        double offset = new DieSampler(new MacroSpec { Die = inLsb }, 5, 2).Column(0, 3, 0, FourBits).OffsetCounts;
        Assert.Equal(new DieSampler(new MacroSpec { Die = inCounts }, 5, 2).Column(0, 3, 0, FourBits).OffsetCounts, offset, 1e-12);
        Assert.NotEqual(0, offset);
    }

    [Fact]
    public void Cells_are_stuck_in_the_stated_fractions()
    {
        const double atZero = 0.03, atOne = 0.08;
        var sampler = new DieSampler(new MacroSpec { Die = new DieSpec { StuckAtZeroRelative = atZero, StuckAtOneRelative = atOne } }, 5,
            2);
        var faults = Enumerable.Range(0, 1 << 15).CountBy(i => sampler.Fault(0, i >> 8, i & 255)).ToDictionary();
        Assert.True(Distributions.PoissonTwoSided(faults[CellFault.StuckAtZero], atZero * (1 << 15)) > 1e-4);
        Assert.True(Distributions.PoissonTwoSided(faults[CellFault.StuckAtOne], atOne * (1 << 15)) > 1e-4);
    }

    [Theory]
    [InlineData(1, 0, CellFault.StuckAtZero)]
    [InlineData(0, 1, CellFault.StuckAtOne)]
    [InlineData(0, 0, CellFault.None)]
    public void All_or_no_cells_can_be_stuck(double atZero, double atOne, CellFault fault)
    {
        var sampler = new DieSampler(new MacroSpec { Die = new DieSpec { StuckAtZeroRelative = atZero, StuckAtOneRelative = atOne } }, 5,
            2);
        Assert.All(Enumerable.Range(0, 1000), i => Assert.Equal(fault, sampler.Fault(0, i, i)));
    }

    [Fact]
    public void An_ideal_die_draws_nothing()
    {
        var sampler = new DieSampler(new MacroSpec(), 5, 2);
        Assert.Equal(new ColumnErrors(), sampler.Column(0, 3, sampler.EpsSumQuanta(0, 3), FourBits));
        Assert.Equal(0, sampler.CellEpsQuanta(0, 1, 2));
    }
}
