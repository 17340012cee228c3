using ImcEngine.Importer.Onnx;

namespace ImcEngine.Tests.Cli;

/// <summary>Means and standard deviations that were made for bytes are refused wherever they are stated.</summary>
public sealed class BytePreprocessingTests : IDisposable
{
    private readonly TinyFiles _files = new();

    public void Dispose() => _files.Dispose();

    [Theory]
    [InlineData("--mean", "123.675,116.28,103.53")]
    [InlineData("--std", "58.395,57.12,57.375")]
    public async Task As_an_option(string option, string numbers)
    {
        string model = _files.Model(4);
        foreach (string[] command in new string[][] { ["compare", "--model", model], ["attribute", "--model", model],
            ["verify", "--model", model] })
            (await ImcRun.Of([.. command, option, numbers, "--data", _files.Data, "--images", "2"])).IsBadInput($"{option} is '{numbers}'",
                "divided by 255");
    }

    [Fact]
    public async Task As_metadata()
    {
        var model = OnnxFile.Load(_files.Model(4));
        ModelMetadata.Set(model, ModelMetadata.Mean, "123.675,116.28,103.53");
        OnnxFile.Save(model, _files["bytes.onnx"]);
        (await ImcRun.Of("compare", "--model", _files["bytes.onnx"], "--data", _files.Data)).IsBadInput(
            "Metadata imc.mean is '123.675,116.28,103.53'", "divided by 255");
    }
}
