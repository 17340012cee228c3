using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class ColumnEdgesTests
{
    private static readonly AdcTransfer FourLevels = new([-6, 0.5, 6.25], [-12, -3, 4, 12], TieRule.Down, 8, AccumulationUnit.Codes);

    [Fact]
    public void Without_errors_edges_are_the_ideal_ones() =>
        Assert.Equal([-6 * 4096, 2048, 25600], Compute(new DieSpec(), new ColumnErrors()));

    [Fact]
    public void Edge_errors_are_in_lsb_gain_scales_and_the_offset_is_added_last() =>
        Assert.Equal(
            [Quanta((-6 + 0.5 * 8) * 1.25 + 0.75), Quanta((0.5 - 0.25 * 8) * 1.25 + 0.75), Quanta((6.25 + 0.125 * 8) * 1.25 + 0.75)],
            Compute(new DieSpec(), new ColumnErrors(GainRelative: 0.25, OffsetCounts: 0.75, EdgesLsb: [0.5, -0.25, 0.125])));

    [Fact]
    public void The_mean_deviation_of_the_cells_scales_the_edges() =>
        Assert.Equal([Quanta(-6 * 1.125), Quanta(0.5 * 1.125), Quanta(6.25 * 1.125)],
            Compute(new DieSpec(), new ColumnErrors(MeanEpsRelative: 0.125)));

    [Fact]
    public void A_reference_that_tracks_the_parasitic_leaves_only_its_dilution_of_the_mismatch()
    {
        var errors = new ColumnErrors(MeanEpsRelative: 0.5);
        Assert.Equal([Quanta(-6 * 2.0 / 1.5), Quanta(0.5 * 2.0 / 1.5), Quanta(6.25 * 2.0 / 1.5)],
            Compute(new DieSpec { ParasiticRelative = 0.5 }, errors));
        Assert.Equal([-6 * 4096, 2048, 25600], Compute(new DieSpec { ParasiticRelative = 0.5 }, new ColumnErrors()));
    }

    [Fact]
    public void A_reference_that_does_not_track_sees_the_whole_parasitic() =>
        Assert.Equal(
            [Quanta(-6 * 2.0), Quanta(0.5 * 2.0), Quanta(6.25 * 2.0)],
            Compute(new DieSpec { ParasiticRelative = 0.5, ReferenceTracksParasitic = false }, new ColumnErrors(MeanEpsRelative: 0.5)));

    [Fact]
    public void Edges_out_of_order_are_sorted_and_equal_ones_stay() =>
        Assert.Equal([-4096, 0, 0], Compute(new DieSpec(), new ColumnErrors(EdgesLsb: [0.75, -0.0625, -7.25 / 8])));

    [Fact]
    public void Sar_weights_stand_in_place_of_the_listed_edges()
    {
        var ideal = new AdcTransfer([100, 101, 102], [10, 12, 14, 16], TieRule.Down, 2, AccumulationUnit.Codes);
        Assert.Equal([Quanta(11.5), Quanta(13.5), Quanta(15.5)],
            Compute(new DieSpec(), new ColumnErrors(OffsetCounts: 0.5, SarWeights: [1, 2]), ideal));
    }

    [Fact]
    public void An_edge_beyond_the_limit_is_an_error_that_says_so()
    {
        var error = Assert.Throws<SpecException>(() => Compute(new DieSpec(), new ColumnErrors(OffsetCounts: 34_000_000)));
        Assert.Contains("33999994 counts", error.Message, StringComparison.Ordinal);
        Assert.Throws<SpecException>(() => Compute(new DieSpec(), new ColumnErrors(OffsetCounts: double.NaN)));
    }

    private static long[] Compute(DieSpec die, ColumnErrors errors, AdcTransfer? adc = null)
    {
        long[] edges = new long[(adc ?? FourLevels).Codes - 1];
        ColumnEdges.Compute(adc ?? FourLevels, die, errors, edges);
        return edges;
    }

    private static long Quanta(double counts) => (long)Math.Round(4096 * counts);
}
