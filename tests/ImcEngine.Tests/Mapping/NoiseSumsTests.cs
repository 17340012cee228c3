using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Mapping;

/// <summary>A noise profile says nothing of sums beyond its lines, and no layer takes it there.</summary>
public sealed class NoiseSumsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("0 to 2", "0,0,1", "2,0,1")]
    [InlineData("1 to 3", "1,0,1", "3,0,1")]
    [InlineData("2 to 2", "2,0,1")]
    public void Sums_beyond_it_are_refused_with_layer_and_both_ranges(string given, params string[] lines)
    {
        string message = Assert.Throws<ImcException>(() => Make(lines)).Message;
        Assert.StartsWith($"Layer '{SingleLayer.Name}' makes partial sums of 0 to 3; "
            + $"noise profile '{_folder["noise.csv"]}' holds {given}, and says nothing of sums beyond.", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Sums_between_its_ends_need_no_line() => Assert.NotNull(Make("0,0,1", "3,0,1"));

    private Die Make(params string[] lines)
    {
        File.WriteAllLines(_folder["noise.csv"], ["s,mean,sigma", .. lines]);
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=3", "macro.adc.range=full",
            $"macro.die.noiseProfile={_folder["noise.csv"]}");
        return new(new MappedNetwork(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), run.Macro), run, null);
    }
}
