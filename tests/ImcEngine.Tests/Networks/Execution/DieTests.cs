using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Randomness;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.EndToEnd;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>A physical die under a whole network.</summary>
public sealed class DieTests : IDisposable
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Test, 6);
    private static readonly DieSpec Everything = new()
    {
        CellMismatchRelative = 0.03, ColumnOffsetCounts = 0.5, GainErrorRelative = 0.01, EdgeErrorLsb = 0.2, BitlineNoiseCounts = 0.4,
        ComparatorNoiseLsb = 0.1,
        ParasiticRelative = 0.2, ReferenceTracksParasitic = false, StuckAtZeroRelative = 0.01, StuckAtOneRelative = 0.01,
    };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>By name: what errs, statically and from one conversion to the next, and the ADC.
    /// Each takes another way through the die's kernels.</summary>
    private static readonly Dictionary<string, (DieSpec Die, Func<TemporaryFolder, AdcSpec>? Adc)> Sources = new()
    {
        ["everything"] = (Everything, null),
        ["offsets"] = (new() { ColumnOffsetCounts = 0.5 }, null),
        ["edges and stuck cells"] =
            (new() { ColumnOffsetLsb = 0.2, GainErrorRelative = 0.02, EdgeErrorLsb = 0.2, StuckAtZeroRelative = 0.02 }, null),
        ["a SAR's capacitors"] = (new() { SarMismatchRelative = 0.05 }, null),
        ["cells"] = (new() { CellMismatchRelative = 0.05 }, null),
        ["cells and noise"] = (new() { CellMismatchRelative = 0.05, BitlineNoiseCounts = 0.5 }, null),
        ["edges and noise"] = (new() { ColumnOffsetCounts = 0.5, EdgeErrorLsb = 0.2, BitlineNoiseCounts = 0.5 }, null),
        ["noise alone"] = (new() { BitlineNoiseCounts = 0.5, ComparatorNoiseLsb = 0.1 }, null),
        ["cells and noise without an ADC"] =
            (new() { CellMismatchRelative = 0.05, BitlineNoiseCounts = 0.5 }, _ => new() { Kind = AdcKind.None }),
        ["a measured table"] = (new(), Unsure),
    };

    /// <summary>Offsets of one layer, given as arrays, are those of that layer alone.</summary>
    [Fact]
    public void Errors_of_ones_own_act_on_the_layer_that_they_are_given_for()
    {
        var ideal = DieOf(new(), 0);
        var (mapped, run) = (ideal.Mapped, new RunSpec { Macro = ideal.Mapped.Macro });
        var map = mapped.Layers[1].Map;
        var offsets = new double[map.Arrays, map.ArrayColumns];
        for (int column = 0; column < map.ArrayColumns; column++) offsets[0, column] = column % 5 - 2;
        Die With(string layer, LayerErrors errors) =>
            new(mapped, run, null, errors: new Dictionary<string, LayerErrors> { [layer] = errors });
        string name = mapped.Network.MacroLayers[1].Name;
        var own = With(name, new(offsets));
        Assert.EndsWith("-thresholds", own.Layers[1].KernelName, StringComparison.Ordinal);
        Assert.Equal(ideal.Layers[0].KernelName, own.Layers[0].KernelName);
        Assert.NotEqual(Run(ideal, Images, new(1)), Run(own, Images, new(1)));
        Assert.Equal(Run(ideal, Images, new(1)),
            Run(With(name, new(new double[map.Arrays, map.ArrayColumns])), Images, new(1)));
        Assert.Contains("'nowhere', which is not on the macro; its layers there are '",
            Assert.Throws<ImcException>(() => With("nowhere", new())).Message, StringComparison.Ordinal);
        Assert.Contains($"so [{map.Arrays}, {map.ArrayColumns}] are needed",
            Assert.Throws<ImcException>(() => With(name, new(new double[1, 1]))).Message, StringComparison.Ordinal);
    }

    public static TheoryData<string> SourceNames => [.. Sources.Keys];

    [Theory]
    [MemberData(nameof(SourceNames))]
    public void Results_do_not_depend_on_batch_threads_order_or_subset(string name)
    {
        const int Count = 20;
        var (spec, adc) = Sources[name];
        var images = Shapes10.Render(Split.Test, Count);
        var die = DieOf(spec, seed: 3, adc?.Invoke(_folder));
        bool haveThresholds = adc is null && spec is { CellMismatchRelative: 0, BitlineNoiseCounts: 0 };
        Assert.All(die.Layers, layer =>
            Assert.True(haveThresholds ? layer.KernelName.EndsWith("-thresholds", StringComparison.Ordinal)
                : layer.KernelName == "per-conversion", layer.KernelName));
        float[] all = Run(die, images, new(1, 64));
        foreach (var (threads, batch) in new[] { (2, 64), (2, 3), (3, 1) }) Assert.Equal(all, Run(die, images, new(threads, batch)));
        Assert.Equal(all[170..180], Run(die, images.Slice(17, 1), new(2, 64)));
        Assert.Equal(all[170..], Run(die, images.Slice(17, 3), new(1, 2)));
        var runner = new NetworkRunner(die.Mapped, new(2));
        for (int image = Count - 1; image >= 0; image -= 3)
            Assert.Equal(all[(10 * image)..(10 * image + 10)],
                runner.Observe(images, image, die, null, noise: new(7)));
        // What is compared is not the ideal die.
        if (adc is null) Assert.NotEqual(all, Run(DieOf(new(), 3), images, new(2)));
    }

    [Fact]
    public void Two_dies_differ_and_one_die_made_twice_does_not()
    {
        float[] third = Run(DieOf(Everything, seed: 3), Images, new(2));
        Assert.Equal(third, Run(DieOf(Everything, seed: 3), Images, new(2)));
        Assert.NotEqual(third, Run(DieOf(Everything, seed: 4), Images, new(2)));
    }

    [Fact]
    public void Only_noise_tells_runs_and_repeats_apart()
    {
        var noisy = DieOf(Everything, seed: 3);
        Assert.NotEqual(Run(noisy, Images, new(2)), Run(noisy, Images, new(2), new(8)));
        Assert.NotEqual(Run(noisy, Images, new(2)), Run(noisy, Images, new(2), new(7, Repeat: 1)));
        var quiet = DieOf(Everything with { BitlineNoiseCounts = 0, ComparatorNoiseLsb = 0 }, seed: 3);
        Assert.Equal(Run(quiet, Images, new(2)), Run(quiet, Images, new(2), new(8, Repeat: 1)));
    }

    [Fact]
    public void A_sure_table_gives_what_its_list_of_edges_gives()
    {
        // P = 1 for one code at every partial sum: below 2 level 0, from 2 to 4 level 3, above level 6.
        File.WriteAllLines(_folder["table.csv"], ["s,P(0),P(3),P(6)", "1,1,0,0", "2,0,1,0", "4,0,1,0", "5,0,0,1"]);
        var table = DieOf(new(), 0, new() { Kind = AdcKind.Table, Table = _folder["table.csv"], BeyondTable = BeyondTable.Clamp });
        var list = DieOf(new(), 0, new() { Kind = AdcKind.List, EdgesCounts = [1.5, 4.5], LevelsCounts = [0, 3, 6] });
        Assert.Equal("per-conversion", table.KernelNames);
        Assert.Equal(Run(list, Images, new(2)), Run(table, Images, new(2)));
    }

    [Fact]
    public void The_size_of_a_die_counts_its_cells_and_edges()
    {
        Assert.Equal(0, DieOf(new(), 0).Bytes);
        var die = DieOf(new() { CellMismatchRelative = 0.01 }, 0);
        Assert.True(die.Bytes >= 2 * die.Mapped.Layers.Sum(layer => layer.Map.CellsUsed));
    }

    /// <summary>Mostly the level nearest to the partial sum.</summary>
    private static AdcSpec Unsure(TemporaryFolder folder)
    {
        File.WriteAllLines(folder["unsure.csv"], ["s,P(0),P(3),P(6)", "0,0.8,0.2,0", "3,0.1,0.8,0.1", "6,0,0.2,0.8"]);
        return new() { Kind = AdcKind.Table, Table = folder["unsure.csv"], BeyondTable = BeyondTable.Clamp };
    }

    private static Die DieOf(DieSpec die, uint seed, AdcSpec? adc = null)
    {
        var macro = new MacroSpec
        {
            Rows = 13,
            ArrayRows = 39,
            Columns = 20,
            ColumnsPerAdc = 4,
            Adc = adc ?? new() { Bits = 3 },
            Die = die,
        };
        return new(new(IdentityModels.Subject(IdentityModels.TwosComplements).Network, macro), new() { Macro = macro }, null, seed: seed);
    }

    private static float[] Run(Die die, ImageSet images, RunnerOptions options, NoiseSeed? noise = null) =>
        new NetworkRunner(die.Mapped, options).Run(images, die, noise: noise ?? new(7));
}
