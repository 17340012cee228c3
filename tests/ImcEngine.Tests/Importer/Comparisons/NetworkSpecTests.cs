using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Importer.Comparisons;

/// <summary>Which changes of a specification change the network that runs.</summary>
public class NetworkSpecTests
{
    [Theory]
    [InlineData(true, "layers.layer4.*.adc.bits=6")]
    [InlineData(true, "layers.f?.adc.bits=6", "layers.layer4.*.adc.bits=6")]
    [InlineData(true, "macro.adc.bits=6", "macro.rows=64")]
    // It comes first, so that conv1 would no longer be digital.
    [InlineData(false, "layers.*.adc.bits=6")]
    [InlineData(false, "layers.layer4.*=digital")]
    [InlineData(false, "quantization.weightBits=3")]
    public void An_adc_of_layers_changes_it_only_where_it_takes_them_from_another_override(bool isSame, params string[] changes)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "layers.conv1=digital");
        Assert.Equal(isSame, NetworkSpec.IsSame(run, RunSpecJson.Set(run, changes)));
    }
}
