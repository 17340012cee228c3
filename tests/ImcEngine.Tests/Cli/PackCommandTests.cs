using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;
using ImcEngine.Tests.Importer.Quantization;

namespace ImcEngine.Tests.Cli;

public sealed class PackCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_packed_can_be_imported_with_its_metadata()
    {
        string model = _folder["m.onnx"];
        (await ImcRun.Of("pack", Archive(2), "--out", model, "--mean", "0.5,0.25,0.125", "--std", "1,0.5,0.25", "--float", "f.onnx",
            "--licence", "MIT")).Succeeds();
        var imported = NetworkImporter.Import(model);
        Assert.Equal([0.5f, 0.25f, 0.125f], imported.Network.Preprocessing.Mean);
        Assert.Equal([1f, 0.5f, 0.25f], imported.Network.Preprocessing.Std);
        Assert.Equal(("f.onnx", "MIT"), (imported.Metadata["imc.float"], imported.Metadata["imc.licence"]));
        Assert.Equal(19, imported.Network.MacroLayers.Count);
        Assert.Equal([_folder["codes.npz"], model], Directory.GetFiles(_folder.Path).Order());
    }

    [Fact]
    public async Task Codes_go_into_the_network_of_a_file()
    {
        string model = _folder["m.onnx"], archive = _folder["any.npz"];
        OnnxFile.Save(FloatModels.Chain(), _folder["chain.onnx"]);
        using (var file = File.Create(archive))
            new NpzWriter().Add("positive.codes", new sbyte[6 * 4 * 9], 6, 4, 3, 3).Add("positive.step", [0.5f])
                .Add("positive.input.step", [0.25f]).ToStream().CopyTo(file);
        (await ImcRun.Of("pack", archive, "--topology", _folder["chain.onnx"], "--out", model, "--weights", "twos-complement:3", "--mean",
            "0", "--std", "1", "--float", "chain.onnx")).Succeeds();
        var imported = NetworkImporter.Import(model);
        Assert.Equal("positive", Assert.Single(imported.Network.MacroLayers).Name);
        Assert.Equal(("0,0,0", "chain.onnx"), (imported.Metadata["imc.mean"], imported.Metadata["imc.float"]));
        (await ImcRun.Of("pack", archive, "--topology", _folder["absent.onnx"], "--out", model)).IsBadInput("absent.onnx");
    }

    [Fact]
    public async Task Formats_and_rules_can_be_chosen()
    {
        string model = _folder["m.onnx"];
        (await ImcRun.Of("pack", Archive(2), "--out", model, "--weights", "bipolar:3", "--activations", "bipolar-nearest",
            "--activation-bits", "2")).Succeeds();
        var layer = NetworkImporter.Import(model).Network.MacroLayers[0];
        Assert.Equal(("bipolar:2", "bipolar:3"), (layer.InputFormat.ToString(), layer.WeightFormat.ToString()));
    }

    [Fact]
    public async Task Latent_weights_make_a_network_of_a_D21_family()
    {
        string model = _folder["m.onnx"], archive = Archive(32);
        (await ImcRun.Of("pack", archive, "--out", model, "--latent", "mean-abs", "--weights", "bipolar:2", "--activations",
            "bipolar-shifted")).Succeeds();
        (await ImcRun.Of("inspect", model, "--macro", "d21-cifar-2bit")).Succeeds();
        (await ImcRun.Of("inspect", model, "--macro", "d21-imagenet-2bit")).IsBadInput("family 'd21-imagenet-2bit'",
            "activations bipolar:2, weights bipolar:2");
        (await ImcRun.Of("pack", archive, "--out", model, "--latent", "sawb", "--weights", "twos-complement:4")).IsBadInput(
            "no SAWB scale for twos-complement:4 weights");
    }

    [Fact]
    public async Task Latent_weights_of_a_PyTorch_network_go_into_its_export_for_a_D21_preset()
    {
        string model = _folder["m.onnx"], archive = _folder["state.npz"], topology = _folder["resnet18.onnx"];
        var network = new TorchResNet18(width: 4, size: 48, classes: 12);
        OnnxFile.Save(network.Export(TorchExport.Folded), topology);
        using (var file = File.Create(archive)) network.ToNpz(layer => layer == "layer4.1.conv2" ? null : 2).ToStream().CopyTo(file);
        var run = (await ImcRun.Of("pack", archive, "--topology", topology, "--out", model, "--latent", "sawb", "--weights", "bipolar:2",
            "--mean", "0.485,0.456,0.406", "--std", "0.229,0.224,0.225")).Succeeds();
        Assert.Contains("18 of 21 layers on the macro, digital /conv1/Conv, /layer4/layer4.1/conv2/Conv, fc;", run.Output,
            StringComparison.Ordinal);
        (await ImcRun.Of("inspect", model, "--macro", "d21-imagenet-2bit")).Succeeds();
        Assert.Equal([0.485f, 0.456f, 0.406f], NetworkImporter.Import(model).Network.Preprocessing.Mean);
    }

    [Theory]
    [InlineData("--latent", "max", "--latent is 'max'; allowed is mean-abs, sawb.")]
    [InlineData("--weights", "bipolar", "--weights: 'bipolar' is not an operand format")]
    [InlineData("--weights", "bipolar:1", "not a code of bipolar:1")]
    [InlineData("--activations", "round", "--activations is 'round'; allowed is nearest")]
    [InlineData("--activation-bits", "9", "--activation-bits is '9'; allowed is a whole number from 1 to 8.")]
    [InlineData("--topology", "vgg", "Topology 'vgg' is unknown")]
    [InlineData("--output", "y", "--input-shape and --output are for an ONNX topology")]
    [InlineData("--mean", "0.5,0.5", "--mean is '0.5,0.5'; write 3 numbers, or one for all channels")]
    [InlineData("--std", "1,0,1", "--std is '1,0,1'; write 3 positive numbers, or one for all channels")]
    public async Task What_cannot_be_packed_is_named_and_nothing_is_written(string option, string argument, string message)
    {
        string model = _folder["m.onnx"];
        (await ImcRun.Of("pack", Archive(2), "--out", model, option, argument)).IsBadInput(message);
        Assert.Equal([_folder["codes.npz"]], Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public async Task An_archive_that_is_absent_is_named() =>
        (await ImcRun.Of("pack", "no.npz", "--out", _folder["m.onnx"])).IsBadInput("'no.npz'");

    [Fact]
    public async Task A_place_that_cannot_be_written_is_named() =>
        (await ImcRun.Of("pack", Archive(2), "--out", _folder["no/m.onnx"])).IsBadInput($"'{_folder["no/m.onnx"]}' cannot be written");

    private string Archive(int bits)
    {
        string file = _folder["codes.npz"];
        File.WriteAllBytes(file, new TinyResNet(bits).ToArchive().ToStream().ToArray());
        return file;
    }
}
