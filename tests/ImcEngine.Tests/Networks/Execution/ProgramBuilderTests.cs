using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>Which nodes are one step is decided when a program is built:
/// for a die, images at once, and whether tensors are observed.</summary>
public class ProgramBuilderTests
{
    private const string Columns = "vertical-64", Pixels = "pixels-256";
    private const int Images = 19;

    private static readonly ImageSet Shapes = Shapes10.Render(Split.Test, Images);
    private static readonly RunSpec Run = RunSpecJson.Set(RunSpecJson.Default, "macro.adc.lsbCounts=3");
    private static readonly MappedNetwork Additions = new(TinyNetworks.FourBits(), Run.Macro);
    private static readonly MappedNetwork Chain =
        new(ChainNetwork.Of(new(1, OperandEncoding.Bipolar), QuantizerKind.Sign, size: 8), Run.Macro);

    [Fact]
    public void A_layer_and_the_addition_that_follows_are_one_step_where_what_is_added_is_there() =>
        Assert.Equal(
            ["stem", "quantize2", "block.conv1 + add4", "quantize5", "block.conv2", "block.down + add8", "quantize9",
                "grouped + add11", "mean",
                "quantize13", "fc1", "fc2"],
            Names(DieOf(Additions, Pixels).ProgramFor(1)));

    [Fact]
    public void A_layer_and_the_quantizer_of_few_bits_that_follows_are_one_step() =>
        Assert.Equal(["stem", "q2", "a + q4", "b", "mean", "fc"], Names(DieOf(Chain, Pixels).ProgramFor(1)));

    [Fact]
    public void A_quantizer_of_more_bits_is_a_step_of_its_own()
    {
        var mapped = new MappedNetwork(ChainNetwork.Of(new(3, OperandEncoding.Unipolar), QuantizerKind.Nearest), Run.Macro);
        AssertNothingFused(mapped, DieOf(mapped, Pixels).ProgramFor(1));
    }

    [Fact]
    public void Kernels_with_columns_side_by_side_do_nothing_else()
    {
        foreach (var mapped in (MappedNetwork[])[Additions, Chain]) AssertNothingFused(mapped, DieOf(mapped, Columns).ProgramFor(1));
    }

    [Fact]
    public void Where_tensors_are_observed_every_node_is_a_step()
    {
        foreach (var mapped in (MappedNetwork[])[Additions, Chain])
            AssertNothingFused(mapped, DieOf(mapped, Pixels).ObservedProgram);
    }

    [Theory]
    [InlineData(PoolKind.Max, false, "relu + pool", "mean")]
    [InlineData(PoolKind.Max, true, "relu", "pool", "mean", "add")]
    [InlineData(PoolKind.Average, false, "relu", "pool", "mean")]
    internal void A_Relu_and_the_maximum_pool_that_alone_reads_it_are_one_step(PoolKind kind, bool isReadAgain, params string[] steps)
    {
        var (shape, mean) = (new TensorShape(3, 32, 32), new TensorShape(3));
        List<TensorInfo> tensors = [new("image", shape), new("relu", shape), new("pool", new(3, 16, 16)), new("mean", mean)];
        List<Node> nodes = [new UnaryNode("relu", [0], 1, UnaryKind.Relu), new PoolNode("pool", [1], 2, kind, 3, 3, 2, 2, 1, 1),
            new GlobalAverageNode("mean", [2], 3)];
        if (isReadAgain)
        {
            tensors.Add(new("sum", shape));
            nodes.Add(new BinaryNode("add", [1, 0], 4, BinaryKind.Add, null, null));
        }
        var mapped = new MappedNetwork(new("pools", tensors, nodes, nodes[^1].Result, Preprocessing.Cifar10), Run.Macro);
        Assert.Equal(steps, Names(mapped.Digital.ProgramFor(1)));
        AssertNothingFused(mapped, mapped.Digital.ObservedProgram);
        var runner = new NetworkRunner(mapped, new(1));
        Assert.Equal(runner.Observe(Shapes, 0, null, null), runner.Run(Shapes.First(1), null));
    }

    [Theory]
    [InlineData(1, 64, 19, 19)]
    [InlineData(1, 1, 19, 1)]
    [InlineData(1, 64, 1, 1)]
    [InlineData(2, 64, 19, 9)]
    [InlineData(16, 64, 19, 2)]
    public void The_images_that_a_thread_runs_at_once_decide_which_kernels_a_report_names(int threads, int batch, int images, int together)
    {
        var die = DieOf(Additions, Pixels);
        var runner = new NetworkRunner(die.Mapped, new(threads, batch));
        Assert.Equal(together, runner.ImagesTogether(images));
        Assert.Equal(die.Layers.Select(layer => layer.KernelFor(together).Name).Distinct(), runner.KernelsFor(die, images));
    }

    /// <summary>With 256 lanes, layers of 64 pixels take 4 images at once and no less than 3. The first layer has 256 pixels.</summary>
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(3, true)]
    [InlineData(9, true)]
    public void The_images_under_way_decide_which_kernels_take_several(int images, bool expected)
    {
        var program = DieOf(Additions, Pixels).ProgramFor(images);
        Assert.Equal([false, expected, expected, expected],
            program.Steps.OfType<MacroStep>().Take(4).Select(step => step is BatchedPixelStep));
        Assert.Equal(Names(DieOf(Additions, Pixels).ProgramFor(1)), Names(program));
        Assert.Equal(expected, DieOf(Chain, Pixels).ProgramFor(images).Steps.Any(step => step is BatchedCodesStep));
    }

    /// <summary>One image at a time these layers have columns side by side, several together pixels. The images that a batch leaves over
    /// then pass the layer and the node that follows one after the other.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(Images)]
    public void Leftover_images_of_a_fused_batch_have_the_same_logits(int images)
    {
        foreach (var mapped in (MappedNetwork[])[Additions, Chain])
        {
            Die single = DieOf(mapped, Columns), several = DieOf(mapped, Pixels);
            var layers = mapped.Layers.Select((layer, i) => new DieLayer(mapped.Network.MacroLayers[i], layer, single.Layers[i].Macro,
                single.Layers[i].Adcs,
                mapped.Prepared.LayoutOf(mapped.Network.MacroLayers[i].Inputs[0]), several.Layers[i].Kernels with
                {
                    Id = single.Layers[i].Kernels.Id,
                    Kernel = single.Layers[i].Kernel,
                })).ToList();
            var program = new ProgramBuilder(mapped.Network, mapped.Prepared, layers).Build(images);
            Assert.Equal(images >= 3, program.Steps.Any(step => step.Nodes.Count > 1));
            Assert.Equal(new NetworkRunner(mapped, new(1, 1)).Run(Shapes.First(images), single), Logits(mapped, program, images));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void Every_node_is_in_one_step(int images)
    {
        foreach (var mapped in (MappedNetwork[])[Additions, Chain])
            foreach (string? kernel in (string?[])[Columns, Pixels, null])
                Assert.Equal(mapped.Network.Nodes.Select(node => node.Name).Order(StringComparer.Ordinal),
                    DieOf(mapped, kernel).ProgramFor(images).Steps.SelectMany(step => step.Nodes).Select(node => node.Name)
                        .Order(StringComparer.Ordinal));
    }

    /// <summary>The fused layer's own result is never made, and what is added is let go as its last reader is the fused step.</summary>
    [Fact]
    public void Who_uses_a_tensor_last_follows_from_the_steps_of_the_program()
    {
        var network = Additions.Network;
        var program = DieOf(Additions, Pixels).ProgramFor(1);
        var state = Started(Additions, 0);
        var fused = program.Steps.First(step => step.Nodes.Count > 1);
        foreach (var (step, i) in program.Steps.Select((step, i) => (step, i)).TakeWhile(each => each.step != fused).AtLeastOne())
            program.RunStep(i, [state]);
        int addend = fused.Inputs.Single(tensor => !network.Tensors[tensor].IsCodes);
        Assert.Equal(network.Tensors[addend].Shape.Count, state.Floats(addend).Length);
        program.RunStep(program.Steps.ToList().IndexOf(fused), [state]);
        Assert.Equal(network.Tensors[fused.Result].Shape.Count, state.Floats(fused.Result).Length);
        Assert.Throws<InvalidOperationException>(() => state.Floats(fused.Nodes[0].Result).Length);
        Assert.Throws<InvalidOperationException>(() => state.Floats(addend).Length);
    }

    private static void AssertNothingFused(MappedNetwork mapped, NetworkProgram program) =>
        Assert.Equal(mapped.Network.Nodes.Select(node => node.Name), Names(program));

    private static IEnumerable<string> Names(NetworkProgram program) =>
        program.Steps.Select(step => string.Join(" + ", step.Nodes.Select(node => node.Name)));

    private static Die DieOf(MappedNetwork mapped, string? kernel) => new(mapped, Run, null, kernel);

    private static float[] Logits(MappedNetwork mapped, NetworkProgram program, int images)
    {
        var memory = new ThreadMemory(mapped.Prepared, new(1));
        ImageState[] states = [.. Enumerable.Range(0, images).Select(image => Started(mapped, image, memory))];
        program.Run(states);
        return [.. states.SelectMany(state => state.Floats(mapped.Network.OutputTensor).ToArray())];
    }

    private static ImageState Started(MappedNetwork mapped, int image, ThreadMemory? memory = null)
    {
        var state = new ImageState(memory ?? new(mapped.Prepared, new(1)));
        state.Start(default);
        ImagePixels.Normalize(Shapes.Image(image), mapped.Network.Preprocessing, state.Floats(0));
        return state;
    }
}
