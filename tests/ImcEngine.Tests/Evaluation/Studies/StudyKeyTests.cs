using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Evaluation.Studies;

public class StudyKeyTests
{
    private static readonly StudyInputs Inputs = new("model", "float", "data", 8);
    private static readonly RunSpec Run = RunSpecJson.Default;

    [Fact]
    public void Equal_inputs_have_one_key_of_64_hexadecimal_digits()
    {
        Assert.Matches("^[0-9a-f]{64}$", Key(Inputs, Run));
        Assert.Equal(Key(Inputs, Run), Key(Inputs, RunSpecJson.Read(RunSpecJson.Write(Run))));
    }

    [Fact]
    public void Every_input_and_every_field_changes_the_key()
    {
        string[] keys =
        [
            Key(Inputs, Run), Key(Inputs with { ModelSha256 = "other" }, Run), Key(Inputs with { FloatSha256 = "other" }, Run),
            Key(Inputs with { DataSha256 = "other" }, Run),
            Key(Inputs with { Images = 9 }, Run), Key(Inputs with { Images = null }, Run), Key(Inputs with { Die = 2 }, Run),
            Key(Inputs with { Seed = 2 }, Run), Key(Inputs, RunSpecJson.Set(Run, "macro.rows=64")),
            Key(Inputs, RunSpecJson.Set(Run, "calibration.design=lloydMax")), Key(Inputs, RunSpecJson.Set(Run, "calibration.correct=bias")),
            Key(Inputs, RunSpecJson.Set(Run, "calibration.correct=bias", "calibration.correctPer=die")),
            Key(Inputs, RunSpecJson.Set(Run, "calibration.count=8")), Key(Inputs, Run, "calibration"),
        ];
        Assert.Distinct(keys);
    }

    [Fact]
    public void What_is_written_about_a_macros_source_changes_no_key() =>
        Assert.Equal(Key(Inputs, Run), Key(Inputs, Run with { Macro = Run.Macro with { Source = "the same chip in other words" } }));

    [Fact]
    public void What_a_table_holds_changes_the_key_and_where_it_lies_does_not()
    {
        using var folder = new TemporaryFolder();
        using var other = new TemporaryFolder();
        var run = Run with { Macro = Run.Macro with { Adc = new() { Kind = AdcKind.Table, Table = "p.csv" } } };
        File.WriteAllText(folder["p.csv"], "0,1\n");
        File.WriteAllText(other["p.csv"], "0,1\n");
        string key = Key(Inputs, run, folder: folder.Path);
        Assert.Equal(key, Key(Inputs, run, folder: other.Path));
        File.WriteAllText(other["p.csv"], "1,0\n");
        Assert.NotEqual(key, Key(Inputs, run, folder: other.Path));
        File.Delete(other["p.csv"]);
        Assert.Contains("p.csv", Assert.Throws<ImcException>(() => Key(Inputs, run, folder: other.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_table_of_a_preset_is_found_from_every_folder()
    {
        var run = Run with { Macro = MacroPresets.Get("xnor-sram") };
        Assert.Equal(Key(Inputs, run), Key(Inputs, run, folder: "no such folder"));
        Assert.Equal("preset:xnor-sram", RunSpecJson.Rebased(run, "no such folder").Macro.Adc.Table);
    }

    private static string Key(StudyInputs inputs, RunSpec run, string? calibration = null, string folder = "") =>
        StudyKey.Compute(inputs, run, calibration, folder);
}
