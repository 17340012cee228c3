using ImcEngine.BitPlanes;
using ImcEngine.Cli.Studies;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Cli.Studies;

public class StudyShardsTests
{
    private static readonly ConvGeometry Layer = new()
    {
        InputChannels = 64, InputHeight = 8, InputWidth = 8, OutputChannels = 64, KernelHeight = 3, KernelWidth = 3,
    };

    [Fact]
    public void The_costliest_points_are_placed_first_each_where_least_is()
    {
        Assert.Equal([2, 1, 2, 2, 2], StudyShards.Assign([1, 8, 3, 2, 2], 2));
        Assert.Equal([1, 2, 3, 1, 2], StudyShards.Assign([5, 5, 5, 5, 5], 3));
        Assert.Equal([1, 2], StudyShards.Assign([2, 1], 4));
    }

    [Fact]
    public void Every_shard_but_the_fullest_is_within_a_point_of_it()
    {
        var random = new Random(3);
        double[] costs =
            [.. Enumerable.Range(0, 200).Select(_ => random.NextDouble() < 0.2 ? 8 + random.NextDouble() : random.NextDouble())];
        int[] shards = StudyShards.Assign(costs, 7);
        double[] loads = [.. Enumerable.Range(1, 7).Select(shard => costs.Where((_, i) => shards[i] == shard).Sum())];
        Assert.True(loads.Max() - loads.Min() <= costs.Max(), string.Join(' ', loads));
        double[] byCount = [.. Enumerable.Range(0, 7).Select(shard => costs.Where((_, i) => i % 7 == shard).Sum())];
        Assert.True(loads.Max() < byCount.Max(), $"{loads.Max()} {byCount.Max()}");
    }

    [Theory]
    [InlineData("macro.rows=64", "macro.rows=128")]
    [InlineData("macro.die.bitlineNoiseCounts=1", "macro.die.cellMismatchRelative=0.02")]
    [InlineData("macro.die.cellMismatchRelative=0.02", "macro.die.columnOffsetCounts=0.1")]
    [InlineData("macro.die.columnOffsetCounts=0.1", "macro.adc.bits=4")]
    [InlineData("macro.adc.bits=4", "macro.adc.kind=\"none\"")]
    public void What_takes_longer_costs_more(string slow, string fast) => Assert.True(CostOf(slow) > CostOf(fast));

    private static double CostOf(string setting) =>
        StudyShards.CostOf([new("conv", Layer, new(4, OperandEncoding.Unipolar), new(4, OperandEncoding.TwosComplement))],
            RunSpecJson.Set(RunSpecJson.Default, setting));
}
