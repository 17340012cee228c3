using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Reference;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.EndToEnd;

/// <summary>D21's ImageNet 2-bit family with its published noise on the sums over kernel positions, under a whole network.</summary>
public class SecondStageNetworkTests
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Test, 5);
    private static readonly RunSpec Run = RunSpecJson.Set(new() { Macro = MacroPresets.Get("d21-imagenet-2bit") },
        "macro.rows=20", "macro.columns=30", "macro.adc.boundCounts=10", "macro.adc.secondNoiseMean=-0.8",
        "macro.adc.secondNoiseSigma=2.8");
    private static readonly MappedNetwork Mapped =
        new(TinyNetworks.Of(new(2, OperandEncoding.Unipolar), new(2, OperandEncoding.Bipolar), QuantizerKind.Nearest), Run.Macro);
    private static readonly Die Die = new(Mapped, Run, null);

    [Fact]
    public void Results_depend_on_seed_and_repeat_and_not_on_batch_threads_or_subset()
    {
        float[] all = Logits(Images, new(1));
        Assert.Equal("per-conversion", Die.KernelNames);
        Assert.Equal(all, Logits(Images, new(2, 3)));
        Assert.Equal(all, Logits(Images, new(3, 1)));
        Assert.Equal(all[30..40], Logits(Images.Slice(3, 1), new(1)));
        Assert.NotEqual(all, new NetworkRunner(Mapped, new(2)).Run(Images, Die, noise: new(8)));
        Assert.NotEqual(all, new NetworkRunner(Mapped, new(2)).Run(Images, Die, noise: new(7, Repeat: 1)));
    }

    [Fact]
    public void Layers_give_the_references_results_on_the_codes_they_see()
    {
        var compared = new List<string>();
        new NetworkRunner(Mapped, new(1)).Observe(Images, 2, Die, (ordinal, codes, result) =>
        {
            var node = Mapped.Network.MacroLayers[ordinal];
            if (node.Name is not (TinyNetworks.Grouped or TinyNetworks.Down or TinyNetworks.Fc1)) return;
            Assert.Equal(Expected(ordinal, node, codes.ToArray(), image: 2), result.ToArray());
            compared.Add(node.Name);
        }, null, new(7));
        Assert.Equal(3, compared.Count);
    }

    [Fact]
    public void A_converter_that_passes_every_sum_is_not_transparent_before_a_second_stage()
    {
        // 21 levels 1 count apart on 10 rows.
        var passes = RunSpecJson.Set(Run, "macro.rows=10", "macro.adc.levels=21", "macro.adc.secondNoiseMean=null",
            "macro.adc.secondNoiseSigma=null");
        var mapped = new MappedNetwork(Mapped.Network, passes.Macro);
        Assert.Equal("exact", new Die(mapped, passes, null).KernelNames);
        var quiet = new Die(mapped, RunSpecJson.Set(passes, "macro.adc.secondNoiseMean=0", "macro.adc.secondNoiseSigma=0"), null);
        Assert.Equal("per-conversion", quiet.KernelNames);
        Assert.All(quiet.Layers, layer => Assert.False(layer.Adcs.IsTransparent));
    }

    [Fact]
    public void Another_mapping_is_refused_by_name()
    {
        var run = Run with { Macro = Run.Macro with { Mapping = MappingKind.WholeTaps } };
        var error = Assert.Throws<ImcException>(() => new Die(new(Mapped.Network, run.Macro), run, null));
        Assert.Contains("adc.secondNoiseSigma", error.Message, StringComparison.Ordinal);
        Assert.Contains("single-tap", error.Message, StringComparison.Ordinal);
    }

    private static float[] Expected(int ordinal, MacroNode node, short[] codes, int image)
    {
        var adc = Die.Layers[ordinal].Adcs.Transfers[0];
        var seeds = new ReferenceSeeds(0, 7);
        var layer = new ReferenceLayer(node.Geometry, node.InputFormat, node.WeightFormat, node.WeightCodes,
            node.InputMayBeUndriven, ordinal);
        var sums = new ReferenceMacro(layer, Run.Macro, adc, seeds).Run(codes, image);
        var groups = ReferenceRowGroups.Cut(node.Geometry, Run.Macro.Rows, Run.Macro.Mapping, Run.Macro.LegacyOverfull);
        var second = new ReferenceSecondStage(Run.Macro.Adc, adc, ordinal, seeds);
        return [.. sums.Acc.Select((acc, i) => new ReferenceScale(layer, new(layer, Run.Macro), groups.Count,
            groups.Max(group => group.Length), adc, sums.Unit, node.ResultScale[i / node.Geometry.OutputPixels],
            node.ResultShift[i / node.Geometry.OutputPixels], second).Result(acc))];
    }

    private static float[] Logits(ImageSet images, RunnerOptions options) =>
        new NetworkRunner(Mapped, options).Run(images, Die, noise: new(7));
}
