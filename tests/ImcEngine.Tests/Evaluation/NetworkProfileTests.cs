using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Tests.Networks;

namespace ImcEngine.Tests.Evaluation;

public class NetworkProfileTests
{
    private static readonly ImageSet Images = Shapes10.Render(Split.Test, 3);
    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=[0,90]");
    private static readonly MappedNetwork Mapped = new(TinyNetworks.FourBits(), Run.Macro);

    [Fact]
    public void Every_step_is_timed_and_a_layers_figures_follow_from_its_time()
    {
        var die = new Die(Mapped, Run, null);
        var profile = NetworkProfile.Measure(die, Images, new(2));
        var runner = new NetworkRunner(Mapped, new(2));
        Assert.Equal(Mapped.Network.Nodes.Select(node => node.Name), profile.Steps.Select(step => step.Name));
        Assert.Equal(1, profile.Steps.Sum(step => step.Share), 9);
        Assert.All(profile.Steps.Where(step => !step.Name.StartsWith("add", StringComparison.Ordinal)),
            step => Assert.True(step.SecondsPerImage > 0, step.Name));

        var layers = profile.Steps.Where(step => step.Kind == StepKind.Macro).ToList();
        Assert.Equal(Mapped.Network.MacroLayers.Select(layer => layer.Name), layers.Select(layer => layer.Name));
        Assert.Equal(Mapped.ConversionsPerImage,
            (long)Math.Round(layers.Sum(layer => layer.Macro!.ConversionsPerSecond * layer.SecondsPerImage)));
        Assert.Equal(Mapped.Arrays, layers.Sum(layer => layer.Macro!.Arrays));
        foreach (var (layer, i) in layers.Select((layer, i) => (layer, i)))
        {
            var g = Mapped.Layers[i].Map.Geometry;
            // 4 input planes x 4 weight planes.
            Assert.Equal((double)g.WeightCount * g.OutputPixels * 16, layer.Macro!.BinaryMacsPerSecond * layer.SecondsPerImage, 3);
            Assert.Equal(die.Layers[i].KernelFor(runner.ImagesTogether(Images.Count)).Name, layer.Macro.Kernel);
        }
    }

    [Theory]
    [InlineData("pixels-64", true)]
    [InlineData("vertical-64", false)]
    public void A_node_that_a_layers_step_computes_counts_to_the_layer(string kernel, bool isFused)
    {
        var die = new Die(Mapped, Run, null, kernel);
        var seconds = NetworkProfile.Measure(die, Images.First(1), new(1)).Steps.ToDictionary(step => step.Name,
            step => step.SecondsPerImage);
        var additions = Mapped.Network.Nodes.OfType<BinaryNode>().Select(node => node.Name).AtLeastOne();
        Assert.All(additions, name => Assert.Equal(isFused, seconds[name] == 0));
        Assert.All(seconds.Where(each => !each.Key.StartsWith("add", StringComparison.Ordinal)),
            each => Assert.True(each.Value > 0, each.Key));
    }

    [Fact]
    public void The_density_is_that_of_the_codes_which_the_layers_see()
    {
        var die = new Die(Mapped, Run, null);
        var codes = new List<short>[Mapped.Layers.Count];
        for (int i = 0; i < Images.Count; i++)
            new NetworkRunner(Mapped, new(1)).Observe(Images, i, die, (layer, seen, _) => (codes[layer] ??= []).AddRange(seen));
        var profile = NetworkProfile.Measure(die, Images, new(1));
        Assert.Equal(codes.Select(seen => BitDensity.Measure(seen.ToArray(), new(4, OperandEncoding.Unipolar))),
            profile.Steps.Select(step => step.Macro?.Density).OfType<double>());
    }

    [Fact]
    public void Threads_that_share_an_image_are_held_against_as_many_bounds()
    {
        var die = new Die(Mapped, Run, null, "vertical-64");
        // Of the bound's rate, what the layers' rates are taken of: threads over the share of rows that are added, which no time changes.
        double[] Held(RunnerOptions runner)
        {
            var profile = NetworkProfile.Measure(die, Images.First(1), runner);
            var bound = profile.Bounds["vertical-64"];
            return [.. profile.Steps.Select(step => step.Macro).OfType<MacroProfile>()
                .Select(layer => layer.BinaryMacsPerSecond / layer.OfBound!.Value / (bound.AddersPerSecond * bound.Lanes))];
        }
        double[] one = Held(new(1)), two = Held(new(2, 1));
        Assert.All(one.Zip(two).AtLeastOne(), each => Assert.Equal(2 * each.First, each.Second, each.First * 1e-9));
    }

    [Fact]
    public void A_kernel_of_full_adders_is_held_against_the_bound_of_its_width_and_others_are_not()
    {
        var forced = NetworkProfile.Measure(new(Mapped, Run, null, "vertical-64"), Images.First(1), new(1));
        Assert.Equal((64, 5), (forced.Bounds["vertical-64"].Lanes, forced.Bounds["vertical-64"].OperationsPerAdder));
        Assert.All(forced.Steps.Where(step => step.Macro is not null).AtLeastOne(),
            step => Assert.True(step.Macro!.OfBound > 0, step.Name));
        foreach (var kernel in (KernelId[])[KernelId.Exact, KernelId.PerConversion, KernelId.Popcount])
            Assert.Null(LogicBound.Measure(kernel, 1));
        Assert.Equal(["exact"],
            NetworkProfile.Measure(new(Mapped, Run.WithExactSums(), null), Images.First(1), new(1)).Steps.Select(step => step.Macro?.Kernel)
                .OfType<string>().Distinct());
    }

    [Fact]
    public void The_bound_grows_with_the_rows_that_are_left_out()
    {
        var bound = new LogicBound(Lanes: 256, OperationsPerAdder: 5, AddersPerSecond: 1e9);
        Assert.Equal(5e9, bound.OperationsPerSecond);
        Assert.Equal(512e9, bound.BinaryMacsPerSecond(0.5));
        Assert.Equal(1024e9, bound.BinaryMacsPerSecond(0.25));
    }
}
