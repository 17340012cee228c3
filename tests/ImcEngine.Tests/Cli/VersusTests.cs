using System.Text.Json.Nodes;

namespace ImcEngine.Tests.Cli;

/// <summary>What <c>--versus</c> takes, and what is said of its settings.</summary>
public sealed class VersusTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task Overrides_of_new_layers_are_settings_of_the_same_network()
    {
        var (document, run) =
            await Compare("--versus", "layers.layer4.*.adc.bits=2", "--versus", "layers.layer4.*={\"adc\": {\"bits\": 3}}");
        Assert.Equal(["layers.layer4.*.adc.bits=2", "layers.layer4.*={\"adc\": {\"bits\": 3}}"],
            document["differences"]!.AsArray().Select(each => (string)each!["changes"]!));
        foreach (var difference in document["differences"]!.AsArray())
            Assert.Equal((double)document["imcTop1"]! - (double)document["points"]![(int)difference!["point"]!]!["imcTop1"]!,
                (double)difference["lossTop1"]!, 12);
        Assert.Contains(run.Lines, line => line.StartsWith("against the first setting", StringComparison.Ordinal)
            && line.Contains("points lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("makes the same hardware as the first setting", "macro.adc.bits=4")]
    [InlineData("makes the same hardware as the first setting", "macro.name=other")]
    [InlineData("makes the same hardware as the first setting", "layers.layer4.*.adc.bits=4")]
    [InlineData("makes the same hardware as setting 'macro.adc.bits=5'", "macro.adc.bits=5", "macro.adc.levels=null macro.adc.bits=5")]
    [InlineData("in which 'chip' is not path=value", "macro.name=my chip")]
    [InlineData("--versus is '=5'", "=5")]
    [InlineData("--versus 'macro=default' replaces what --versus 'macro.rows=64' set", "macro.rows=64 macro=default")]
    [InlineData("--versus 'macro.rows=64' sets the same field as --versus 'macro.rows=128'", "macro.rows=128 macro.rows=64")]
    public async Task What_is_no_other_setting_is_refused(string message, params string[] versus) =>
        (await ImcRun.Of(["compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2",
            .. versus.SelectMany(each => new[] { "--versus", each })])).IsBadInput("--versus", message);

    [Fact]
    public async Task A_setting_that_undoes_another_is_refused_but_versus_changes_what_the_first_setting_says()
    {
        string[] rows = ["compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--set", "macro.rows=64"];
        (await ImcRun.Of([.. rows, "--set", "macro=default"])).IsBadInput("--set 'macro=default' replaces what --set 'macro.rows=64' set");
        (await ImcRun.Of([.. rows, "--set", "macro.rows=128"])).IsBadInput(
            "--set 'macro.rows=128' sets the same field as --set 'macro.rows=64'");
        var (document, _) = await Compare("--set", "macro=default", "--set", "macro.rows=64", "--versus", "macro.rows=128",
            "--versus", "macro=default");
        Assert.Equal(["macro.rows=128", "macro=default"], document["differences"]!.AsArray().Select(each => (string)each!["changes"]!));
    }

    [Fact]
    public async Task A_label_names_overrides_that_take_a_layer_and_no_others()
    {
        var (_, run) =
            await Compare("--set", "layers.layer4.*.adc.bits=6", "--set", "layers.layer*.adc.bits=5", "--set", "layers.layer1.*={}");
        Assert.Contains("Setting 1: 256 rows, ADC 4 bits, calibrated range, layer1.*: as the macro, layer*: ADC 5 bits, calibrated range",
            run.Lines);
    }

    /// <summary>Each cut of operands into digits has partial sums, and so calibrated ranges, of its own: beside other settings it computes
    /// what it computes alone.</summary>
    [Fact]
    public async Task Settings_of_other_digits_have_ranges_of_their_own()
    {
        string[] digits = ["macro.inputDigitBits=2", "macro.inputDigitBits=2 macro.weightDigitBits=2", "macro.signPlane=own"];
        var (together, _) = await Compare([.. digits.SelectMany(each => new[] { "--versus", each })]);
        for (int i = 0; i < digits.Length; i++)
        {
            var (alone, _) = await Compare([.. digits[i].Split(' ').SelectMany(each => new[] { "--set", each })]);
            Assert.Equal((string)alone["imcLogitsSha256"]!, (string)together["points"]![i + 1]!["imcLogitsSha256"]!);
        }
        Assert.Equal(digits.Length, together["points"]!.AsArray().Select(point => (string)point!["imcLogitsSha256"]!).Distinct().Count());
    }

    private async Task<(JsonNode Document, ImcRun Run)> Compare(params string[] options)
    {
        string file = _files["versus.json"];
        var run =
            (await ImcRun.Of(["compare", "--model", _files.Model(4), "--data", _files.Data, "--calibration", "2", "--stats", "0", "--json",
                file, .. options])).Succeeds();
        return (JsonNode.Parse(File.ReadAllText(file))!, run);
    }
}
