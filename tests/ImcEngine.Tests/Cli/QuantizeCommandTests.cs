using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Data;
using ImcEngine.Tests.Importer.Packing;

namespace ImcEngine.Tests.Cli;

public sealed class QuantizeCommandTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_result_runs_on_the_macro_with_the_bits_asked_for_and_names_its_float_network()
    {
        string file = _folder["q.onnx"];
        var run = (await Quantize(file, "--set", "quantization.weightBits=3", "--set", "layers.layer2.*=digital")).Succeeds();
        Assert.Equal($"'{file}' written, calibrated on 2 images of images.bin; 'imc inspect' shows its layers.", run.Lines[^1]);
        var imported = NetworkImporter.Import(file);
        Assert.Equal("float.onnx", imported.Metadata["imc.float"]);
        Assert.All(imported.Network.MacroLayers,
            layer => Assert.Equal(("unipolar:4", "twos-complement:3"), (layer.InputFormat.ToString(), layer.WeightFormat.ToString())));
        var digital = imported.Layers.Where(layer => !layer.OnMacro).Select(layer => layer.Name);
        Assert.Equal(["conv1", "layer2.0.conv1", "layer2.0.conv2", "layer2.0.downsample.0", "layer2.1.conv1", "layer2.1.conv2",
            imported.Layers[^1].Name], digital);
    }

    [Fact]
    public async Task A_first_layer_that_is_put_on_the_macro_has_its_image_sampled()
    {
        // Normalized bytes are of both signs; CIFAR-10's largest, of the blue plane,
        // is (1 - 0.4465) / 0.2616 = 2.116, so minmax steps it by at most that / 7.
        (await Quantize(_folder["q.onnx"], "--set", "layers.conv1.digital=false", "--set", "quantization.method=minmax")).Succeeds();
        var network = NetworkImporter.Import(_folder["q.onnx"]).Network;
        var quantizer = network.Nodes.OfType<QuantizeNode>().Single(node => node.Result == network.MacroLayers[0].Inputs[0]);
        Assert.Equal(("conv1", "twos-complement:4"), (network.MacroLayers[0].Name, quantizer.Format.ToString()));
        Assert.InRange(quantizer.Step, 1 / 7f, 2.13f / 7);
    }

    [Fact]
    public async Task A_network_of_which_nothing_would_be_quantized_is_refused()
    {
        (await Quantize(_folder["q.onnx"], "--set", "layers.*=digital")).IsBadInput("No layer of", "would be quantized", ".digital=false");
        Assert.False(File.Exists(_folder["q.onnx"]));
    }

    [Fact]
    public async Task Threads_change_nothing_and_calibration_images_do()
    {
        (await Quantize(_folder["one.onnx"], "--threads", "1")).Succeeds();
        (await Quantize(_folder["three.onnx"], "--threads", "3")).Succeeds();
        (await Quantize(_folder["first.onnx"], "--calibration-data", _folder["images.bin"])).Succeeds();
        Assert.Equal(File.ReadAllBytes(_folder["one.onnx"]), File.ReadAllBytes(_folder["three.onnx"]));
        Assert.NotEqual(File.ReadAllBytes(_folder["one.onnx"]), File.ReadAllBytes(_folder["first.onnx"]));
    }

    [Fact]
    public async Task Preprocessing_given_by_option_travels_with_the_result()
    {
        (await Quantize(_folder["q.onnx"], "--mean", "0.5,0.5,0.5")).Succeeds();
        var preprocessing = NetworkImporter.Import(_folder["q.onnx"]).Network.Preprocessing;
        Assert.Equal([0.5f, 0.5f, 0.5f], preprocessing.Mean);
        Assert.Equal(Preprocessing.Cifar10.Std, preprocessing.Std);
    }

    [Fact]
    public async Task A_result_elsewhere_says_how_to_compare_it()
    {
        Directory.CreateDirectory(_folder["elsewhere"]);
        var run = (await Quantize(_folder["elsewhere/q.onnx"])).Succeeds();
        Assert.Contains("--float", run.Lines[^1], StringComparison.Ordinal);
        Assert.DoesNotContain("imc.float", NetworkImporter.Import(_folder["elsewhere/q.onnx"]).Metadata.Keys);
    }

    [Fact]
    public async Task A_quantized_network_is_refused()
    {
        Model(4, "quantized.onnx");
        Images();
        (await ImcRun.Of("quantize", _folder["quantized.onnx"], "--out", _folder["q.onnx"], "--data", _folder["images.bin"],
            "--calibration", "2")).IsBadInput("quantized already");
        Assert.False(File.Exists(_folder["q.onnx"]));
    }

    [Fact]
    public async Task More_calibration_images_than_there_are_are_refused() =>
        (await Quantize(_folder["q.onnx"], "--calibration", "5")).IsBadInput("Calibration takes the last 5 of 5 images");

    [Fact]
    public async Task No_threads_are_refused() =>
        (await Quantize(_folder["q.onnx"], "--threads", "0")).IsBadInput("--threads is '0'; allowed is a whole number from 1 to 1024.");

    private Task<ImcRun> Quantize(string file, params string[] options)
    {
        Model(32, "float.onnx");
        Images();
        string[] calibration = options.Contains("--calibration") ? [] : ["--calibration", "2"];
        return ImcRun.Of(["quantize", _folder["float.onnx"], "--out", file, "--data", _folder["images.bin"], .. calibration, .. options]);
    }

    private void Model(int bits, string file) =>
        OnnxFile.Save(NetworkPacker.Pack(NpzFile.Read(new TinyResNet(bits).ToArchive().ToStream(), "test"), "resnet18-cifar", new()),
            _folder[file]);

    private void Images()
    {
        string written = CifarFormat.Write(Shapes10.Render(Split.Test, 5), Split.Test, _folder["set"]).Single();
        File.Copy(written, _folder["images.bin"], overwrite: true);
    }
}
