using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Macro;

/// <summary>A layer's own macro in the specification: what it inherits, how it is written, and what is refused.</summary>
public sealed class LayerMacroTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_layers_macro_keeps_what_the_runs_macro_has()
    {
        var run = RunSpecJson.Read("""
            {"layers":{"fc":{"macro":{"rows":64,"adc":{"bits":6},"die":{"columnOffsetCounts":1}}}},"macro":{"columns":32,"rows":128,
             "die":{"bitlineNoiseCounts":0.5}}}
            """);
        var own = run.MacroOf("fc");
        Assert.Equal(run.Macro with { Rows = 64, Adc = new() { Bits = 6, Range = AdcRange.Calibrated },
            Die = new() { ColumnOffsetCounts = 1, BitlineNoiseCounts = 0.5 } }, own);
        Assert.Equal((128, 32, new DieSpec { BitlineNoiseCounts = 0.5 }), (run.Macro.Rows, run.Macro.Columns, run.MacroOf("conv").Die));
        Assert.Equal(RunSpecJson.Write(run), RunSpecJson.Write(RunSpecJson.Read(RunSpecJson.Write(run))));
    }

    [Fact]
    public void A_layers_macro_follows_the_runs_macro_that_changes_later()
    {
        var run = RunSpecJson.Read("""{"layers":{"fc":{"macro":{"rows":64,"adc":{"bits":6}}}}}""");
        var changed = RunSpecJson.Set(run, "macro.columns=16", "macro.rows=512", "macro.adc.ties=up",
            "layers.fc.macro.die.gainErrorRelative=0.1");
        Assert.Equal(changed.Macro with { Rows = 64, Adc = changed.Macro.Adc with { Bits = 6 }, Die = new() { GainErrorRelative = 0.1 } },
            changed.MacroOf("fc"));
        Assert.Equal((16, TieRule.Up), (changed.MacroOf("fc").Columns, changed.MacroOf("fc").Adc.Ties));
    }

    [Fact]
    public void A_preset_inherits_nothing_in_a_file_and_by_assignment()
    {
        var preset = MacroPresets.Get("ideal");
        var file = RunSpecJson.Read("""{"macro":{"columns":32,"die":{"gainErrorRelative":0.1}},"layers":{"fc":{"macro":"ideal"}}}""");
        var set = RunSpecJson.Set(RunSpecJson.Default, "layers.fc.macro=ideal", "macro.columns=32", "macro.die.gainErrorRelative=0.1");
        foreach (var run in new[] { file, set, RunSpecJson.Read(RunSpecJson.Write(file)), RunSpecJson.Set(file, "macro.columnsPerAdc=4") })
        {
            Assert.Equal(RunSpecJson.Write(preset), RunSpecJson.Write(run.MacroOf("fc")));
            Assert.Equal(32, run.Macro.Columns);
        }
        Assert.Equal(preset with { Rows = 64 }, RunSpecJson.Set(set, "layers.fc.macro.rows=64").MacroOf("fc"));
    }

    [Theory]
    [InlineData("\"xnor-256\"")]
    [InlineData("{\"rows\":64}")]
    public void An_adc_beside_a_macro_changes_that_macros_adc(string macro)
    {
        var run = RunSpecJson.Read("{\"layers\":{\"fc\":{\"macro\":" + macro + ",\"adc\":{\"bits\":7}}}}");
        var alone = RunSpecJson.Read("{\"layers\":{\"fc\":{\"macro\":" + macro + "}}}").MacroOf("fc");
        Assert.Equal(alone with { Adc = alone.Adc with { Bits = 7 } }, run.MacroOf("fc"));
        Assert.Null(run.Layers[0].Adc);
        Assert.Equal(RunSpecJson.Write(run), RunSpecJson.Write(RunSpecJson.Read(RunSpecJson.Write(run))));
        Assert.Equal(alone with { Adc = alone.Adc with { Bits = 5 } }, RunSpecJson.Set(run, "layers.fc.macro.adc.bits=5").MacroOf("fc"));
    }

    [Theory]
    [InlineData("{\"macro\":{\"rows\":100,\"arrayRows\":250}}", "layers.fc.macro.arrayRows", "multiple of macro.rows")]
    [InlineData("{\"macro\":{\"votes\":2}}", "layers.fc.macro.votes", "odd")]
    [InlineData("{\"macro\":{\"adc\":{\"bits\":4,\"levels\":5,\"kind\":\"uniform\"}}}", "layers.fc.macro.adc.levels", "not both")]
    [InlineData("{\"macro\":{\"adc\":{\"bits\":4}},\"adc\":{\"bits\":5}}", "layers.fc.adc", "already states its ADC")]
    [InlineData("{\"macro\":\"none\"}", "macro", "presets are")]
    [InlineData("{\"macro\":{\"row\":5}}", "layers.fc.macro.row", "no such field")]
    [InlineData("{\"macro\":{\"adc\":{\"kind\":\"none\"},\"die\":{\"gainErrorRelative\":0.1}}}", "layers.fc.macro.die.gainErrorRelative",
        "neither edges")]
    [InlineData("{\"digital\":true,\"macro\":{\"rows\":64}}", "layers.fc", "takes no other override")]
    public void A_fault_names_the_layers_field(string layer, string field, string message)
    {
        var error = Assert.Throws<SpecException>(() => RunSpecJson.Read("{\"layers\":{\"fc\":" + layer + "}}"));
        Assert.Equal(field, error.Field);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Files_of_a_layers_macro_are_relative_to_the_file_and_count_for_a_studys_key()
    {
        File.WriteAllText(_folder["run.json"], """{"layers":{"fc":{"macro":{"die":{"noiseProfile":"noise.csv"}}}}}""");
        var run = RunSpecJson.ReadFile(_folder["run.json"]);
        string file = _folder["noise.csv"];
        Assert.Equal(file, run.MacroOf("fc").Die.NoiseProfile);
        Assert.Equal([file], StudyKey.FilesOf(run).Distinct());
        Assert.True(run.HasTemporalNoise);
        Assert.False(run.HasStaticErrors);
    }

    [Fact]
    public void Exact_sums_are_exact_in_layers_with_macros_of_their_own()
    {
        var run = RunSpecJson.Read("""
            {"layers":{"a":{"macro":{"rows":64,"die":{"gainErrorRelative":0.1}}},"b":{"adc":{"bits":2}}},
             "macro":{"die":{"columnOffsetLsb":1}}}
            """).WithExactSums();
        foreach (string layer in new[] { "a", "b", "c" })
            Assert.Equal((AdcKind.None, new DieSpec()), (run.MacroOf(layer).Adc.Kind, run.MacroOf(layer).Die));
        Assert.Equal((64, 256), (run.MacroOf("a").Rows, run.MacroOf("b").Rows));
    }
}
