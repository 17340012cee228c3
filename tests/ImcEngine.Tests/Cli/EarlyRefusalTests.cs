using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Cli;

/// <summary>What can be refused is refused before anything long runs:
/// nothing was printed, no quantization was announced, no file written.</summary>
public sealed class EarlyRefusalTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("--json", "compare", "--model", "absent.onnx")]
    [InlineData("--json", "attribute", "--model", "absent.onnx")]
    [InlineData("--json", "profile", "absent.onnx")]
    [InlineData("--json", "inspect", "absent.onnx")]
    [InlineData("--map-csv", "inspect", "absent.onnx")]
    [InlineData("--json", "verify", "--model", "absent.onnx")]
    [InlineData("--out", "quantize", "absent.onnx")]
    [InlineData("--out", "calibrate", "absent.onnx")]
    [InlineData("--out", "pack", "absent.npz")]
    public async Task An_output_that_cannot_be_written_is_refused_before_any_input_is_read(string option, params string[] command)
    {
        (await ImcRun.Of([.. command, option, _files["no/such/file"]])).IsBadInput($"'{_files["no/such/file"]}' cannot be written");
        (await ImcRun.Of([.. command, option, Path.GetDirectoryName(_files["x"])!])).IsBadInput("cannot be written");
    }

    [Theory]
    [InlineData("study", "absent.json")]
    [InlineData("data", "shapes10")]
    public async Task A_folder_that_cannot_be_made_is_bad_input(params string[] command)
    {
        string study = _files["study.json"];
        File.WriteAllText(study,
            $$"""{"name":"s","model":"{{Path.GetFileName(
                _files.Model(4))}}","data":"images.bin","run":{"calibration":{"count":2} },"grid":[{"macro.rows":[64]}]}""");
        string[] args = [.. command.Select(each => each == "absent.json" ? study : each)];
        (await ImcRun.Of([.. args, "--out", Path.Combine(study, "below-a-file")])).IsBadInput("cannot be made");
    }

    [Theory]
    [InlineData(4, "compare")]
    [InlineData(32, "compare")]
    [InlineData(32, "attribute")]
    public async Task A_calibration_that_does_not_fit_is_refused_before_quantization(int bits, string command)
    {
        (await ImcRun.Of("calibrate", _files.Model(bits), "--out", _files["cal.json"], "--data", _files.Data, "--calibration",
            "2")).Succeeds();
        (await ImcRun.Of(command, "--model", _files.Model(bits), "--data", _files.Data, "--calibration", "2", "--calibration-file",
            _files["cal.json"], "--set", "macro.adc.bits=6"))
            .IsBadInput("16 levels in layer 'layer1.0.conv1'; its ADC has 64");
    }

    [Theory]
    [InlineData("compare", "--set", "macro.adc={\"kind\":\"table\",\"table\":\"absent.csv\"}")]
    [InlineData("compare", "--set", "macro.die.noiseProfile=\"absent.csv\"")]
    [InlineData("compare", "--set", "layers.layer4.*.adc={\"kind\":\"table\",\"table\":\"absent.csv\"}")]
    [InlineData("compare", "--versus", "macro.adc={\"kind\":\"table\",\"table\":\"absent.csv\"}")]
    [InlineData("attribute", "--set", "macro.adc={\"kind\":\"table\",\"table\":\"absent.csv\"}")]
    public async Task A_table_that_cannot_be_read_is_refused_before_quantization(string command, params string[] setting) =>
        (await ImcRun.Of([command, "--model", _files.Model(32), "--data", _files.Data, "--calibration", "2", .. setting])).IsBadInput(
            "absent.csv");

    [Theory]
    [InlineData("--set", "macro.cell=xnor", "needs and cells")]
    [InlineData("--set", "layers.layer9.*.adc.bits=3", "it names no layer")]
    [InlineData("--versus", "macro.columns=1", "has 4 columns per output")]
    public async Task Hardware_that_does_not_take_the_network_is_refused_before_quantization(string option, string setting,
        string message) =>
        (await ImcRun.Of("compare", "--model", _files.Model(32), "--data", _files.Data, "--calibration", "2", option, setting)).IsBadInput(
            message);

    [Theory]
    [InlineData("compare")]
    [InlineData("attribute")]
    public async Task A_float_network_that_cannot_be_loaded_is_refused_before_quantization(string command)
    {
        File.WriteAllText(_files["broken.onnx"], "no model");
        (await ImcRun.Of(command, "--model", _files.Model(32), "--float", _files["broken.onnx"], "--data", _files.Data, "--calibration",
            "2")).IsBadInput("broken.onnx");
    }

    [Fact]
    public async Task Nothing_to_calibrate_is_found_before_quantization() =>
        (await ImcRun.Of("calibrate", _files.Model(32), "--out", _files["cal.json"], "--data", _files.Data, "--calibration", "2", "--macro",
            "ideal")).IsBadInput("No ADC of macro 'ideal' has a calibrated range");

    public static TheoryData<string> Sources =>
        [
            .. Repository.Files.Where(file => file.StartsWith("engine/ImcEngine.Cli/", StringComparison.Ordinal)
                && file.EndsWith(".cs", StringComparison.Ordinal) && !file.EndsWith("/UserFiles.cs", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Sources))]
    public void Commands_read_files_through_UserFiles_alone(string file) => Assert.All(
        ["OnnxFile.Load(", "NetworkImporter.Import(", "NpzFile.Read(", "Calibration.ReadFile(", "RunSpecJson.ReadFile(",
            "MacroPresets.Load(", "DataSource.Open("],
        call => Assert.DoesNotContain(call, Repository.Read(file), StringComparison.Ordinal));
}
