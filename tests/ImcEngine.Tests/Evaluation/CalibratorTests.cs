using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

/// <summary>
/// One output of weights 1, 1, 1 (two's complement, 2 planes: only plane 0 is set) sees the codes 3, 1, 0:
/// <code>
/// input plane 0: 1 1 0, partial sums 2 (weight plane 0) and 0 (weight plane 1)      input plane 1: 1 0 0, partial sums 1 and 0
/// </code>
/// </summary>
public class CalibratorTests
{
    private static readonly ImageSet One = SingleLayer.Images((3, 1, 0));

    [Fact]
    public void Every_partial_sum_is_counted_in_its_plane_pair()
    {
        var histogram =
            Assert.Single(Calibrator.Histograms(Mapped("macro.rows=3"), SingleLayer.Images((3, 1, 0), (3, 1, 0), (0, 0, 0)), 2, [false]))
                .OfAll();
        Assert.Equal([1, 0, 2, 0], histogram.CountsOf(0, 0).ToArray());
        Assert.Equal([1, 2, 0, 0], histogram.CountsOf(1, 0).ToArray());
        Assert.Equal([3, 0, 0, 0], histogram.CountsOf(0, 1).ToArray());
        Assert.Equal([3, 0, 0, 0], histogram.CountsOf(1, 1).ToArray());
        Assert.Equal((0, 12L), (histogram.LeastCounts, histogram.Conversions));
        Assert.Equal([1 + 4 * 1 + 4 * 3 + 16 * 3, 4 * 2, 2, 0], histogram.Pooled());
    }

    [Fact]
    public void Minmax_takes_the_least_and_greatest_sum_where_levels_do_not_reach_all()
    {
        Assert.Equal([new CountRange(0, 2)], Ranges("macro.adc.levels=2", "calibration.design=minmax"));
    }

    [Fact]
    public void Enough_levels_lie_on_the_sums_themselves()
    {
        Assert.Equal([new CountRange(0, 3)], Ranges("macro.adc.levels=4", "calibration.design=mse"));
        Assert.Equal([new CountRange(0, 2)], Ranges("macro.adc.levels=3", "calibration.design=mse"));
    }

    /// <summary>Weights in the pooled histogram: s = 0 counts 20, s = 1 counts 4, s = 2 counts 1.
    /// Levels 0 and 1 + 1/5 would err least; the grid comes near.</summary>
    [Fact]
    public void The_least_squares_range_leaves_no_more_error_than_any_other_near_it()
    {
        var range = Assert.Single(Ranges("macro.adc.levels=2", "calibration.design=mse"));
        Assert.InRange(range.LowCounts, -0.07, 0.07);
        Assert.InRange(range.HighCounts, 1.13, 1.27);
        double Error(double low, double high) => 20 * low * low + 4 * (1 - high) * (1 - high) + (2 - high) * (2 - high);
        Assert.InRange(Error(range.LowCounts, range.HighCounts), Error(0, 1.2), Error(0, 1.2) + 0.01);
    }

    /// <summary>The same histogram, two levels anywhere: 0, and 6/5 in sixteenths. The sums 2, 0, 1, 0 make 1 + 0 + 2 + 0 levels.</summary>
    [Fact]
    public void Lloyd_and_Maxs_edges_and_levels_are_those_that_run()
    {
        string[] settings = ["macro.rows=3", "macro.adc.levels=2", "calibration.design=lloydMax"];
        var calibration = Calibrator.Calibrate(Mapped(settings), Run(settings), One, 1);
        var list = Assert.Single(calibration.Layers[SingleLayer.Name].Lists!);
        Assert.Equal(([0.5], [0, 19 / 16.0]), (list.EdgesCounts, list.LevelsCounts), (a, b) => a.Item1.SequenceEqual(b.Item1)
            && a.Item2.SequenceEqual(b.Item2));
        var mapped = Mapped(settings);
        var read = Calibration.Read(calibration.Write());
        Assert.Equal([3 * 19 / 16f], new NetworkRunner(mapped, new(1)).Run(One, new Die(mapped, Run(settings), read)));
    }

    /// <summary>A network whose row groups have 256 rows and a rest, on an ideal die and on one with errors and noise: the file gives the
    /// same logits as the calibration that it was written from, and each setting other ones than the ADC of the whole layer.</summary>
    [Theory]
    [InlineData("macro.adc.gain=drivenRows")]
    [InlineData("calibration.per=rowGroup")]
    public void A_file_holds_lists_that_follow_rows_and_lists_of_row_groups(string setting)
    {
        string[] settings = ["""macro.adc={"bits":3,"range":"calibrated"}""", "calibration.design=lloydMax", setting];
        var network = TinyNetworks.FourBits();
        var images = Shapes10.Render(Split.Test, 3);
        float[] Logits(string[] set, Calibration? given, out Calibration made)
        {
            var run = RunSpecJson.Set(new(), set);
            var mapped = new MappedNetwork(network, run);
            made = given ?? Calibrator.Calibrate(mapped, run, images, 2);
            return new NetworkRunner(mapped, new(2)).Run(images, new Die(mapped, run, made), noise: new(4));
        }
        foreach (string die in (string[])["{}", """{"columnOffsetLsb":0.3,"gainErrorRelative":0.02,"comparatorNoiseLsb":0.4}"""])
        {
            string[] onDie = [.. settings, $"macro.die={die}"];
            float[] expected = Logits(onDie, null, out var made);
            var read = Calibration.Read(made.Write());
            Assert.Equal(network.MacroLayers.Count, made.Layers.Count);
            foreach (var (name, layer) in made.Layers)
            {
                Assert.Equal(setting.StartsWith("calibration", StringComparison.Ordinal), read.Layers[name].PerRowGroup);
                Assert.Equal(layer.Lists!.Select(list => list.LevelsCounts), read.Layers[name].Lists!.Select(list => list.LevelsCounts));
                Assert.Equal(layer.Lists!.Select(list => list.EdgesCounts), read.Layers[name].Lists!.Select(list => list.EdgesCounts));
            }
            Assert.Equal(expected, Logits(onDie, read, out _));
            Assert.NotEqual(Logits([.. settings[..2], $"macro.die={die}"], null, out _), expected);
        }
    }

    [Fact]
    public void Statistic_is_an_earlier_name_of_design()
    {
        Assert.Equal(Ranges("macro.adc.levels=2", "calibration.design=minmax"), Ranges("macro.adc.levels=2",
            "calibration.statistic=minmax"));
        Assert.Contains("earlier name of design", Assert.Throws<SpecException>(() =>
            RunSpecJson.Read("{\"calibration\":{\"statistic\":\"mse\",\"design\":\"zero\"}}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_plane_pair_gets_the_range_of_its_own_sums()
    {
        Assert.Equal([new CountRange(2, 3), new(0, 1), new(1, 2), new(0, 1)], Ranges("macro.adc.levels=2", "calibration.per=planePair"));
    }

    /// <summary>Row group 0 sees the codes 3 and 1, and so the sums 0, 1 and 2; row group 1 sees the code 0.</summary>
    [Fact]
    public void Each_row_group_gets_the_range_of_its_own_sums()
    {
        string[] settings = ["macro.rows=2", "macro.adc.levels=2", "calibration.per=rowGroup", "calibration.statistic=minmax"];
        var layer = Calibrator.Calibrate(Mapped(settings), Run(settings), One, 1).Layers[SingleLayer.Name];
        Assert.Equal([new CountRange(0, 2), new(0, 1)], layer.Ranges);
        Assert.Equal(CalibrationScope.RowGroup, layer.Scope);
    }

    /// <summary>Codes 0, 1, 3: both row groups have sums of 0 and 1. The one row of the second makes 1 count as 2 of a full row
    /// group.</summary>
    [Fact]
    public void A_range_whose_gain_follows_the_rows_is_that_of_a_full_row_group()
    {
        CountRange Range(string gain) => Assert.Single(Ranges(SingleLayer.Images((0, 1, 3)), "macro.rows=2", "macro.adc.levels=2",
            $"macro.adc.gain={gain}", "calibration.statistic=minmax"));
        Assert.Equal((new CountRange(0, 1), new CountRange(0, 2)), (Range("fixed"), Range("drivenRows")));
    }

    /// <summary>Row group 0 has the sums 0 (weight 24) and 1 (weight 1). Row group 1 has 0 (weight 20) and 1 (weight 5), which count as 0
    /// and 2 with a quarter of their weights, 5 and 1. Levels 0 and 1.5 err least.</summary>
    [Fact]
    public void The_least_squares_range_weighs_errors_as_the_gain_shrinks_them()
    {
        var range = Assert.Single(Ranges(SingleLayer.Images((0, 1, 3)), "macro.rows=2", "macro.adc.levels=2",
            "macro.adc.gain=drivenRows", "calibration.statistic=mse"));
        Assert.InRange(range.LowCounts, -0.05, 0.05);
        Assert.InRange(range.HighCounts, 1.45, 1.55);
    }

    [Fact]
    public void Only_layers_with_a_calibrated_range_are_calibrated()
    {
        var mapped = Mapped("macro.rows=3");
        Assert.True(Calibrator.IsNeeded(mapped, Run("macro.adc.bits=2")));
        foreach (string other in (string[])["macro.adc.range=full", "macro.adc.range=[0,2]", "macro.adc.lsbCounts=1", "macro.adc.kind=none",
            "layers.fc.adc.range=full"])
        {
            Assert.False(Calibrator.IsNeeded(mapped, Run(other)));
            Assert.Empty(Calibrator.Calibrate(mapped, Run(other), One, 1).Layers);
        }
    }

    [Fact]
    public void A_die_without_its_calibration_is_refused_by_the_layers_name()
    {
        Assert.Contains("'fc'", Assert.Throws<ImcException>(() => new Die(Mapped("macro.rows=3"), Run("macro.rows=3"), null)).Message);
    }

    [Fact]
    public void Threads_change_no_range()
    {
        var run = RunSpecJson.Default;
        var mapped = new MappedNetwork(TinyNetworks.FourBits(), run.Macro);
        var images = Shapes10.Render(Split.Train, 7);
        string[] texts = [.. new[] { 1, 2, 5 }.Select(threads => Calibrator.Calibrate(mapped, run, images, threads).Write()).Distinct()];
        Assert.Contains(TinyNetworks.Fc1, Assert.Single(texts));
    }

    [Fact]
    public void A_cancelled_calibration_stops()
    {
        Assert.ThrowsAny<OperationCanceledException>(
            () => Calibrator.Histograms(Mapped("macro.rows=3"), One, 1, [false], null, new CancellationToken(canceled: true)));
    }

    private static IReadOnlyList<CountRange> Ranges(params string[] settings) => Ranges(One, ["macro.rows=3", .. settings]);

    private static IReadOnlyList<CountRange> Ranges(ImageSet images, params string[] settings) =>
        Calibrator.Calibrate(Mapped(settings), Run(settings), images, 1).Layers[SingleLayer.Name].Ranges;

    private static MappedNetwork Mapped(params string[] settings) =>
        new(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), Run(settings).Macro);

    private static RunSpec Run(params string[] settings) => RunSpecJson.Set(RunSpecJson.Default, settings);
}
