using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Verification;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>A tensor's memory serves another once its last reader is done, and never before.</summary>
public class TensorMemoryTests
{
    private static readonly ImageSet Image = Shapes10.Render(Split.Test, 1);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void A_network_gives_the_same_with_and_without_reuse(int seed)
    {
        var network = RandomNetwork(seed);
        var kept = WithEveryTensorKept(network);
        Assert.True(FloatsAllocated(network) < FloatsOf(network) / 2, "Memory was not used again, so nothing is tested.");
        Assert.True(FloatsAllocated(kept) >= FloatsOf(network), "A tensor was not kept.");
        Assert.Equal(Logits(kept), Logits(network));
    }

    [Fact]
    public void The_residual_network_gives_the_same_with_and_without_reuse()
    {
        var network = TinyNetworks.FourBits();
        Assert.Equal(Logits(WithEveryTensorKept(network)), Logits(network));
    }

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    public void A_tensor_is_there_until_its_last_reader_is_done(int seed)
    {
        var network = RandomNetwork(seed);
        var lastRead = new int[network.Tensors.Count];
        for (int n = 0; n < network.Nodes.Count; n++)
            foreach (int input in network.Nodes[n].Inputs) lastRead[input] = n;
        lastRead[network.OutputTensor] = int.MaxValue;
        var (program, state) = Started(network);
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            program.RunStep(n, [state]);
            for (int tensor = 0; tensor <= network.Nodes[n].Result; tensor++)
            {
                if (network.Tensors[tensor].IsCodes) continue;
                if (lastRead[tensor] > n) Assert.Equal(network.Tensors[tensor].Shape.Count, state.Floats(tensor).Length);
                else Assert.Throws<InvalidOperationException>(() => state.Floats(tensor).Length);
            }
        }
    }

    [Fact]
    public void Tensors_that_live_at_once_never_share_memory()
    {
        var network = RandomNetwork(10);
        var (program, state) = Started(network);
        var values = new Dictionary<int, float[]>();
        for (int n = 0; n < network.Nodes.Count; n++)
        {
            program.RunStep(n, [state]);
            int result = network.Nodes[n].Result;
            if (!network.Tensors[result].IsCodes && network.Nodes.Skip(n + 1).Any(node => node.Inputs.Contains(result)))
                values[result] = state.Floats(result).ToArray();
            foreach (int tensor in values.Keys.Where(tensor => !network.Nodes.Skip(n + 1).Any(node => node.Inputs.Contains(tensor)))
                .ToArray()) values.Remove(tensor);
            foreach (var (tensor, value) in values) Assert.Equal(value, state.Floats(tensor));
        }
        Assert.Equal(Logits(network), state.Floats(network.OutputTensor));
    }

    private static (NetworkProgram Program, ImageState State) Started(Network network)
    {
        var mapped = new MappedNetwork(network, new MacroSpec());
        var state = new ImageState(new(mapped.Prepared, new(1)));
        state.Start(default);
        ImagePixels.Normalize(Image.Image(0), network.Preprocessing, state.Floats(0));
        return (mapped.Digital.ProgramFor(1), state);
    }

    private static long FloatsAllocated(Network network)
    {
        var (program, state) = Started(network);
        program.Run([state]);
        return state.Memory.Floats.Allocated;
    }

    private static long FloatsOf(Network network) =>
        network.Tensors.Where(tensor => !tensor.IsCodes).Sum(tensor => (long)tensor.Shape.Count);

    private static float[] Logits(Network network) => new NetworkRunner(new(network, new MacroSpec()), new(1)).Run(Image, null);

    /// <summary>Steps over tensors of several sizes, each reading some of the last few and now and then an old one;
    /// some results nobody reads.</summary>
    private static Network RandomNetwork(int seed)
    {
        var random = new CaseRandom((uint)seed, 0);
        var tensors = new List<TensorInfo> { new("image", new(3, 32, 32)) };
        var nodes = new List<Node>();
        for (int n = 0; n < 60; n++)
        {
            int input = PickFloat(random, tensors), other = PickFloat(random, tensors), result = tensors.Count;
            var shape = tensors[input].Shape;
            string name = $"node{n}";
            Node node = random.Between(0, 5) switch
            {
                0 => new ClipNode(name, [input], result, -1.5f, random.Between(0, 20) / 10f),
                1 when tensors[other].Shape.Equals(shape) => new BinaryNode(name, [input, other], result, BinaryKind.Sub, null, null),
                2 when shape[0] <= 12 && tensors[other].Shape[0] <= 12 => new ConcatNode(name, [input, other], result, 0),
                3 => new QuantizeNode(name, [input], result, QuantizerKind.Nearest, new(4, OperandEncoding.TwosComplement), 0.25f, -7, 7),
                _ => new ChannelAffineNode(name, [input], result, Constants(random, shape[0]), Constants(random, shape[0])),
            };
            nodes.Add(node);
            tensors.Add(new(name, node is ConcatNode ? new(shape[0] + tensors[other].Shape[0], 32, 32) : shape, node is QuantizeNode));
            if (node is not QuantizeNode) continue;
            nodes.Add(new DequantizeNode(name + "d", [result], result + 1, 0.5f));
            tensors.Add(new(name + "d", shape));
        }
        int last = tensors.Count - 1;
        nodes.Add(new GlobalAverageNode("mean", [last], last + 1));
        tensors.Add(new("mean", new(tensors[last].Shape[0])));
        return new("random", tensors, nodes, last + 1, Preprocessing.Cifar10);
    }

    private static int PickFloat(CaseRandom random, List<TensorInfo> tensors)
    {
        int tensor = random.OneIn(5) ? random.Between(0, tensors.Count - 1)
            : random.Between(Math.Max(0, tensors.Count - 3), tensors.Count - 1);
        return tensors[tensor].IsCodes ? 0 : tensor;
    }

    private static float[] Constants(CaseRandom random, int count) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Between(-12, 12) / 8f)];

    /// <summary>The same network with a last reader of every tensor at its end.</summary>
    private static Network WithEveryTensorKept(Network network)
    {
        List<TensorInfo> tensors = [.. network.Tensors];
        List<Node> nodes = [.. network.Nodes];
        for (int tensor = 0; tensor < network.Tensors.Count; tensor++)
        {
            var info = network.Tensors[tensor];
            nodes.Add(info.IsCodes ? new DequantizeNode($"keep{tensor}", [tensor], tensors.Count, 1)
                : new UnaryNode($"keep{tensor}", [tensor], tensors.Count, UnaryKind.Identity));
            tensors.Add(new($"kept{tensor}", info.Shape));
        }
        return new(network.Name, tensors, nodes, network.OutputTensor, network.Preprocessing);
    }
}
