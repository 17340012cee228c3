using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class RunSpecJsonTests
{
    public static TheoryData<string> Presets => [.. MacroPresets.Names];

    [Theory, MemberData(nameof(Presets))]
    public void A_preset_has_a_source_and_reads_back_as_written(string name)
    {
        var macro = MacroPresets.Get(name);
        Assert.Equal(name, macro.Name);
        Assert.NotNull(macro.Source);
        Assert.Equal(RunSpecJson.Write(macro), RunSpecJson.Write(RunSpecJson.ReadMacro(RunSpecJson.Write(macro))));
        if (macro.Adc.Kind == AdcKind.Table) Assert.NotEmpty(MeasuredTable.Read(macro.Adc.Table!).LevelCounts);
        else AdcFactory.Create(macro.Adc, macro.Rows, CellProduct.Xnor, calibrated: new(-10, 10));
    }

    [Theory]
    [InlineData("""{"macro":{"adc":{"bitz":4}}}""", "macro.adc.bitz")]
    [InlineData("""{"macro":{"adc":{"bits":0}}}""", "macro.adc.bits")]
    [InlineData("""{"macro":{"adc":{"bits":4,"levels":16}}}""", "macro.adc.levels")]
    [InlineData("""{"macro":{"adc":{"kind":"none","bits":4}}}""", "macro.adc.bits")]
    [InlineData("""{"macro":{"adc":{"range":[5,5]}}}""", "macro.adc.range")]
    [InlineData("""{"macro":{"adc":{"kind":"list","edges":[2,1],"levels":[0,1,2]}}}""", "macro.adc.edges[1]")]
    [InlineData("""{"macro":{"rows":100,"arrayRows":250}}""", "macro.arrayRows")]
    [InlineData("""{"macro":{"cellBits":9}}""", "macro.cellBits")]
    [InlineData("""{"macro":{"cellBits":2,"weightDigitBits":3}}""", "macro.weightDigitBits")]
    [InlineData("""{"macro":{"signPlane":"mine"}}""", "macro.signPlane")]
    [InlineData("""{"macro":{"votes":2}}""", "macro.votes")]
    [InlineData("""{"macro":{"votes":17}}""", "macro.votes")]
    [InlineData("""{"macro":{"die":{"cellMismatchRelative":-0.1}}}""", "macro.die.cellMismatchRelative")]
    [InlineData("""{"macro":{"adc":{"kind":"none"},"die":{"columnOffsetCounts":1}}}""", "macro.die.columnOffsetCounts")]
    [InlineData("""{"macro":{"adc":{"levels":11},"die":{"sarMismatchRelative":0.01}}}""", "macro.die.sarMismatchRelative")]
    [InlineData("""{"layers":{"fc":"analog"}}""", "layers.fc")]
    [InlineData("""{"quantization":{"activationEncoding":"bipolar"}}""", "quantization.activationEncoding")]
    public void A_bad_field_is_named_by_its_path(string json, string field) =>
        Assert.Equal(field, Assert.Throws<SpecException>(() => RunSpecJson.Read(json)).Field);

    [Fact]
    public void Assignments_replace_what_states_the_same_another_way()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.levels=11", "macro.rows=128", "layers.fc=digital",
            "layers.layer1.0.*.weightBits=8");
        Assert.Equal((null, 11, 128), (run.Macro.Adc.Bits, run.Macro.Adc.LevelCount, run.Macro.Rows));
        Assert.Equal([new LayerOverride("layer1.0.*") { WeightBits = 8 }, new LayerOverride("fc") { Digital = true }], run.Layers);
        var back = RunSpecJson.Set(run, "macro.adc.bits=5", "macro.adc.lsbCounts=2");
        Assert.Equal((5, null, 2.0), (back.Macro.Adc.Bits, back.Macro.Adc.LevelCount, back.Macro.Adc.LsbCounts));
        Assert.Equal(AdcKind.None, RunSpecJson.Set(back, "macro.adc.kind=none").Macro.Adc.Kind);
        Assert.Equal("macro.adc.bitz", Assert.Throws<SpecException>(() => RunSpecJson.Set(back, "macro.adc.bitz=5")).Field);
    }
}
