using ImcEngine.Perf.Networks;

namespace ImcEngine.Tests.Architecture;

/// <summary>The options of the benchmarks of whole networks.</summary>
public class BenchOptionsTests
{
    private const string Switch = "--precisions";

    [Fact]
    public void Options_stand_in_any_order_and_have_usual_numbers()
    {
        var usual = BenchOptions.Parse("networks", []);
        Assert.Equal((7, 2, null, null, null), (usual.Rounds, usual.Threads, usual.Folder, usual.Profiled, usual.MeasuredMemory));
        var given = BenchOptions.Parse("networks", ["--out", "d", Switch, "--profile", "4-bit", "--rounds", "3", "--threads", "1"], Switch);
        Assert.Equal((3, 1, "d", "4-bit"), (given.Rounds, given.Threads, given.Folder, given.Profiled));
        Assert.Equal([Switch], given.Switches);
        var memory = BenchOptions.Parse("imagenet", BenchOptions.ForMemoryOf("a, b", 4));
        Assert.Equal(("a, b", 4), (memory.MeasuredMemory, memory.Threads));
    }

    [Theory]
    [InlineData("imagenet: found '--precisions'; allowed are --rounds N, --threads N, --out DIR, --profile NAME.", Switch)]
    [InlineData("imagenet: found '--rounds'; allowed are", "--rounds")]
    [InlineData("imagenet: --rounds is 'many'; it must be an integer of at least 1.", "--rounds", "many")]
    [InlineData("imagenet: --threads is '0'; it must be an integer of at least 1.", "--threads", "0")]
    public void What_cannot_be_used_is_named(string message, params string[] args) =>
        Assert.StartsWith(message, Assert.Throws<ImcException>(() => BenchOptions.Parse("imagenet", args)).Message,
            StringComparison.Ordinal);
}
