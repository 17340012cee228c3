using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>Two's complement weights in cells of several bits are stored as w + 2^(b-1), and the zero point is taken out digitally
/// (ARITHMETIC §13, §15). With exact sums the network gives the same logits, bit for bit.</summary>
public class OffsetBinaryTests
{
    private const int Images = 5;

    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images);

    [Theory]
    [InlineData("macro.cellBits=2")]
    [InlineData("macro.cellBits=3")]
    [InlineData("macro.cellBits=4")]
    [InlineData("macro.cellBits=2", "macro.weightDigitBits=4", "macro.inputDigitBits=2")]
    [InlineData("macro.cellBits=2", "macro.signPlane=own")]
    public void Exact_sums_give_the_digital_network(params string[] settings)
    {
        float[] expected = Logits("macro.adc.kind=none");
        Assert.True(expected.Distinct().Count() > Images, "the network tells no images apart");
        Assert.Equal(expected, Logits(["macro.adc.kind=none", .. settings]));
    }

    /// <summary>Two bits of 128 cells sum to at most 384.</summary>
    [Fact]
    public void A_transparent_ADC_gives_the_digital_network() => Assert.Equal(Logits("macro.adc.kind=none"),
        Logits("macro.cellBits=2", "macro.rows=128", "macro.adc.range=full", "macro.adc.levels=385"));

    /// <summary>A coarse ADC changes the logits; the zero point does not depend on the kernel.</summary>
    [Fact]
    public void Every_kernel_gives_the_same_logits()
    {
        string[] settings = ["macro.cellBits=2", "macro.rows=128", "macro.adc.lsbCounts=7"];
        float[] expected = Logits(settings, null);
        Assert.NotEqual(Logits("macro.adc.kind=none"), expected);
        foreach (string kernel in (string[])["vertical-64", "pixels-64"]) Assert.Equal(expected, Logits(settings, kernel));
    }

    private static float[] Logits(params string[] settings) => Logits(settings, null);

    private static float[] Logits(string[] settings, string? kernel)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, settings);
        var mapped = new MappedNetwork(TinyNetworks.FourBits(), run.Macro);
        return new NetworkRunner(mapped, new(2, 3)).Run(Shapes, new Die(mapped, run, null, kernel));
    }
}
