using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

/// <summary>The layer of <see cref="CalibratorTests"/>: partial sums 2 (weighing 1), 1 (weighing 4), and 0 twice;
/// the exact result is 2 + 2 * 1 = 4.</summary>
public class LayerStatisticsTests
{
    [Fact]
    public void An_exact_layer_has_infinite_ratios_and_clips_nothing()
    {
        var layer = Gather("macro.adc.bits=null", "macro.adc.lsbCounts=1");
        Assert.Equal(new LayerStatistics(SingleLayer.Name, double.PositiveInfinity, double.PositiveInfinity, double.PositiveInfinity, 0, 0),
            layer);
    }

    [Fact]
    public void Levels_beyond_the_rows_are_unreachable_codes()
    {
        var layer = Gather("macro.adc.levels=8", "macro.adc.range=[0,7]");
        Assert.Equal((double.PositiveInfinity, 0.0, 4), (layer.LocalSqnrDb, layer.ClippedFraction, layer.UnreachableCodes));
    }

    /// <summary>Levels 0 and 1: the sum 2 becomes 1. Result 3 in place of 4; one of four conversions lies above 1.5.</summary>
    [Fact]
    public void A_clipped_sum_is_counted_and_costs_what_it_is_off()
    {
        var layer = Gather("macro.adc.levels=2", "macro.adc.range=[0,1]");
        Assert.Equal(10 * Math.Log10(4 * 4 / 1.0), layer.LocalSqnrDb, 9);
        Assert.Equal(layer.LocalSqnrDb, layer.CumulativeSqnrDb);
        Assert.Equal(10 * Math.Log10((1 * 4 + 4 * 1) / 1.0), layer.PartialSumSqnrDb, 9);
        Assert.Equal(0.25, layer.ClippedFraction);
        Assert.Equal(0, layer.UnreachableCodes);
    }

    /// <summary>Levels 0 and 2, edge 1, ties down: the sum 1 becomes 0, and weighs 4 among the partial sums.
    /// Nothing lies beyond 2 + 1.</summary>
    [Fact]
    public void A_rounded_sum_is_not_clipped()
    {
        var layer = Gather("macro.adc.levels=2", "macro.adc.range=[0,2]");
        Assert.Equal(10 * Math.Log10(16 / 4.0), layer.LocalSqnrDb, 9);
        Assert.Equal(10 * Math.Log10(8 / 4.0), layer.PartialSumSqnrDb, 9);
        Assert.Equal(0, layer.ClippedFraction);
    }

    /// <summary>Levels 1 and 2: both zeros lie within half a count below 1, and become 1. Weight plane 1 weighs -2.</summary>
    [Fact]
    public void Sums_just_half_a_step_below_the_first_level_are_within_it_and_those_beyond_are_clipped()
    {
        var within = Gather("macro.adc.levels=2", "macro.adc.range=[0.5,1.5]");
        Assert.Equal(0, within.ClippedFraction);
        var beyond = Gather("macro.adc.levels=2", "macro.adc.range=[1,2]");
        Assert.Equal(0.5, beyond.ClippedFraction);
        Assert.Equal(10 * Math.Log10(16 / 36.0), beyond.LocalSqnrDb, 9);
        Assert.Equal(10 * Math.Log10(8 / (4.0 * 1 + 16 * 1)), beyond.PartialSumSqnrDb, 9);
    }

    [Fact]
    public void Ratios_pool_signal_and_noise_of_all_images()
    {
        // (3, 1, 0): 3 in place of 4. (1, 0, 0): exact, 1. (3, 3, 3): sums 3 and 3 become 1 and 1, so 3 in place of 9.
        var layer = Gather(SingleLayer.Images((3, 1, 0), (1, 0, 0), (3, 3, 3)), 2, "macro.adc.levels=2", "macro.adc.range=[0,1]");
        Assert.Equal(10 * Math.Log10((16 + 1 + 81) / (1.0 + 0 + 36)), layer.LocalSqnrDb, 9);
        Assert.Equal(3 / 12.0, layer.ClippedFraction);
    }

    /// <summary>
    /// Ranges per plane pair calibrated on the codes 3, 1, 0: pair (0, 0) has levels 2 and 3, pair (1, 0) 1 and 2, the others 0 and 1.
    /// The codes 2, 0, 0 make the sum 0 in pair (0, 0), which becomes 2, and 1 in pair (1, 0), which stays.
    /// </summary>
    [Fact]
    public void Each_plane_pair_is_held_against_its_own_converter()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=3", "macro.adc.levels=2", "calibration.per=planePair");
        var mapped = new MappedNetwork(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), run.Macro);
        var die = new Die(mapped, run, Calibrator.Calibrate(mapped, run, SingleLayer.Images((3, 1, 0)), 1));
        var layer = Assert.Single(LayerStatistics.Gather(die, SingleLayer.Images((2, 0, 0)), 1));
        Assert.Equal(10 * Math.Log10(4 * 1 / 4.0), layer.PartialSumSqnrDb, 9);
        Assert.Equal(10 * Math.Log10(2 * 2 / 4.0), layer.LocalSqnrDb, 9);
        Assert.Equal(0.25, layer.ClippedFraction);
    }

    [Fact]
    public void Threads_change_no_figure_and_local_ratios_forget_earlier_layers()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=[0,60]");
        var mapped = new MappedNetwork(TinyNetworks.FourBits(), run.Macro);
        var die = new Die(mapped, run, null);
        var images = Shapes10.Render(Split.Test, 6);
        var once = LayerStatistics.Gather(die, images, 1);
        foreach (int threads in (int[])[2, 5]) Assert.Equal(once, LayerStatistics.Gather(die, images, threads));
        Assert.Equal(mapped.Network.MacroLayers.Select(layer => layer.Name), once.Select(layer => layer.Name));
        Assert.Equal(once[0].LocalSqnrDb, once[0].CumulativeSqnrDb);
        Assert.All(once, layer => Assert.InRange(layer.LocalSqnrDb, 0, 60));
        Assert.All(once.Skip(1), layer => Assert.True(layer.CumulativeSqnrDb < layer.LocalSqnrDb, $"{layer}"));
    }

    /// <summary>Sums 2, 1, 0, 0 with a table of 0 and 1: one of four conversions takes its end line. Without the permission the layer is
    /// refused, and with it and a whole table none does.</summary>
    [Fact]
    public void Conversions_beyond_a_table_are_counted_where_they_are_allowed()
    {
        using var folder = new Data.TemporaryFolder();
        File.WriteAllLines(folder["cut.csv"], ["s,P(0),P(1)", "0,1,0", "1,0,1"]);
        File.WriteAllLines(folder["whole.csv"], ["s,P(0),P(3)", "0,1,0", "3,0,1"]);
        string[] cut = ["macro.adc.kind=table", $"macro.adc.table={folder["cut.csv"]}"];
        Assert.Equal(0.25, Gather([.. cut, "macro.adc.beyondTable=clamp"]).ClampedFraction);
        Assert.Equal(0,
            Gather("macro.adc.kind=table", $"macro.adc.table={folder["whole.csv"]}", "macro.adc.beyondTable=clamp").ClampedFraction);
        Assert.Null(Gather("macro.adc.kind=table", $"macro.adc.table={folder["whole.csv"]}").ClampedFraction);
        string message = Assert.Throws<ImcException>(() => Gather(cut)).Message;
        Assert.StartsWith($"Layer '{SingleLayer.Name}' makes partial sums of 0 to 3; "
            + $"table '{folder["cut.csv"]}' holds 0 to 1, and says nothing of sums beyond.", message, StringComparison.Ordinal);
        Assert.Contains("adc.beyondTable to 'clamp'", message, StringComparison.Ordinal);
    }

    private static LayerStatistics Gather(params string[] settings) => Gather(SingleLayer.Images((3, 1, 0)), 1, settings);

    private static LayerStatistics Gather(ImageSet images, int threads, params string[] settings)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, ["macro.rows=3", .. settings]);
        var mapped = new MappedNetwork(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), run.Macro);
        return Assert.Single(LayerStatistics.Gather(new Die(mapped, run, null), images, threads));
    }
}
