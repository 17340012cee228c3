using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class SpecPatchTests
{
    [Fact]
    public void A_preset_replaces_the_macro_and_later_assignments_change_it()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.rows=128", "macro=xnor-256", "macro.columns=32");
        Assert.Equal(MacroPresets.Get("xnor-256") with { Columns = 32 }, run.Macro);
        Assert.Contains("xnor-sram", Assert.Throws<SpecException>(() => RunSpecJson.Set(run, "macro=xnor-255")).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Null_takes_a_field_an_object_or_a_layer_back_to_its_default()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro=xnor-256", "macro.die.columnOffsetCounts=2", "quantization.weightBits=2",
            "layers.fc=digital", "layers.conv.weightBits=8");
        Assert.Null(RunSpecJson.Set(run, "macro.columns=null").Macro.Columns);
        Assert.Equal(AdcRange.Full, RunSpecJson.Set(run, "macro.adc.range=null").Macro.Adc.Range);
        Assert.Equal(new AdcSpec { Bits = AdcFactory.DefaultBits }, RunSpecJson.Set(run, "macro.adc=null").Macro.Adc);
        Assert.Equal(new DieSpec(), RunSpecJson.Set(run, "macro.die=null").Macro.Die);
        Assert.Equal(RunSpecJson.Default.Macro, RunSpecJson.Set(run, "macro=null").Macro);
        Assert.Equal(new QuantizationSpec(), RunSpecJson.Set(run, "quantization.weightBits=null").Quantization);
        Assert.Equal([new LayerOverride("conv") { WeightBits = 8 }], RunSpecJson.Set(run, "layers.fc=null").Layers);
    }

    [Theory]
    [InlineData("macro.rows")]
    [InlineData("=5")]
    public void An_assignment_without_path_or_equals_is_refused(string assignment) =>
        Assert.Equal("--set", Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, assignment)).Field);

    [Fact]
    public void A_path_through_a_number_is_refused() =>
        Assert.Equal("macro.rows.x", Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, "macro.rows.x=5")).Field);
}
