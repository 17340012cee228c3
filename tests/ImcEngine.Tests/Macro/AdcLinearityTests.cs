using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

public class AdcLinearityTests
{
    [Fact]
    public void Inl_and_dnl_worked_out_by_hand()
    {
        // Ideal edges 1, 3, 5, 7 (LSB 2); on the die 2, 4.5, 6, 11: a = 9 / 6, b = 2 - 1.5, line 2, 5, 8, 11, fitted LSB 3.
        var adc = AdcLinearity.Measure([1, 3, 5, 7], [2, 4.5, 6, 11], 2);
        Assert.Equal((0.5, 0.5), (adc.GainErrorRelative!.Value, adc.OffsetCounts));
        Assert.Equal([0, -0.5 / 3, -2.0 / 3, 0], adc.Edges.Select(edge => edge.InlLsb!.Value));
        // Widths 2.5, 1.5, 5 of 3.
        double[] dnl = [2.5 / 3 - 1, 1.5 / 3 - 1, 5.0 / 3 - 1];
        for (int k = 0; k < dnl.Length; k++) Assert.Equal(dnl[k], adc.Edges[k].DnlLsb!.Value, 12);
        Assert.Null(adc.Edges[^1].DnlLsb);
        Assert.Equal((2.0 / 3, 0), (adc.MostInlLsb, adc.MissingCodes));
        Assert.Equal(2.0 / 3, adc.MostDnlLsb, 12);
    }

    [Fact]
    public void Gain_and_offset_alone_are_no_nonlinearity_even_of_uneven_levels()
    {
        double[] ideal = [-6, 0.5, 6.5];
        var adc = AdcLinearity.Measure(ideal, [.. ideal.Select(edge => 1.25 * edge + 3)], 4);
        Assert.Equal((0.25, 3, 0), (adc.GainErrorRelative!.Value, adc.OffsetCounts, adc.MostInlLsb));
    }

    [Fact]
    public void A_missing_code_has_a_width_of_zero_and_equal_ends_have_no_line()
    {
        var adc = AdcLinearity.Measure([0, 1, 2, 3], [0, 2, 2, 3], 1);
        Assert.Equal((-1.0, 1), (adc.Edges[1].DnlLsb!.Value, adc.MissingCodes));
        var single = AdcLinearity.Measure([5], [5.5], 1);
        Assert.Equal((0.5, null, null), (single.OffsetCounts, single.GainErrorRelative, single.Edges[0].InlLsb));
    }

    [Fact]
    public void A_column_of_a_die_has_the_edges_that_its_draws_make()
    {
        var macro = new MacroSpec
        {
            ColumnsPerAdc = 4,
            Die = new() { EdgeErrorLsb = 0.5, ColumnOffsetCounts = 2, GainErrorRelative = 0.03 },
        };
        var ideal = AdcFactory.UniformByRange(8, new(0, 28), TieRule.Down);
        AdcLinearity Of(int column) => AdcLinearity.Measure(ideal, macro, new(macro, 11, 2), 5, column);
        var normals = Enumerable.Range(0, 7).Select(k => Draws.Normal(new(11, DrawPurpose.AdcEdge, 2), 5, k, 4));
        double gain = 1 + 0.03 * Draws.Normal(new(11, DrawPurpose.AdcGain, 2), 5, 0, 4),
            offset = 2 * Draws.Normal(new(11, DrawPurpose.ColumnOffset, 2), 5, 0, 6);
        double[] edges =
            [.. normals.Select((normal, k) => Math.Round(4096 * ((2 + 4 * k + 0.5 * normal * 4) * gain + offset)) / 4096).Order()];
        Assert.Equal(edges, Of(6).Edges.Select(edge => edge.Counts));
        // Columns 4 to 7 share the ADC; their offsets differ, which the fit takes out up to the rounding of edges.
        for (int k = 0; k < 7; k++) Assert.Equal(Of(6).Edges[k].InlLsb!.Value, Of(5).Edges[k].InlLsb!.Value, 3);
        Assert.NotEqual(Of(6).OffsetCounts, Of(5).OffsetCounts);
        Assert.NotEqual(Of(3).Edges[3].InlLsb!.Value, Of(4).Edges[3].InlLsb!.Value, 2);
    }
}
