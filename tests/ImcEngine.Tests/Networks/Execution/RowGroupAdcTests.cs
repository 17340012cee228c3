using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>
/// One output of weights 1, 1, 1 (two's complement, 2 planes: only plane 0 is set) in row groups of 2 rows and 1 row. The codes 0, 1, 3
/// make
/// <code>
/// row group 0: the sums 1 (input plane 0) and 0 (input plane 1)      row group 1: 1 and 1
/// </code>
/// </summary>
public class RowGroupAdcTests
{
    /// <summary>Levels 0 and 2 with the edge 1 leave each sum at 0. With gain, row group 1 has levels 0 and 1 with the edge 0.5: it answers
    /// 1 and 1, and 1 + 2 * 1 = 3.</summary>
    [Theory]
    [InlineData("popcount", 0, "macro.adc.range=[0,2]", "macro.adc.levels=2")]
    [InlineData("popcount", 3, "macro.adc.range=[0,2]", "macro.adc.levels=2", "macro.adc.gain=drivenRows")]
    [InlineData("vertical-64", 3, "macro.adc.range=[0,2]", "macro.adc.levels=2", "macro.adc.gain=drivenRows")]
    [InlineData("pixels-64", 3, "macro.adc.lsbCounts=2", "macro.adc.levels=2", "macro.adc.gain=drivenRows")]
    [InlineData("vertical-64", 3, "macro.adc.range=full", "macro.adc.levels=2", "macro.adc.gain=drivenRows")]
    [InlineData("vertical-64", 3, "macro.adc.kind=list", "macro.adc.levels=[0,2]", "macro.adc.edges=[1]", "macro.adc.gain=drivenRows")]
    public void Gain_that_follows_the_rows_shrinks_edges_and_levels(string kernel, float expected, params string[] settings)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, ["macro.rows=2", .. settings]);
        Assert.Equal([expected], Run(run, null, kernel));
        Assert.Equal([expected], Run(run, null, null));
    }

    /// <summary>Minmax of row group 0 is [0, 1], and of row group 1 too; on the codes 3, 3, 0 the former is [0, 2].</summary>
    [Theory, InlineData(null), InlineData("popcount"), InlineData("vertical-64")]
    public void Row_groups_are_converted_by_their_own_ranges(string? kernel)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=2", "macro.adc.levels=2", "calibration.per=rowGroup",
            "calibration.statistic=minmax");
        var calibration = Calibrator.Calibrate(Mapped(run), run, SingleLayer.Images((3, 3, 0)), 1);
        Assert.Equal([new CountRange(0, 2), new(0, 1)], calibration.Layers[SingleLayer.Name].Ranges);
        Assert.Equal([3f], Run(run, calibration, kernel));
        Assert.Equal([3f], Run(run, Calibration.Read(calibration.Write()), kernel));
    }

    /// <summary>Three levels over a full row group, times 1 / 2 in the row group of one row, are 0, 1, 2 and 0, 1/2, 1: every sum has its
    /// own level.</summary>
    [Fact]
    public void An_ADC_that_is_exact_in_every_row_group_is_transparent()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=2", "macro.adc.range=full", "macro.adc.levels=3",
            "macro.adc.gain=drivenRows");
        var die = new Die(Mapped(run), run, null);
        Assert.Equal(AccumulationUnit.Counts, die.Layers[0].Adcs.Unit);
        Assert.True(die.HasExactSums);
    }

    /// <summary>The row group of one row has levels 0 and 1 and is exact; that of two has 0 and 2 and errs by 1 in one of its pairs.
    /// Signal: 1 + 1 + 4. Sums above the last level by half an LSB there are none.</summary>
    [Fact]
    public void Statistics_hold_each_row_group_against_its_own_converter()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=2", "macro.adc.range=[0,2]", "macro.adc.levels=2",
            "macro.adc.gain=drivenRows");
        foreach (string noise in (string[])["0", "1e-9"])
        {
            // With noise, however little, conversions are sampled.
            var noisy = RunSpecJson.Set(run, $"macro.die.bitlineNoiseCounts={noise}");
            var layer = Assert.Single(LayerStatistics.Gather(new Die(Mapped(run), noisy, null), SingleLayer.Images((0, 1, 3)), 1));
            Assert.Equal(10 * Math.Log10((1 + 1 + 4) / 1.0), layer.PartialSumSqnrDb, 9);
            Assert.Equal(0, layer.ClippedFraction);
        }
    }

    [Theory]
    [InlineData("macro.adc.gain", "calibration.per=rowGroup", "macro.adc.gain=drivenRows")]
    [InlineData("layers.fc.adc.gain", "calibration.per=rowGroup", "layers.fc.adc.gain=drivenRows")]
    [InlineData("no LSB", "macro.adc.kind=none", "macro.adc.gain=drivenRows")]
    [InlineData("does not follow the rows", "macro.adc.kind=d21-cifar", "macro.adc.levels=11", "macro.adc.boundCounts=30",
        "macro.adc.gain=drivenRows")]
    [InlineData("measured with one reference", "macro.adc.kind=table", "macro.adc.table=preset:xnor-sram", "macro.adc.gain=drivenRows")]
    [InlineData("allowed are", "macro.adc.gain=rows")]
    public void A_gain_that_has_no_meaning_is_refused_with_the_reason(string reason, params string[] settings)
    {
        Assert.Contains(reason, Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, settings)).Message);
    }

    private static float[] Run(RunSpec run, Calibration? calibration, string? kernel) =>
        new NetworkRunner(Mapped(run), new(1)).Run(SingleLayer.Images((0, 1, 3)), new Die(Mapped(run), run, calibration, kernel));

    private static MappedNetwork Mapped(RunSpec run) => new(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), run.Macro);
}
