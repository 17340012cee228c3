using ImcEngine.Data;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>Once its working memory has grown, a thread that carries images through a network allocates nothing. Not in children: whether a
/// pass allocates does not depend on its instructions.</summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public class AllocationTests
{
    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=[0,90]");
    private static readonly MappedNetwork Mapped = new(TinyNetworks.FourBits(), Run.Macro);

    /// <summary>Null: the best kernel of each layer.</summary>
    public static TheoryData<string?> Kernels { get; } =
        [.. KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name), null];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void A_warm_pass_allocates_nothing(string? kernel)
    {
        var die = new Die(Mapped, Run, null, kernel);
        AssertNothingAllocated(die, images: 1);
        AssertNothingAllocated(die, images: 8);
    }

    [Fact]
    public void Nor_do_exact_sums() => AssertNothingAllocated(null, images: 8);

    [Theory]
    [InlineData("macro.die.columnOffsetCounts=0.5")]
    [InlineData("macro.die.cellMismatchRelative=0.02")]
    [InlineData("macro.die.bitlineNoiseCounts=0.5")]
    public void Nor_does_a_die(string imperfection) =>
        AssertNothingAllocated(new(Mapped, RunSpecJson.Set(Run, imperfection), null), images: 2);

    private static void AssertNothingAllocated(Die? die, int images)
    {
        var program = (die ?? Mapped.Digital).ProgramFor(images);
        var memory = new ThreadMemory(Mapped.Prepared, new(1));
        ImageState[] states = [.. Enumerable.Range(0, images).Select(_ => new ImageState(memory))];
        var shapes = Shapes10.Render(Split.Test, images);
        // The runtime allocates while it still compiles, at a time of its own.
        int quiet = 0;
        for (int pass = 0; quiet < 3 && pass < 30; pass++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < images; i++)
            {
                states[i].Start(default);
                shapes.ReadInput(i, Mapped.Network.Preprocessing, states[i].Floats(0));
            }
            program.Run(states);
            quiet = GC.GetAllocatedBytesForCurrentThread() == before ? quiet + 1 : 0;
        }
        Assert.Equal(3, quiet);
    }
}
