using ImcEngine.Data;
using ImcEngine.Networks.Execution;
using ImcEngine.Reference;
using ImcEngine.Tests.Architecture;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>The layers of the presets' networks, run as a network runs them, against the normative reference: sums and float results, bit
/// for bit. Not in children: there <see cref="PresetLogitsTests"/> holds every kernel to the logits of these layers.</summary>
[Trait(ChildTestRun.InChildren, ChildTestRun.Never)]
public class PresetReferenceTests
{
    /// <summary>The reference walks through every cell: larger layers are left to smaller precisions.</summary>
    private const long MostCellEvents = 8_000_000;

    /// <summary>An image as the first of its source, since the reference draws for that.</summary>
    private static readonly ImageSet Third =
        new("third", PresetNetworks.Shapes.ClassNames, PresetNetworks.Shapes.Image(3), [(byte)PresetNetworks.Shapes.Label(3)]);

    [Theory]
    [MemberData(nameof(PresetNetworks.Presets), MemberType = typeof(PresetNetworks))]
    public void Layers_give_the_references_results_on_the_codes_they_see(string preset)
    {
        var network = PresetNetworks.Of(preset);
        var die = new Die(network.Mapped, network.Run, network.Calibration);
        int compared = 0;
        new NetworkRunner(network.Mapped, new(1)).Observe(Third, 0, die, (layer, codes, result) =>
        {
            var node = network.Mapped.Network.MacroLayers[layer];
            var map = network.Mapped.Layers[layer].Map;
            if (node.Geometry.WeightCount * node.Geometry.OutputPixels * map.PlanePairs > MostCellEvents) return;
            Assert.Equal(Expected(network, die.Layers[layer], layer, codes.ToArray()), result.ToArray());
            compared++;
        });
        Assert.True(compared >= 2, $"{compared} layers were small enough.");
    }

    private static float[] Expected(PresetNetworks network, DieLayer layer, int ordinal, short[] codes)
    {
        var node = network.Mapped.Network.MacroLayers[ordinal];
        var adc = layer.Adcs.Transfers[0];
        var reference = new ReferenceLayer(node.Geometry, node.InputFormat, node.WeightFormat, node.WeightCodes,
            node.InputMayBeUndriven, ordinal);
        var sums = new ReferenceMacro(reference, network.Run.Macro, adc).Run(codes);
        var groups = ReferenceRowGroups.Cut(node.Geometry, network.Run.Macro.Rows, network.Run.Macro.Mapping,
            network.Run.Macro.LegacyOverfull);
        return [
            .. sums.Acc.Select((acc, i) => new ReferenceScale(reference, new(reference, network.Run.Macro), groups.Count,
            groups.Max(group => group.Length), adc, sums.Unit, node.ResultScale[i / node.Geometry.OutputPixels],
            node.ResultShift[i / node.Geometry.OutputPixels]).Result(acc))];
    }
}
