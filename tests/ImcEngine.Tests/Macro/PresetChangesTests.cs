using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class PresetChangesTests
{
    [Theory]
    [InlineData("xnor-256, changed: rows 128", "xnor-256", "macro.rows=128", "macro.arrayRows=null")]
    [InlineData("default, changed: adc.bits 5, adc.range [0,9]", "default", "macro.adc.bits=5", "macro.adc.range=[0,9]")]
    [InlineData("default, changed: adc.kind none", "default", "macro.adc.kind=none")]
    [InlineData("xnor-256, changed: columns left out", "xnor-256", "macro.columns=null")]
    [InlineData("default, changed: rows 64, columns 9, mapping dense, adc.ties up and 1 more", "default",
        "macro.rows=64", "macro.columns=9", "macro.mapping=dense", "macro.adc.ties=up", "macro.die.gainErrorRelative=0.1")]
    public void A_changed_preset_says_so_in_name_and_source(string name, string preset, params string[] set)
    {
        var marked = PresetChanges.Marked(RunSpecJson.Set(RunSpecJson.Default with { Macro = MacroPresets.Get(preset) }, set).Macro);
        Assert.Equal(name, marked.Name);
        Assert.Equal(MacroPresets.Get(preset).Source + " Changed: see the name.", marked.Source);
        Assert.Equal(marked, PresetChanges.Marked(marked));
        Assert.Equal(marked, PresetChanges.Marked(RunSpecJson.Read(RunSpecJson.Write(new RunSpec { Macro = marked })).Macro));
    }

    [Fact]
    public void Another_change_is_marked_anew_and_none_takes_the_mark_away()
    {
        var run = new RunSpec { Macro = PresetChanges.Marked(MacroPresets.Get("default") with { Rows = 64 }) };
        Assert.Equal("default, changed: rows 64, columns 8", PresetChanges.Marked(RunSpecJson.Set(run, "macro.columns=8").Macro).Name);
        Assert.Equal(MacroPresets.Get("default"), PresetChanges.Marked(RunSpecJson.Set(run, "macro.rows=256").Macro));
    }

    [Fact]
    public void Presets_and_macros_of_other_names_are_left_as_they_are()
    {
        foreach (string name in MacroPresets.Names.AtLeastOne())
            Assert.Equal(RunSpecJson.Write(MacroPresets.Get(name)), RunSpecJson.Write(PresetChanges.Marked(MacroPresets.Get(name))));
        var mine = RunSpecJson.Set(RunSpecJson.Default, "macro.name=mine", "macro.rows=64").Macro;
        Assert.Same(mine, PresetChanges.Marked(mine));
    }
}
