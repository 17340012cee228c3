using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Importer.Lowering;
using ImcEngine.Tests.Networks.Digital;

namespace ImcEngine.Tests.Importer.Packing;

/// <summary>D21's networks for ImageNet: torchvision's ResNet18, latent weights and PACT's alphas, on their presets.</summary>
public class LatentTopologyTests
{
    private static readonly PackOptions TwoBits = new() { WeightFormat = new(2, OperandEncoding.Bipolar), Latent = D21Alpha.Sawb };
    private static readonly PackOptions FourBits = new()
    {
        WeightFormat = new(4, OperandEncoding.TwosComplement), Latent = D21Alpha.MeanAbs,
    };

    private static float? Alpha(string layer) => 1 + layer.Length / 16f;

    private static OnnxModel Pack(TorchResNet18 network, TorchExport form, PackOptions options,
        Dictionary<string, NpyFile>? archive = null) =>
        OnnxFile.Read(new MemoryStream(OnnxFile.ToBytes(
            TopologyPacker.Pack(archive ?? network.Archive(Alpha), network.Export(form), "resnet18.onnx", options))));

    public static TheoryData<string> Presets => ["d21-imagenet-2bit", "d21-imagenet-4bit"];

    private static PackOptions OptionsOf(string preset) => preset == "d21-imagenet-2bit" ? TwoBits : FourBits;

    [Theory]
    [MemberData(nameof(Presets))]
    public void Every_export_of_a_network_gives_the_same_logits_on_the_preset(string preset)
    {
        var network = new TorchResNet18(width: 8, size: 40, classes: 12);
        var run = new RunSpec { Macro = MacroPresets.Get(preset) };
        float[] image = AgainstOnnxRuntime.Numbers(3 * 40 * 40, seed: 3);
        float[][] logits = [.. Enum.GetValues<TorchExport>().Select(form =>
        {
            var imported = AgainstOnnxRuntime.Agrees(Pack(network, form, OptionsOf(preset)));
            Assert.Equal(2, imported.Layers.Count(layer => !layer.OnMacro));
            Assert.False(imported.Layers[0].OnMacro || imported.Layers[^1].OnMacro);
            var mapped = new MappedNetwork(imported.Network, run.Macro);
            return new NetworkRunner(mapped, new(1)).Observe(image, new(mapped, run, null), null);
        })];
        Assert.True(logits[0].Distinct().Count() > 1);
        for (int form = 1; form < logits.Length; form++) Floats.AssertSameBits(logits[0], logits[form], $"export {(TorchExport)form}");
    }

    [Theory]
    [MemberData(nameof(Presets))]
    public void Weights_and_activations_are_quantized_as_D21_does(string preset)
    {
        var network = new TorchResNet18(width: 4, size: 32, classes: 12);
        var options = OptionsOf(preset);
        var imported = NetworkImporter.Import(Pack(network, TorchExport.Plain, options)).Network;
        Assert.Equal(network.InnerLayers.Order(), imported.MacroLayers.Select(layer => layer.Name).Order());
        foreach (var layer in imported.MacroLayers)
        {
            var expected = D21Quantizers.Weights(network[layer.Name + ".weight"], options.WeightFormat!.Value, options.Latent!.Value);
            Assert.Equal(expected.Codes, layer.WeightCodes);
            var quantizer = imported.Nodes.OfType<QuantizeNode>().Single(node => node.Result == layer.Inputs[0]);
            Assert.Equal(Alpha(layer.Name)!.Value / layer.InputFormat.MaxCode, quantizer.Step);
            Assert.Equal(new(options.WeightFormat.Value.Bits, OperandEncoding.Unipolar), layer.InputFormat);
        }
    }

    [Fact]
    public void ResNet18_at_224x224_goes_onto_the_macro_but_for_the_first_and_the_last_layer()
    {
        var network = new TorchResNet18(width: 32, size: 224, classes: 1000);
        var imported = NetworkImporter.Import(Pack(network, TorchExport.Folded, TwoBits)).Network;
        var layers = imported.MacroLayers;
        Assert.Equal(19, layers.Count);
        Assert.Equal((1000, 56, 7), (imported.Classes, layers[0].Geometry.InputHeight, layers[^1].Geometry.InputHeight));
        // At width 64 all layers have 1,814,073,344 multiply-accumulates, the first of them 118,013,952 and the last 512,000.
        Assert.Equal(1_695_547_392 / 4, layers.Sum(layer => layer.Geometry.WeightCount * layer.Geometry.OutputPixels));
    }

    [Fact]
    public void The_named_topology_is_the_same_network()
    {
        var network = new TorchResNet18(width: 4, size: 224, classes: 12);
        var arrays = network.Archive(_ => null);
        for (int stage = 1; stage <= 4; stage++)
            foreach (string quantizer in new[] { "0.quant1", "0.quant2", "1.quant1", "1.quant2" })
                arrays[$"layer{stage}.{quantizer}.alpha"] = TorchResNet18.Npy("alpha", [1.5f]);
        var named = NetworkImporter.Import(NetworkPacker.Pack(arrays, "resnet18-imagenet", TwoBits)).Network;
        var ofFile = NetworkImporter.Import(Pack(network, TorchExport.Plain, TwoBits, network.Archive(_ => 1.5f))).Network;
        float[] image = AgainstOnnxRuntime.Numbers(3 * 224 * 224, seed: 4);
        float[] Logits(Network each) =>
            new NetworkRunner(new(each, MacroPresets.Get("d21-imagenet-2bit")), new(1)).Observe(image, null, null);
        Floats.AssertSameBits(Logits(named), Logits(ofFile), "the topology of the file");
        Assert.Equal([0.485f, 0.456f, 0.406f], named.Preprocessing.Mean);
    }

    [Fact]
    public void What_does_not_fit_is_named()
    {
        var network = new TorchResNet18(width: 4, size: 32, classes: 12);
        string Refused(TorchExport form, Action<Dictionary<string, NpyFile>> change, PackOptions? options = null)
        {
            var archive = network.Archive(Alpha);
            change(archive);
            return Assert.Throws<ImcException>(() => Pack(network, form, options ?? TwoBits, archive)).Message;
        }
        Assert.Contains("'layer1.0.conv1.bias' [4] is missing, or the batch norm after it ('layer1.0.bn1.weight', 'layer1.0.bn1.bias',",
            Refused(TorchExport.FoldedNamed, archive => archive.Remove("layer1.0.bn1.running_var")), StringComparison.Ordinal);
        Assert.Contains("'layer1.0.bn1.weight' is [3]; it must be [4]",
            Refused(TorchExport.Folded, archive => archive["layer1.0.bn1.weight"] = TorchResNet18.Npy("bn", [1, 1, 1], 3)),
            StringComparison.Ordinal);
        Assert.Contains("'layer1.0.conv2.weight' [4, 4, 3, 3] is missing",
            Refused(TorchExport.Plain, archive => archive.Remove("layer1.0.conv2.weight")), StringComparison.Ordinal);
        Assert.Contains("'layer1.0.conv2.input.step' and 'layer1.0.conv2.input.alpha' say the same",
            Refused(TorchExport.Plain, archive => archive["layer1.0.conv2.input.step"] = TorchResNet18.Npy("step", [1])),
            StringComparison.Ordinal);
        Assert.Contains("'layer1.0.conv2.input.alpha' holds -1; the alpha must be positive",
            Refused(TorchExport.Folded, archive => archive["layer1.0.conv2.input.alpha"] = TorchResNet18.Npy("alpha", [-1])),
            StringComparison.Ordinal);
        Assert.Contains("no layer has an input step or alpha", Refused(TorchExport.Plain, archive =>
        {
            foreach (string layer in network.InnerLayers) archive.Remove($"{layer}.input.alpha");
        }), StringComparison.Ordinal);
        Assert.Contains("the archive holds codes: 'fc.codes'",
            Refused(TorchExport.Plain, archive => archive["fc.codes"] = TorchResNet18.Npy("fc.codes", [1], 1)), StringComparison.Ordinal);
        Assert.Contains("have no format of their own",
            Refused(TorchExport.Plain, _ => { }, new() { Latent = D21Alpha.Sawb }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/conv1/Conv", "conv1", "bn1")]
    [InlineData("/layer2/layer2.0/downsample/downsample.0/Conv", "layer2.0.downsample.0", "layer2.0.downsample.1")]
    [InlineData("/features/features.3/Conv", "features.3", "features.4")]
    [InlineData("/fc/Gemm", "fc", null)]
    [InlineData("Conv_0", null, null)]
    [InlineData("/Flatten", null, null)]
    public void Nodes_of_exports_name_their_module_and_modules_their_norm(string node, string? module, string? norm)
    {
        Assert.Equal(module, PyTorchNames.ModuleOf(node));
        if (module is not null) Assert.Equal(norm, PyTorchNames.NormOf(module));
    }
}
