using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Cli;

public sealed class CalibrateCommandTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData(4)]
    [InlineData(32)]
    public async Task A_frozen_calibration_gives_what_calibrating_gives(int bits)
    {
        await Calibrate(bits, "cal.json");
        string own = await LogitsSha256(bits), frozen = await LogitsSha256(bits, "--calibration-file", _files["cal.json"]);
        Assert.Equal(own, frozen);
    }

    [Fact]
    public async Task A_designs_file_with_corrections_gives_what_calibrating_gives_and_is_used_for_nothing_else()
    {
        string[] options = ["--design", "lloydMax", "--correct", "moments"];
        await Calibrate(4, "cal.json", options);
        string[] frozen = ["--calibration-file", _files["cal.json"]];
        var own = await Compare(4, options);
        string sha256 = (string)own["imcLogitsSha256"]!;
        Assert.Equal(sha256, await LogitsSha256(4, [.. options, .. frozen]));
        Assert.NotEqual(sha256, await LogitsSha256(4));
        Assert.NotEqual(sha256, await LogitsSha256(4, "--design", "lloydMax"));
        Assert.Equal(("moments", false), ((string)own["correction"]!["method"]!, (bool)own["correction"]!["trimmed"]!));
        Assert.Equal(("lloydMax", "moments"),
            ((string)own["run"]!["calibration"]!["design"]!, (string)own["run"]!["calibration"]!["correct"]!));
        string[] compare = ["compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", .. frozen];
        (await ImcRun.Of(compare)).IsBadInput("made with design 'lloydMax'", "calibration.design=lloydMax");
        (await ImcRun.Of([.. compare, "--design", "lloydMax"])).IsBadInput("made with correction 'moments'");
        (await ImcRun.Of([.. compare, .. options, "--set", "layers.layer1.0.conv1.adc.range=full"])).IsBadInput("made for other hardware");
    }

    [Fact]
    public async Task Each_die_is_trimmed_by_itself()
    {
        string[] dies = ["compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--stats", "0", "--dies", "2",
            "--set", "macro.die.columnOffsetCounts=1", "--correct", "moments"];
        string json = _files["dies.json"];
        var trimmed = (await ImcRun.Of([.. dies, "--correct-per", "die", "--json", json])).Succeeds();
        Assert.Contains("Converters: trimmed, each die by itself: correction moments of", trimmed.Output, StringComparison.Ordinal);
        Assert.True((bool)JsonNode.Parse(File.ReadAllText(json))!["correction"]!["trimmed"]!);
        Assert.DoesNotContain("trimmed", (await ImcRun.Of(dies)).Succeeds().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_ranges_of_the_file_are_the_ones_that_run()
    {
        await Calibrate(4, "cal.json");
        var calibration = Calibration.ReadFile(_files["cal.json"]);
        Assert.Equal(19, calibration.Layers.Count);
        var narrow = calibration
            with { Layers = calibration.Layers.ToDictionary(each => each.Key, each => each.Value with { Ranges = [new(0, 1)] }) };
        File.WriteAllText(_files["narrow.json"], narrow.Write());
        Assert.NotEqual(await LogitsSha256(4), await LogitsSha256(4, "--calibration-file", _files["narrow.json"]));
    }

    [Fact]
    public async Task Other_images_give_other_ranges_and_threads_do_not()
    {
        await Calibrate(4, "one.json", "--threads", "1");
        await Calibrate(4, "three.json", "--threads", "3");
        await Calibrate(4, "first.json", "--calibration-data", _files.Data);
        Assert.Equal(File.ReadAllText(_files["one.json"]), File.ReadAllText(_files["three.json"]));
        Assert.NotEqual(File.ReadAllText(_files["one.json"]), File.ReadAllText(_files["first.json"]));
    }

    [Fact]
    public async Task The_result_names_the_file_by_its_hash()
    {
        await Calibrate(4, "cal.json");
        var document = await Compare(4, "--calibration-file", _files["cal.json"]);
        Assert.Equal(("cal.json", 64),
            ((string)document["calibrationFile"]!["file"]!, ((string)document["calibrationFile"]!["sha256"]!).Length));
    }

    [Theory]
    [InlineData("macro.adc.bits=6", "16 levels in layer 'layer1.0.conv1'; its ADC has 64")]
    [InlineData("macro.rows=128", "256 rows, mapping 'whole-taps'; the macro has 128 rows")]
    public async Task Other_hardware_than_the_calibration_s_is_refused(string setting, string message)
    {
        await Calibrate(4, "cal.json");
        (await ImcRun.Of("compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--calibration-file",
            _files["cal.json"], "--set", setting)).IsBadInput(message, "Calibrate again");
    }

    [Fact]
    public async Task Another_network_or_preprocessing_than_the_calibrations_is_refused()
    {
        await Calibrate(4, "cal.json");
        string[] other = ["compare", "--model", _files.Model(2), "--data", _files.Data, "--calibration", "2",
            "--calibration-file", _files["cal.json"]];
        (await ImcRun.Of(other)).IsBadInput("made for another network", "Calibrate again");
        other[2] = _files.Model(4);
        (await ImcRun.Of([.. other, "--mean", "0,0,0", "--std", "1,1,1"])).IsBadInput("other preprocessing", "Calibrate again");
    }

    [Fact]
    public async Task Calibration_on_evaluated_images_is_said_and_recorded()
    {
        string json = _files["overlap.json"];
        string[] compare = ["compare", "--model", _files.Model(4), "--data", _files.Data, "--images", "3", "--calibration", "2",
            "--stats", "0",
            "--json", json];
        var overlapping = await ImcRun.Of([.. compare, "--calibration-data", _files.Data]);
        Assert.Contains("2 of the 2 calibration images are also evaluated", overlapping.Output, StringComparison.Ordinal);
        Assert.Equal(2, (int)JsonNode.Parse(File.ReadAllText(json))!["calibrationImagesEvaluated"]!);
        Assert.DoesNotContain("also evaluated", (await ImcRun.Of(compare)).Output, StringComparison.Ordinal);
        Assert.Null(JsonNode.Parse(File.ReadAllText(json))!["calibrationImagesEvaluated"]);
    }

    [Fact]
    public async Task A_calibration_file_that_is_absent_or_none_is_refused()
    {
        (await ImcRun.Of("compare", "--calibration-file", _files["no.json"])).IsBadInput("no.json'");
        File.WriteAllText(_files["none.json"], "{ \"rowz\": 3 }");
        (await ImcRun.Of("compare", "--calibration-file", _files["none.json"])).IsBadInput("rowz", "no such field");
    }

    [Fact]
    public async Task A_macro_without_calibrated_ranges_is_refused() =>
        (await ImcRun.Of("calibrate", _files.Model(4), "--out", _files["cal.json"], "--data", _files.Data, "--calibration", "2",
            "--macro", "ideal"))
            .IsBadInput("No ADC of macro 'ideal' has a calibrated range", "--set macro.adc.range=calibrated");

    private async Task Calibrate(int bits, string file, params string[] options)
    {
        var run =
            (await ImcRun.Of(["calibrate", _files.Model(bits), "--out", _files[file], "--data", _files.Data, "--calibration", "2",
                .. options])).Succeeds();
        Assert.Equal($"'{_files[file]}' written: ranges of 19 layers. "
            + "Give it to 'imc compare' with --calibration-file, the same network and the same hardware.", run.Lines[^1]);
    }

    private async Task<string> LogitsSha256(int bits, params string[] options) =>
        (string)(await Compare(bits, options))["imcLogitsSha256"]!;

    private async Task<JsonNode> Compare(int bits, params string[] options)
    {
        string file = _files["comparison.json"];
        (await ImcRun.Of(["compare", "--model", _files.Model(bits), "--data", _files.Data, "--calibration", "2", "--stats", "0", "--json",
            file, .. options])).Succeeds();
        return JsonNode.Parse(File.ReadAllText(file))!;
    }
}
