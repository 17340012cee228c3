using System.Text.Json.Nodes;
using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Macro;

/// <summary>What an object of a specification takes from the one that it overrides.</summary>
public sealed class SpecInheritanceTests : IDisposable
{
    private static readonly AdcSpec ListOfThree = new() { Kind = AdcKind.List, EdgesCounts = [1, 2], LevelsCounts = [0, 1, 3] };

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_users_own_adc_keeps_what_the_default_has()
    {
        var run = RunSpecJson.Read("""{"macro":{"rows":128,"adc":{"bits":5}}}""");
        Assert.Equal(RunSpecJson.Default.Macro with { Rows = 128, Adc = new() { Bits = 5, Range = AdcRange.Calibrated } }, run.Macro);
        Assert.Equal(RunSpecJson.Write(run), RunSpecJson.Write(RunSpecJson.Set(RunSpecJson.Default, "macro.rows=128", "macro.adc.bits=5")));
    }

    [Fact]
    public void A_layers_adc_keeps_what_the_runs_macro_has_whatever_the_order_of_the_parts()
    {
        const string Layers = "\"layers\":{\"layer4.*\":{\"adc\":{\"bits\":6}}}",
            Own = "\"macro\":{\"adc\":{\"ties\":\"up\",\"levels\":9}}";
        foreach (string json in new[] { $"{{{Layers},{Own}}}", $"{{{Own},{Layers}}}" })
            Assert.Equal(new() { Bits = 6, Range = AdcRange.Calibrated, Ties = TieRule.Up }, RunSpecJson.Read(json).Layers[0].Adc);
    }

    [Theory]
    [InlineData("default", "ties", "\"up\"")]
    [InlineData("default", "range", "[0,60]")]
    [InlineData("d21-cifar-2bit", "boundCounts", "30")]
    [InlineData("d21-cifar-2bit", "levels", "15")]
    [InlineData("xnor-sram", "beyondTable", "\"clamp\"")]
    public void A_layer_that_states_one_field_has_all_others_of_the_macro(string preset, string field, string value)
    {
        var run = RunSpecJson.Read($"{{\"macro\":\"{preset}\",\"layers\":{{\"fc\":{{\"adc\":{{\"{field}\":{value}}}}}}}}}");
        var expected = AdcFields.Write(run.Macro.Adc);
        Assert.NotEqual(value, expected[field]!.ToJsonString());
        expected[field] = JsonNode.Parse(value);
        Assert.Equal(expected.ToJsonString(), AdcFields.Write(run.Layers[0].Adc!).ToJsonString());
        Assert.Equal(RunSpecJson.Write(run), RunSpecJson.Write(RunSpecJson.Read(RunSpecJson.Write(run))));
    }

    [Fact]
    public void A_layers_adc_follows_a_macro_that_changes_later()
    {
        var run = RunSpecJson.Read("""{"layers":{"fc":{"adc":{"bits":6}},"conv":{"adc":{"bits":6,"range":"full"}}}}""");
        var ranged = RunSpecJson.Set(run, "macro.adc.range=[0,60]", "layers.fc.adc.ties=up");
        Assert.Equal(new() { Bits = 6, Range = new(RangeKind.Fixed, 0, 60), Ties = TieRule.Up }, ranged.Layers[0].Adc);
        Assert.Equal(new() { Bits = 6, Range = AdcRange.Full }, ranged.Layers[1].Adc);
        var lsb = RunSpecJson.Set(run with { Macro = run.Macro with { Adc = new() { LsbCounts = 3 } } });
        Assert.Equal([new() { Bits = 6, LsbCounts = 3, Range = AdcRange.Full }, new() { Bits = 6, Range = AdcRange.Full }],
            lsb.Layers.Select(layer => layer.Adc));
        // Another kind has no bits.
        Assert.Equal("layers.fc.adc.bits", Assert.Throws<SpecException>(() => RunSpecJson.Set(run, "macro=ideal")).Field);
    }

    [Fact]
    public void An_adc_that_code_gives_a_layer_is_its_own_entirely()
    {
        var run = RunSpecJson.Read("""{"layers":{"fc":{"adc":{"bits":6}}}}""").WithExactSums();
        Assert.Equal(new() { Kind = AdcKind.None }, RunSpecJson.Set(run, "macro=default").Layers[0].Adc);
        var table = new AdcSpec { Kind = AdcKind.Table, Table = "p.csv" };
        var own = new RunSpec
        {
            Macro = new() { Adc = table with { LevelsCounts = [0, 1] }, Mapping = MappingKind.SingleTap },
            Layers = [new("fc") { Adc = table }],
        };
        Assert.Null(RunSpecJson.Set(own).Layers[0].Adc!.LevelsCounts);
    }

    [Theory]
    [InlineData("""{"levels":11}""", null, 11, "calibrated", null)]
    [InlineData("""{"lsbCounts":2}""", 4, null, null, 2.0)]
    [InlineData("""{"lsbCounts":2,"bits":null}""", null, null, null, 2.0)]
    [InlineData("""{"range":null}""", 4, null, "full", null)]
    [InlineData("""{"kind":"uniform"}""", 4, null, "calibrated", null)]
    [InlineData("""{}""", 4, null, "calibrated", null)]
    [InlineData("null", 4, null, "full", null)]
    public void Fields_that_say_the_same_replace_each_other_and_null_is_a_fields_own_default(string adc, int? bits, int? levels,
        string? range, double? lsbCounts)
    {
        var read = RunSpecJson.Read($"{{\"macro\":{{\"adc\":{adc}}}}}").Macro.Adc;
        Assert.Equal((bits, levels, lsbCounts), (read.Bits, read.LevelCount, read.LsbCounts));
        Assert.Equal(range, (string?)AdcFields.Write(read)["range"]);
        Assert.Equal(AdcFields.Write(read).ToJsonString(),
            AdcFields.Write(RunSpecJson.Set(RunSpecJson.Default, $"macro.adc={adc}").Macro.Adc).ToJsonString());
    }

    [Fact]
    public void Sources_of_error_of_a_die_replace_what_says_the_same()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default,
            "macro.die={\"columnOffsetCounts\":2,\"edgeErrorLsb\":0.1,\"bitlineNoiseCounts\":1,"
                + "\"cellMismatchRelative\":0.01,\"gainErrorRelative\":0.02}");
        var other =
            RunSpecJson.Set(run,
                "macro.die={\"columnOffsetLsb\":0.5,\"sarMismatchRelative\":0.03,\"noiseProfile\":\"n.csv\","
                    + "\"unitCapacitanceFemtofarads\":2}").Macro.Die;
        Assert.Equal(new DieSpec { ColumnOffsetLsb = 0.5, SarMismatchRelative = 0.03, NoiseProfile = "n.csv",
            UnitCapacitanceFemtofarads = 2, GainErrorRelative = 0.02 }, other);
    }

    [Fact]
    public void Another_kind_keeps_what_means_the_same_in_both()
    {
        var uniform = RunSpecJson.Read("""{"macro":{"adc":{"levels":11,"ties":"up"}}}""");
        Assert.Equal((AdcKind.D21Cifar, 11, AdcRange.Full), Kept(uniform, "{\"kind\":\"d21-cifar\",\"boundCounts\":60}"));
        Assert.Equal(TieRule.Up, RunSpecJson.Set(uniform, "macro.adc={\"kind\":\"list\",\"edges\":[1],\"levels\":[0,2]}").Macro.Adc.Ties);
        Assert.Equal("macro.adc.levels",
            Assert.Throws<SpecException>(() => RunSpecJson.Set(uniform, "macro.adc={\"kind\":\"list\",\"edges\":[1]}")).Field);
        var list = RunSpecJson.Default with { Macro = RunSpecJson.Default.Macro with { Adc = ListOfThree } };
        Assert.Equal((AdcKind.Uniform, null, AdcRange.Full), Kept(list, "{\"kind\":\"uniform\",\"bits\":4,\"range\":\"full\"}"));
        // The levels of a list's codes are not those of a table's.
        Assert.Null(RunSpecJson.Set(list, "macro.adc={\"kind\":\"table\",\"table\":\"p.csv\"}").Macro.Adc.LevelsCounts);

        static (AdcKind, int?, AdcRange) Kept(RunSpec run, string adc) =>
            RunSpecJson.Set(run, $"macro.adc={adc}").Macro.Adc is var kept ? (kept.Kind, kept.LevelCount, kept.Range) : default;
    }

    [Theory]
    [InlineData("macro.adc.range", "macro.adc.kind=none", "macro.adc.kind=uniform")]
    [InlineData("macro.adc.range", "macro.adc={\"kind\":\"none\"}", "macro.adc={\"kind\":\"uniform\",\"bits\":6}")]
    [InlineData("macro.adc.range", "macro=xnor-sram", "macro.adc.kind=uniform", "macro.adc.bits=5")]
    [InlineData("macro.adc.bits", "macro.adc.kind=none", "macro.adc.kind=uniform", "macro.adc.range=calibrated")]
    [InlineData("macro.adc.range", "macro.adc.lsbCounts=3", "macro.adc.lsbCounts=null")]
    [InlineData("macro.adc.bits", "macro.adc.levels=11", "macro.adc.levels=null")]
    [InlineData("layers.fc.adc.range", "macro.adc.kind=none", "layers.fc.adc.kind=uniform", "layers.fc.adc.bits=6")]
    public void A_uniform_adc_that_comes_back_takes_no_range_or_resolution_silently(string field, params string[] set) =>
        Assert.Equal(field, Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, set)).Field);

    [Fact]
    public void Nor_in_a_file_but_it_takes_what_is_stated()
    {
        string[] there = ["macro.adc.kind=none", "macro.adc.kind=uniform", "macro.adc.bits=6"];
        Assert.Equal(AdcRange.Calibrated, RunSpecJson.Set(RunSpecJson.Default, [.. there, "macro.adc.range=calibrated"]).Macro.Adc.Range);
        Assert.Equal(AdcRange.Full, RunSpecJson.Set(RunSpecJson.Default, [.. there, "macro.adc.range=null"]).Macro.Adc.Range);
        Assert.Equal("layers.fc.adc.range", Assert.Throws<SpecException>(() =>
            RunSpecJson.Read(
                "{\"macro\":{\"adc\":{\"kind\":\"none\"}},\"layers\":{\"fc\":{\"adc\":{\"kind\":\"uniform\",\"bits\":5}}}}")).Field);
        // The same kind inherits as ever.
        Assert.Equal(AdcRange.Calibrated, RunSpecJson.Read("{\"macro\":{\"adc\":{\"kind\":\"uniform\",\"bits\":5}}}").Macro.Adc.Range);
    }

    [Fact]
    public void Edges_and_levels_of_a_list_are_inherited_together_or_not_at_all()
    {
        var list = RunSpecJson.Default with { Macro = RunSpecJson.Default.Macro with { Adc = ListOfThree } };
        Assert.Equal("macro.adc.levels", Assert.Throws<SpecException>(() => RunSpecJson.Set(list, "macro.adc={\"edges\":[1,2]}")).Field);
        Assert.Equal("macro.adc.edges", Assert.Throws<SpecException>(() => RunSpecJson.Set(list, "macro.adc={\"levels\":[1,2,4]}")).Field);
        Assert.Equal([1, 2], RunSpecJson.Set(list, "macro.adc={\"ties\":\"up\"}").Macro.Adc.EdgesCounts!);
        // One after the other: two assignments are one change.
        var set = RunSpecJson.Set(list, "macro.adc.edges=[1,2,3]", "macro.adc.levels=[0,1,2,3]").Macro.Adc;
        Assert.Equal((3, 4), (set.EdgesCounts!.Length, set.LevelsCounts!.Length));
    }

    [Fact]
    public void A_name_is_not_inherited_with_its_source_nor_a_percentile_with_another_method()
    {
        Assert.Null(RunSpecJson.Read("""{"macro":{"name":"mine"}}""").Macro.Source);
        Assert.NotNull(RunSpecJson.Read("""{"macro":{"rows":64}}""").Macro.Source);
        var run = RunSpecJson.Set(RunSpecJson.Default, "quantization={\"method\":\"percentile\",\"percentile\":99}",
            "calibration.statistic=percentile", "calibration.percentile=98");
        Assert.Equal((99, 98), (run.Quantization.Percentile, run.Calibration.Percentile));
        RunSpecJson.Set(run, "quantization.method=mse", "calibration={\"statistic\":\"minmax\"}");
    }

    [Fact]
    public void Objects_given_to_set_merge_and_layers_as_a_whole_is_replaced()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro=xnor-256", "macro={\"rows\":64,\"adc\":{\"bits\":3}}", "layers.fc.adc.bits=6",
            "layers.fc={\"adc\":{\"ties\":\"up\"}}");
        Assert.Equal((64, 64, new AdcSpec { Bits = 3, Range = AdcRange.Calibrated }), (run.Macro.Rows, run.Macro.Columns, run.Macro.Adc));
        Assert.Equal(new() { Bits = 6, Range = AdcRange.Calibrated, Ties = TieRule.Up }, run.Layers[0].Adc);
        Assert.Equal(["conv"], RunSpecJson.Set(run, "layers={\"conv\":\"digital\"}").Layers.Select(layer => layer.Layers));
        Assert.Empty(RunSpecJson.Set(run, "layers=null").Layers);
    }

    [Fact]
    public void Globs_that_are_names_of_fields_are_globs()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "layers.levels.adc.bits=3", "layers.bits=digital", "layers.kind.weightBits=2",
            "layers.adc.adc.bits=7");
        Assert.Equal(["adc", "kind", "bits", "levels"], run.Layers.Select(layer => layer.Layers));
        Assert.Equal(RunSpecJson.Write(run), RunSpecJson.Write(RunSpecJson.Read(RunSpecJson.Write(run))));
    }

    [Fact]
    public void A_macro_file_inherits_from_the_default_preset_as_a_runs_macro_does()
    {
        File.WriteAllText(_folder["macro.json"], """{"columns":64,"adc":{"bits":5}}""");
        Assert.Equal(RunSpecJson.Read("""{"macro":{"columns":64,"adc":{"bits":5}}}""").Macro, MacroPresets.Load(_folder["macro.json"]));
    }

    [Fact]
    public void Layers_of_a_run_file_inherit_from_the_macro_of_the_command_line()
    {
        var run = RunSpecJson.Read("""{"layers":{"fc":{"adc":{"bits":6}}}}""");
        var mine = RunSpecJson.Set(
            run with { Macro = MacroPresets.Get("xnor-256") with { Adc = new() { Bits = 5, Range = AdcRange.Full, Ties = TieRule.Up } } });
        Assert.Equal(new() { Bits = 6, Range = AdcRange.Full, Ties = TieRule.Up }, mine.Layers[0].Adc);
    }

    /// <summary>Random assignments to random presets, then what is written is read:
    /// the same text, and the same again after another change of both.</summary>
    [Fact]
    public void What_is_written_reads_back_as_it_is()
    {
        var random = new Random(1);
        int specifications = 0, inheriting = 0;
        while (specifications < 3000)
        {
            var run = RunSpecJson.Default;
            for (int i = random.Next(1, 9); i > 0; i--)
                try
                {
                    run = RunSpecJson.Set(run,
                        Enumerable.Range(0, random.Next(1, 4)).Select(_ => Assignments[random.Next(Assignments.Length)]));
                }
                catch (ImcException)
                {
                    // Assignments that do not go together; the others stay.
                }
            specifications++;
            if (run.Layers.Any(layer => layer.AdcStates is { } states && !states.Contains("bits", StringComparison.Ordinal)
                && layer.Adc!.Bits is not null)) inheriting++;
            string written = RunSpecJson.Write(run);
            var read = RunSpecJson.Read(written);
            Assert.Equal(written, RunSpecJson.Write(read));
            Assert.Equal(written, RunSpecJson.Write(RunSpecJson.Read(Reversed(JsonNode.Parse(written)!.AsObject()).ToJsonString())));
            Assert.Equal(RunSpecJson.Write(run.Macro), RunSpecJson.Write(RunSpecJson.ReadMacro(RunSpecJson.Write(run.Macro))));
            Assert.Equal(written, RunSpecJson.Write(RunSpecJson.Set(run)));
        }
        Assert.True(inheriting > 100, $"{inheriting} specifications have a layer that inherits its bits.");
    }

    private static readonly string[] Assignments =
    [
        .. MacroPresets.Names.Select(name => $"macro={name}"),
        "macro.name=mine", "macro.source=null", "macro.columns=32", "macro.columns=null", "macro.mapping=single-tap",
        "macro.die.columnOffsetLsb=0.2", "macro.die=null",
        .. new[] { "macro.adc", "layers.fc.adc", "layers.layer1.*.adc" }.SelectMany(adc => new[]
        {
            "=null", "={}", ".bits=5", ".bits=null", ".levels=9", ".lsbCounts=2.5", ".lsbCounts=null", ".range=full", ".range=[-3,7.5]",
            ".range=null", ".ties=up", ".kind=uniform", ".kind=none",
            "={\"kind\":\"list\",\"edges\":[0.5,2],\"levels\":[0,1,3]}", "={\"kind\":\"table\",\"table\":\"p.csv\",\"levels\":[0,1]}",
            "={\"kind\":\"table\",\"table\":\"q.csv\"}", ".levels=null",
            ".beyondTable=clamp", ".secondTable=s.csv", "={\"secondNoiseMean\":1,\"secondNoiseSigma\":0.5}", ".secondTable=null",
            "={\"secondNoiseMean\":null,\"secondNoiseSigma\":null}",
            "={\"kind\":\"d21-cifar\",\"levels\":11,\"boundCounts\":60,\"edgeDecimals\":2}", ".edgeDecimals=null",
            "={\"kind\":\"d21-imagenet\",\"levels\":7,\"boundCounts\":30}",
            "={\"lsbCounts\":2,\"bits\":null,\"levels\":null}",
        }.Select(rest => adc + rest)),
        "layers.fc=digital", "layers.fc=null", "layers.*.weightBits=8", "quantization.weightBits=2", "calibration.statistic=percentile",
        "calibration.percentile=99",
    ];

    private static JsonObject Reversed(JsonObject fields) =>
        new(fields.Reverse()
            .Select(field => KeyValuePair.Create(field.Key, field.Key == "layers" ? field.Value!.DeepClone()
                : field.Value is JsonObject child ? Reversed(child) : field.Value?.DeepClone())));
}
