using ImcEngine.Evaluation.Data;
using ImcEngine.Macro;
using ImcEngine.Networks;
using ImcEngine.Tests.EndToEnd;
using ImcEngine.Tests.Evaluation.Data;

namespace ImcEngine.Tests.Networks;

/// <summary>A physical die under a whole network.</summary>
public class DieTests
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Test, 6);
    private static readonly DieSpec Everything = new()
    {
        CellMismatchRelative = 0.03, ColumnOffsetCounts = 0.5, GainErrorRelative = 0.01, EdgeErrorLsb = 0.2, BitlineNoiseCounts = 0.4, ComparatorNoiseLsb = 0.1,
        ParasiticRelative = 0.2, ReferenceTracksParasitic = false, StuckAtZeroRelative = 0.01, StuckAtOneRelative = 0.01,
    };

    [Fact]
    public void Results_do_not_depend_on_batch_threads_or_subset()
    {
        var die = DieOf(Everything, seed: 3);
        float[] all = Run(die, Images, new(1));
        Assert.Equal(all, Run(die, Images, new(2, 4)));
        Assert.Equal(all, Run(die, Images, new(3, 1)));
        Assert.Equal(all[40..50], Run(die, Images.Slice(4, 1), new(1)));
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
        using var folder = new TemporaryFolder();
        File.WriteAllLines(folder["table.csv"], ["s,P(0),P(3),P(6)", "1,1,0,0", "2,0,1,0", "4,0,1,0", "5,0,0,1"]);
        var table = DieOf(new(), 0, new() { Kind = AdcKind.Table, Table = folder["table.csv"] });
        var list = DieOf(new(), 0, new() { Kind = AdcKind.List, EdgesCounts = [1.5, 4.5], LevelsCounts = [0, 3, 6] });
        Assert.Equal("die", table.KernelNames);
        Assert.Equal(Run(list, Images, new(2)), Run(table, Images, new(2)));
    }

    [Fact]
    public void The_size_of_a_die_counts_its_cells_and_edges()
    {
        Assert.Equal(0, DieOf(new(), 0).Bytes);
        var die = DieOf(new() { CellMismatchRelative = 0.01 }, 0);
        Assert.True(die.Bytes >= 2 * die.Mapped.Layers.Sum(layer => layer.Map.CellsUsed));
    }

    private static Die DieOf(DieSpec die, uint seed, AdcSpec? adc = null)
    {
        var macro = new MacroSpec { Rows = 13, ArrayRows = 39, Columns = 20, ColumnsPerAdc = 4, Adc = adc ?? new() { Bits = 3 }, Die = die };
        return new(new(IdentityModels.Subject(IdentityModels.TwosComplements).Network, macro), new() { Macro = macro }, null, seed: seed);
    }

    private static float[] Run(Die die, ImageSet images, RunnerOptions options, NoiseSeed? noise = null) =>
        new NetworkRunner(die.Mapped, options).Run(images, die, noise: noise ?? new(7));
}
