using ImcEngine.Macro;
using ImcEngine.Tests.Data;

namespace ImcEngine.Tests.Cli;

public class SpecCommandTests
{
    [Fact]
    public async Task What_is_printed_is_the_specification_that_a_run_file_takes()
    {
        using var folder = new TemporaryFolder();
        var run = (await ImcRun.Of("spec", "--macro", "xnor-sram", "--set", "macro.rows=128", "--set", "layers.fc=digital")).Succeeds();
        File.WriteAllText(folder["run.json"], run.Output);
        var read = RunSpecJson.ReadFile(folder["run.json"]);
        Assert.Equal(("xnor-sram, changed: rows 128", 128, true), (read.Macro.Name, read.Macro.Rows, read.OverrideOf("fc")!.Digital));
        Assert.Equal(run.Output, (await ImcRun.Of("spec", "--run", folder["run.json"])).Succeeds().Output);
    }

    [Fact]
    public async Task A_macro_replaces_that_of_the_file_and_assignments_come_last()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["run.json"], """{"macro":{"rows":32},"calibration":{"count":7}}""");
        var run = RunSpecJson.Read(
            (await ImcRun.Of("spec", "--run", folder["run.json"], "--macro", "ideal", "--set", "macro.rows=64")).Succeeds().Output);
        Assert.Equal((AdcKind.None, 64, 7), (run.Macro.Adc.Kind, run.Macro.Rows, run.Calibration.Count));
    }

    [Fact]
    public async Task The_schema_is_printed_as_it_is() =>
        Assert.Equal(RunSpecJson.Schema.TrimEnd(), (await ImcRun.Of("spec", "--schema")).Succeeds().Output.TrimEnd());

    [Fact]
    public async Task A_run_file_that_is_absent_is_named() => (await ImcRun.Of("spec", "--run", "no.json")).IsBadInput("'no.json'");

    [Fact]
    public async Task A_run_file_that_is_no_json_is_named()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["run.json"], "{");
        (await ImcRun.Of("spec", "--run", folder["run.json"])).IsBadInput($"'{folder["run.json"]}' is not JSON");
    }
}
