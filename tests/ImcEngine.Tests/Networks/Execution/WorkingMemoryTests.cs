using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>What was in a thread's memory before an image changes no logit: all of it is garbage here before images run again.</summary>
public class WorkingMemoryTests
{
    private const int Images = 6;

    private static readonly byte[] Garbage = [0xA5, 0xFF, 0x7F];
    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images);

    private static readonly Dictionary<string, string[]> Dies = new()
    {
        ["ideal"] = [],
        ["offsets"] = ["macro.die.columnOffsetCounts=0.5"],
        ["offsets and edges"] = ["macro.die.columnOffsetCounts=0.5", "macro.die.edgeErrorLsb=0.2"],
        ["cells and noise"] = ["macro.die.cellMismatchRelative=0.02", "macro.die.bitlineNoiseCounts=0.4"],
    };

    public static TheoryData<string, int> Kernels()
    {
        var data = new TheoryData<string, int>();
        foreach (string kernel in KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name).AtLeastOne())
            foreach (int batch in (int[])[1, Images]) data.Add(kernel, batch);
        return data;
    }

    [Theory]
    [MemberData(nameof(Kernels))]
    public void In_every_kernel_alone_and_several_images_together(string kernel, int batch) => Require(Network(0), [], kernel, batch);

    public static TheoryData<string, int> DiesTimesNetworks()
    {
        var data = new TheoryData<string, int>();
        foreach (string die in Dies.Keys)
            for (int network = 0; network < 3; network++) data.Add(die, network);
        return data;
    }

    [Theory]
    [MemberData(nameof(DiesTimesNetworks))]
    public void On_every_die_in_every_encoding(string die, int network) => Require(Network(network), Dies[die], null, Images);

    [Fact]
    public void Without_a_die() => RequireSame(Mapped(Network(0), []).Mapped, null, Images);

    private static Network Network(int index) => index switch
    {
        0 => TinyNetworks.FourBits(),
        1 => TinyNetworks.Of(new(1, OperandEncoding.Bipolar), new(1, OperandEncoding.Bipolar), QuantizerKind.Sign),
        _ => TinyNetworks.Of(new(1, OperandEncoding.Bipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.ThreeValuedSign),
    };

    private static (MappedNetwork Mapped, RunSpec Run) Mapped(Network network, string[] settings)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, ["macro.adc.lsbCounts=5", .. settings]);
        return (new(network, run.Macro), run);
    }

    private static void Require(Network network, string[] settings, string? kernel, int batch)
    {
        var (mapped, run) = Mapped(network, settings);
        RequireSame(mapped, new Die(mapped, run, null, kernel), batch);
    }

    private static void RequireSame(MappedNetwork mapped, Die? die, int batch)
    {
        float[] fresh = new NetworkRunner(mapped, new(1, batch)).Run(Shapes, die);
        Assert.True(fresh.Distinct().Count() > Images, "the network tells no images apart");
        var runner = new NetworkRunner(mapped, new(1, batch));
        Assert.Equal(fresh, runner.Run(Shapes, die));
        foreach (byte garbage in Garbage)
        {
            var filled = Poison.Fill(runner, garbage);
            foreach (string buffer in new[] { "Floats", "DigitalScratch", "Sums" })
                Assert.Contains(filled, each => each.Key.Contains($".{buffer}", StringComparison.Ordinal) && each.Value > 0);
            Assert.Contains(filled, each => each.Key.Contains("._scratches.", StringComparison.Ordinal) && each.Value > 0);
            Assert.Equal(fresh, runner.Run(Shapes, die));
        }
    }
}
