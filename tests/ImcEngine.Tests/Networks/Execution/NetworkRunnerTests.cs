using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Kernels.Selection;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>Logits depend on network, macro and image, and on nothing else, bit for bit.</summary>
public class NetworkRunnerTests
{
    private const int Images = 20;

    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images);
    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=[0,90]");
    private static readonly MappedNetwork Mapped = new(TinyNetworks.FourBits(), Run.Macro);
    private static readonly Die Die = new(Mapped, Run, null);
    private static readonly float[] Logits = new NetworkRunner(Mapped, new(1, 64)).Run(Shapes, Die);
    private static readonly float[] Digital = new NetworkRunner(Mapped, new(1, 64)).Run(Shapes, null);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 1)]
    [InlineData(5, 1)]
    [InlineData(1, 3)]
    [InlineData(2, 3)]
    [InlineData(5, 3)]
    [InlineData(2, 64)]
    [InlineData(5, 64)]
    public void Batch_and_threads_change_no_logit(int threads, int batch)
    {
        var runner = new NetworkRunner(Mapped, new(threads, batch));
        Assert.Equal(Logits, runner.Run(Shapes, Die));
        Assert.Equal(Digital, runner.Run(Shapes, null));
    }

    public static TheoryData<string> Kernels { get; } =
        [.. KernelRegistry.All.Where(kernel => kernel.IsAvailable).Select(kernel => kernel.Name)];

    [Theory]
    [MemberData(nameof(Kernels))]
    public void Every_kernel_gives_the_same_logits(string kernel)
    {
        var forced = new Die(Mapped, Run, null, kernel);
        Assert.All(forced.Layers, layer => Assert.Equal(kernel, layer.KernelName));
        Assert.Equal(Logits, new NetworkRunner(Mapped, new(2)).Run(Shapes, forced));
    }

    [Fact]
    public void The_macro_changes_logits_and_images_differ()
    {
        Assert.NotEqual(Digital, Logits);
        Assert.Equal(Images, Logits.Chunk(10).Select(ofImage => string.Join(' ', ofImage)).Distinct().Count());
    }

    [Fact]
    public void An_image_alone_or_in_another_order_has_the_logits_it_has_in_the_batch()
    {
        var runner = new NetworkRunner(Mapped, new(2, 3));
        Assert.Equal(Logits[170..180], runner.Run(Shapes.Slice(17, 1), Die));
        for (int image = Images - 1; image >= 0; image--)
            Assert.Equal(Logits[(image * 10)..(image * 10 + 10)], runner.Observe(Shapes, image, Die, null));
    }

    [Fact]
    public void A_state_that_carried_other_networks_images_leaves_no_trace()
    {
        var runner = new NetworkRunner(Mapped, new(1, 1));
        runner.Run(Shapes, null);
        Assert.Equal(Logits, runner.Run(Shapes, Die));
        Assert.Equal(Digital, runner.Run(Shapes, null));
    }

    [Theory]
    [InlineData(OperandEncoding.Unipolar, OperandEncoding.TwosComplement)]
    [InlineData(OperandEncoding.TwosComplement, OperandEncoding.Bipolar)]
    [InlineData(OperandEncoding.Bipolar, OperandEncoding.Bipolar)]
    public void A_transparent_converter_in_any_kernel_gives_the_logits_of_exact_sums(OperandEncoding activation, OperandEncoding weight)
    {
        var network = TinyNetworks.Of(new(2, activation), new(2, weight),
            activation == OperandEncoding.Bipolar ? QuantizerKind.BipolarNearest : QuantizerKind.Nearest);
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.bits=null", "macro.adc.lsbCounts=1");
        var mapped = new MappedNetwork(network, run.Macro);
        var images = Shapes.First(2);
        var runner = new NetworkRunner(mapped, new(2));
        float[] exact = runner.Run(images, null);
        var free = new Die(mapped, run, null);
        Assert.All(free.Layers, layer => Assert.True(layer.Adcs.IsTransparent));
        Assert.Equal("exact", free.KernelNames);
        Assert.Equal(exact, runner.Run(images, free));
        foreach (var kernel in KernelRegistry.All.Where(kernel => kernel.IsAvailable).AtLeastOne())
        {
            var forced = new Die(mapped, run, null, kernel.Name);
            Assert.Equal(kernel.Name, forced.KernelNames);
            Assert.Equal(exact, runner.Run(images, forced));
        }
    }

    [Fact]
    public void A_layer_with_a_transparent_converter_takes_the_exact_path_among_others_that_do_not()
    {
        var run = RunSpecJson.Set(Run, "macro.adc.bits=3", $"layers.{TinyNetworks.Conv2}.adc.bits=null",
            $"layers.{TinyNetworks.Conv2}.adc.lsbCounts=1");
        var free = new Die(Mapped, run, null);
        var emulated = new Die(Mapped, run, null, "popcount");
        Assert.Equal([TinyNetworks.Conv2], free.Layers.Select((layer, i) => (layer.KernelName, Mapped.Network.MacroLayers[i].Name))
            .Where(layer => layer.KernelName == "exact").Select(layer => layer.Name));
        Assert.Equal("popcount", emulated.KernelNames);
        Assert.False(free.HasExactSums);
        Assert.Equal(new NetworkRunner(Mapped, new(2)).Run(Shapes, emulated), new NetworkRunner(Mapped, new(1)).Run(Shapes, free));
    }

    [Fact]
    public void The_first_override_whose_glob_names_a_layer_makes_its_converter()
    {
        var run = RunSpecJson.Set(Run, "macro.adc.bits=4", "layers.*.adc.bits=3", "layers.block.?onv*.adc.bits=6");
        var die = new Die(Mapped,
            run with { Layers = [.. run.Layers.Where(layer => layer.Layers != "*"), .. run.Layers.Where(layer => layer.Layers == "*")] },
            null);
        Assert.Equal([64, 64, 8, 8, 8], die.Layers.Select(layer => layer.Adcs.Transfers[0].Codes));
        Assert.Equal([TinyNetworks.Conv1, TinyNetworks.Conv2, TinyNetworks.Down, TinyNetworks.Grouped, TinyNetworks.Fc1],
            Mapped.Network.MacroLayers.Select(layer => layer.Name));
        Assert.NotEqual(Logits, new NetworkRunner(Mapped, new(2)).Run(Shapes, die));
    }

    /// <summary>
    /// Calibrated on the codes 3, 1, 0 with weights 1: pair (0, 0) saw the sum 2 and has levels 2 and 3,
    /// pair (1, 0) saw 1 and has 1 and 2, the others 0 and 1.
    /// Without a bit set the pairs answer 2, 1, 0, 0, and 2 + 2 * 1 = 4.
    /// </summary>
    [Theory]
    [InlineData(null)]
    [InlineData("popcount")]
    [InlineData("vertical-64")]
    public void Ranges_per_plane_pair_give_each_pair_its_own_converter(string? kernel)
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.levels=2", "calibration.per=planePair", "macro.rows=3");
        var mapped = new MappedNetwork(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1), run.Macro);
        var calibration = Calibrator.Calibrate(mapped, run, SingleLayer.Images((3, 1, 0)), 1);
        var die = new Die(mapped, run, calibration, kernel);
        Assert.Equal([2, 0, 1, 0], die.Layers[0].Adcs.Transfers.Select(adc => adc.LevelCounts[0]));
        Assert.Equal("popcount", die.KernelNames);
        Assert.Equal([4, 4, 5], new NetworkRunner(mapped, new(1)).Run(SingleLayer.Images((0, 0, 0), (3, 1, 0), (1, 1, 1)), die));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        var runner = new NetworkRunner(Mapped, new(1, 1));
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(Shapes, Die, null, new CancellationToken(canceled: true)));
        using var source = new CancellationTokenSource();
        int done = 0;
        Assert.ThrowsAny<OperationCanceledException>(() => runner.Run(Shapes, Die, images =>
        {
            done = images;
            if (images == 3) source.Cancel();
        }, source.Token));
        Assert.Equal(3, done);
    }

    [Fact]
    public void Progress_counts_every_image_once()
    {
        var seen = new System.Collections.Concurrent.ConcurrentBag<int>();
        new NetworkRunner(Mapped, new(2, 3)).Run(Shapes, Die, seen.Add);
        Assert.Equal(Enumerable.Range(1, Images), seen.Order());
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    public void Threads_and_batch_must_be_positive(int threads, int batch)
    {
        Assert.Contains("at least 1", Assert.Throws<ImcException>(() => new NetworkRunner(Mapped, new(threads, batch))).Message);
    }
}
