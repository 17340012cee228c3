using ImcEngine.Cli;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.Cli;

public class ShippedNetworksTests
{
    public static TheoryData<string> Files => [.. ShippedNetworks.All.Select(network => network.File)];

    [Theory, MemberData(nameof(Files))]
    public void Each_has_the_operands_that_are_said(string file)
    {
        var said = ShippedNetworks.All.Single(network => network.File == file);
        var imported = NetworkImporter.Import(Path.Combine(Repository.Root, "weights", file));
        Assert.All(imported.Network.MacroLayers, layer => Assert.Equal((said.Input, said.Weight), (layer.InputFormat, layer.WeightFormat)));
    }

    [Fact]
    public void All_that_are_quantized_are_listed() => Assert.Equal(
        Repository.Files.Where(file => file.StartsWith("weights/", StringComparison.Ordinal)
            && file.EndsWith(".onnx", StringComparison.Ordinal) && !file.Contains("-fp32", StringComparison.Ordinal))
            .Select(Path.GetFileName).Order(StringComparer.Ordinal),
            ShippedNetworks.All.Select(network => network.File).Order(StringComparer.Ordinal));

    [Theory]
    [InlineData("xnor-256", "resnet18-cifar10-w1a1.onnx")]
    [InlineData("xnor-sram", "resnet18-cifar10-w1a1.onnx")]
    [InlineData("c3sram-256x64", "resnet18-cifar10-w1a1.onnx")]
    [InlineData("ternary-bscha", "resnet18-cifar10-w1a1.onnx")]
    [InlineData("d21-cifar-1bit", "resnet18-cifar10-w1a1.onnx")]
    [InlineData("d21-cifar-2bit", "resnet18-cifar10-w2a2-d21.onnx")]
    [InlineData("d21-cifar-4bit", "resnet18-cifar10-w4a4-d21.onnx")]
    [InlineData("d21-imagenet-2bit", "resnet18-cifar10-w2a2.onnx")]
    public async Task A_preset_for_other_operands_than_the_usual_network_s_names_one_that_has_them(string preset, string file)
    {
        foreach (string command in new[] { "compare", "attribute" })
            (await ImcRun.Of(command, "--macro", preset)).IsBadInput($"Macro '{preset}' takes ",
                "has unipolar:4 inputs with twos-complement:4 weights",
                $"'imc data cifar10'", $"'imc {command} --macro {preset} --model weights/{file} --data cifar10'");
    }

    [Fact]
    public void Every_other_preset_takes_the_usual_network() => Assert.Equal(
        ["cr-cim", "d21-imagenet-4bit", "default", "ideal", "jia-jssc2020", "pico-ram", "wang-vlsi2022"],
        MacroPresets.Names.Where(name => ShippedNetworks.All[0].Fits(MacroPresets.Get(name))).Order(StringComparer.Ordinal));
}
