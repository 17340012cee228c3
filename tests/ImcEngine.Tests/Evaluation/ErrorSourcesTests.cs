using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Attribution;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

public class ErrorSourcesTests
{
    private static readonly string[] Everything =
    [
        "macro.adc.bits=3", "macro.adc.range=[0,60]", "macro.die.cellMismatchRelative=0.05", "macro.die.columnOffsetLsb=0.3",
        "macro.die.gainErrorRelative=0.02", "macro.die.edgeErrorLsb=0.3",
        "macro.die.bitlineNoiseCounts=1", "macro.die.comparatorNoiseLsb=0.1", "macro.die.parasiticRelative=0.2",
        "macro.die.stuckAtZeroRelative=0.01",
    ];

    [Theory]
    // 8 levels of [2, 16], LSB 2, range 1 .. 17: clamped outside, exact inside.
    [InlineData(0, 1.0)]
    [InlineData(1, 1.0)]
    [InlineData(2, 2.0)]
    [InlineData(9, 9.0)]
    [InlineData(17, 17.0)]
    [InlineData(18, 17.0)]
    [InlineData(40, 17.0)]
    public void Clipping_alone_clamps(int sum, double level) =>
        Assert.Equal(level, LevelOf(ConverterParts.ClippingAlone(Adc(8, 2, 16), 0, 40), sum));

    [Theory]
    // End levels half an LSB of 1.5 beyond whole counts: -0.75 is no sum, 11.25 is where sums above stop.
    [InlineData(11, 11.0)]
    [InlineData(12, 11.25)]
    [InlineData(0, 0.0)]
    public void Clipping_may_end_between_two_sums(int sum, double level) =>
        Assert.Equal(level, LevelOf(ConverterParts.ClippingAlone(Adc(8, 0, 10.5), 0, 40), sum));

    [Fact]
    public void Resolution_alone_rounds_far_beyond_the_range_as_within()
    {
        var adc = Adc(8, 2, 16);
        var unlimited = ConverterParts.ResolutionAlone(adc, 0, 40);
        // On the edges at 1 and 17 the range ended before: ties go down.
        for (int sum = 2; sum < 18; sum++) Assert.Equal(LevelOf(adc, sum), LevelOf(unlimited, sum));
        for (int sum = -5; sum <= 50; sum++) Assert.InRange(Math.Abs(LevelOf(unlimited, sum) - sum), 0, 1);
        Assert.Equal((adc.LsbCounts, adc.Unit), (unlimited.LsbCounts, unlimited.Unit));
        for (int k = 1; k < unlimited.Codes; k++) Assert.Equal(2, unlimited.LevelCounts[k] - unlimited.LevelCounts[k - 1]);
    }

    [Fact]
    public void A_finer_converter_keeps_range_and_lsb()
    {
        var finer = ConverterParts.Finer(Adc(8, 2, 16));
        Assert.Equal((64, 2.0), (finer.Codes, finer.LsbCounts));
        Assert.Equal((1.125, 16.875), (finer.LevelCounts[0], finer.LevelCounts[^1]));
        Assert.Equal(1.25, finer.EdgeCounts[0]);
    }

    [Fact]
    public void Clipping_and_resolution_alone_worked_out_by_hand()
    {
        // Codes 3, 1, 0 and weights 1: plane 0 sums to 2, plane 1 to 1. Two levels of [0, 0.5]: LSB 0.5, range -0.25 .. 0.75.
        var sources = Sources(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), "macro.rows=3", "macro.adc.levels=2",
            "macro.adc.range=[0,0.5]");
        // Exact 1 * 2 + 2 * 1 = 4 (weights 1 = 01, its second plane is clear); clamped 0.75 + 2 * 0.75.
        Assert.Equal(10 * Math.Log10(16 / (1.75 * 1.75)), Local(sources, "clipping", SingleLayer.Images((3, 1, 0))), 9);
        // Steps of half a count answer whole counts exactly.
        Assert.Equal(double.PositiveInfinity, Local(sources, "resolution", SingleLayer.Images((3, 1, 0))));
    }

    [Fact]
    public void Only_what_is_on_is_a_source_and_nothing_repeats_another()
    {
        Assert.Equal(["ADC", "clipping", "resolution"],
            Sources(TinyNetworks.FourBits(), Everything[..2]).Sources.Select(source => source.Name));
        Assert.Empty(Sources(TinyNetworks.FourBits(), "macro.adc.kind=none").Sources);
        var all = Sources(TinyNetworks.FourBits(), Everything);
        Assert.Equal(
            ["ADC", "clipping", "resolution", "cell mismatch", "stuck cells", "column offset", "gain error", "edge errors (INL)",
                "parasitic", "bitline noise", "comparator noise"],
            all.Sources.Select(source => source.Name));
        Assert.Equal("edge errors belong to the existing edges", all.Sources.Single(source => source.Off is null).WhyNoOff);
    }

    [Fact]
    public void Taking_everything_away_in_turn_and_adding_it_alone_changes_the_die_each_time()
    {
        var sources = Sources(TinyNetworks.FourBits(), Everything);
        string everything = Hash(sources.Everything()), ideal = Hash(sources.Ideal());
        Assert.NotEqual(everything, ideal);
        // A tracked parasitic moves no edge; it only makes noise count more.
        Assert.Equal(["ADC", "parasitic"], sources.Sources.Where(source => Hash(source.On()) == ideal).Select(source => source.Name));
        Assert.All(sources.Sources.Where(source => source.Off is not null).AtLeastOne(),
            source => Assert.NotEqual(everything, Hash(source.Off!())));
        var one = Sources(TinyNetworks.FourBits(), [.. Everything[..2], "macro.die.edgeErrorLsb=0.3"]);
        var only = Assert.Single(one.Sources, source => source.OfDie);
        Assert.Equal((Hash(one.Everything()), Hash(one.Ideal())), (Hash(only.On()), Hash(only.Off!())));
    }

    [Fact]
    public void A_second_stage_is_a_source_beside_the_errors_of_the_die()
    {
        // Levels up to 20 on 20 rows: no sum clips, so without clipping nothing changes.
        string[] quiet = [.. ImageNet, "macro.adc.boundCounts=20"], noise = ["macro.adc.secondNoiseMean=-0.8",
            "macro.adc.secondNoiseSigma=2.8"], offset = ["macro.die.columnOffsetCounts=2"];
        var sources = Sources(Gated(), [.. quiet, .. noise, .. offset]);
        Assert.Equal(["ADC", "clipping", "resolution", "column offset", "second stage"], sources.Sources.Select(source => source.Name));
        ErrorSource clipping = sources.Sources[1], resolution = sources.Sources[2], columns = sources.Sources[3],
            second = sources.Sources[4];
        Assert.True(second.OfDie);
        Assert.Equal(Hash(Sources(Gated(), quiet).Everything()), Hash(sources.Ideal()));
        Assert.Equal(Hash(Sources(Gated(), [.. quiet, .. noise]).Everything()), Hash(second.On()));
        Assert.Equal(Hash(Sources(Gated(), [.. quiet, .. offset]).Everything()), Hash(second.Off!()));
        Assert.Equal((Hash(second.Off!()), Hash(second.On())), (Hash(columns.On()), Hash(columns.Off!())));
        Assert.Equal(Hash(sources.Everything()), Hash(clipping.Off!()));
        Assert.Equal(5, new[] { sources.Everything(), sources.Ideal(), second.On(), second.Off!(), sources.Sources[0].Off!() }.Select(Hash)
            .Distinct().Count());
        Assert.Equal("a second stage counts in codes of the existing ADC", resolution.WhyNoOff);

        var narrow = Sources(Gated(), [.. ImageNet, "macro.adc.levels=3", "macro.adc.boundCounts=1", .. noise]);
        Assert.NotEqual(Hash(narrow.Everything()), Hash(narrow.Sources[1].Off!()));
    }

    /// <summary>What replaces an ADC converts each sum as often as the ADC did.</summary>
    [Theory, InlineData("median"), InlineData("mean")]
    public void Without_the_adc_votes_remain(string voting)
    {
        string[] run =
            ["macro.rows=20", "macro.adc.range=full", "macro.die.bitlineNoiseCounts=2", "macro.votes=3", $"macro.voting={voting}"],
            passing = [.. run[..1], "macro.adc.bits=null", "macro.adc.range=null", "macro.adc.kind=none", .. run[2..]];
        string withoutAdc = Hash(Sources(Gated(), run).Sources.Single(source => source.Name == "ADC").Off!());
        Assert.Equal(Hash(Sources(Gated(), passing).Everything()), withoutAdc);
        Assert.NotEqual(Hash(Sources(Gated(), [.. passing, "macro.votes=1"]).Everything()), withoutAdc);
    }

    [Fact]
    public void A_measured_table_and_its_second_stage_are_told_apart()
    {
        // Certain of the nearest of levels -6, 0, 6: the table itself errs in nothing.
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["sure.csv"],
            Enumerable.Range(-20, 41).Select(s => $"{s},{(s <= -3 ? "1,0,0" : s > 3 ? "0,0,1" : "0,1,0")}"));
        var sources = Sources(Gated(), [.. ImageNet[..4], "macro.adc.kind=table", $"macro.adc.table={folder["sure.csv"]}",
            "macro.adc.levels=[-6,0,6]", "macro.adc.secondNoiseMean=1", "macro.adc.secondNoiseSigma=0.5"]);
        ErrorSource table = sources.Sources.Single(source => source.Name == "measured table"),
            second = sources.Sources.Single(source => source.Name == "second stage");
        string everything = Hash(sources.Everything()), ideal = Hash(sources.Ideal());
        Assert.NotEqual(everything, ideal);
        Assert.Equal([ideal, everything, everything, ideal], new[] { table.On(), table.Off!(), second.On(), second.Off!() }.Select(Hash));
    }

    private static readonly string[] ImageNet = ["macro.mapping=single-tap", "macro.rows=20", "macro.columns=30", "macro.adc.bits=null",
        "macro.adc.kind=d21-imagenet", "macro.adc.levels=11"];

    private static Network Gated() =>
        TinyNetworks.Of(new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.Nearest);

    private static string Hash(Die die) =>
        LogitsHash.Compute(new NetworkRunner(die.Mapped, new(2)).Run(Shapes10.Render(Split.Test, 2), die, noise: new(1)));

    private static double Local(ErrorSources sources, string name, ImageSet images) =>
        Assert.Single(LayerStatistics.Gather(sources.Sources.Single(source => source.Name == name).On(), images, 1)).LocalSqnrDb;

    private static ErrorSources Sources(Network network, params string[] settings)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, settings);
        return new(new(network, run.Macro), run, null, 3);
    }

    private static AdcTransfer Adc(int levels, double low, double high) => AdcFactory.UniformByRange(levels, new(low, high), TieRule.Down);

    private static double LevelOf(AdcTransfer adc, int sum) => adc.LevelCounts[adc.CodeOf((long)sum * AdcTransfer.QuantaPerCount)];
}
