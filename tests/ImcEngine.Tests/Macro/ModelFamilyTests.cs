using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Macro;

public class ModelFamilyTests
{
    /// <summary>The D21 paper's operands, by preset.</summary>
    public static TheoryData<string, string, string> Families => new()
    {
        { "d21-cifar-1bit", "bipolar:1", "bipolar:1" },
        { "d21-cifar-2bit", "bipolar:2", "bipolar:2" },
        { "d21-cifar-4bit", "bipolar:4", "bipolar:4" },
        { "d21-imagenet-2bit", "unipolar:2", "bipolar:2" },
        { "d21-imagenet-4bit", "unipolar:4", "twos-complement:4" },
    };

    [Theory, MemberData(nameof(Families))]
    public void A_D21_preset_takes_the_networks_of_its_family(string preset, string input, string weight)
    {
        Assert.Single(new MappedNetwork(Network(input, weight), MacroPresets.Get(preset)).Layers);
    }

    [Theory, MemberData(nameof(Families))]
    public void A_D21_preset_refuses_other_networks_and_names_both_families(string preset, string input, string weight)
    {
        foreach (var (otherInput, otherWeight) in new[] { ("unipolar:8", weight), (input, "twos-complement:8") })
        {
            var network = Network(otherInput, otherWeight);
            var e = Assert.Throws<ImcException>(() => new MappedNetwork(network, MacroPresets.Get(preset)));
            var run = new RunSpec { Macro = MacroPresets.Get(preset) };
            Assert.Equal(e.Message, Assert.Throws<ImcException>(() => MappingReport.Create(network, run)).Message);
            Assert.Contains($"family '{preset}': activations {input}, weights {weight}.", e.Message, StringComparison.Ordinal);
            Assert.Contains($"Layer 'fc' of network 'net' has activations {otherInput}, weights {otherWeight}.", e.Message,
                StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Without_the_demand_any_network_that_the_cells_take_is_mapped()
    {
        var macro = RunSpecJson.Set(new RunSpec { Macro = MacroPresets.Get("d21-cifar-4bit") }, "macro.family=null").Macro;
        Assert.Single(new MappedNetwork(Network("bipolar:2", "bipolar:2"), macro).Layers);
    }

    private static Network Network(string input, string weight)
    {
        var inputFormat = OperandFormat.Parse(input);
        var weightFormat = OperandFormat.Parse(weight);
        short code = (short)weightFormat.MaxCode;
        return new("net", [new("image", new(2)), new("codes", new(2), IsCodes: true), new("logits", new(1))],
        [
            new QuantizeNode("quantize", [0], 1, QuantizerKind.Nearest, inputFormat, 1, inputFormat.MinCode, inputFormat.MaxCode),
            new MacroNode("fc", [1], 2, ConvGeometry.Linear(2, 1), inputFormat, weightFormat, [code, code], [1], [0]),
        ], 2, Preprocessing.Cifar10);
    }
}
