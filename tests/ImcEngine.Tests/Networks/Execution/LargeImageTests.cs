using ImcEngine.BitPlanes;
using ImcEngine.Data;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

/// <summary>Images of 224 x 224: working memory is that of the activations, and an image's pixels are shared between threads.</summary>
public class LargeImageTests
{
    private const int Side = 224, Channels = 16;

    [Fact]
    public void A_network_of_224_pixels_runs_one_image_at_a_time_with_the_same_logits_on_any_number_of_threads()
    {
        var mapped = new MappedNetwork(Network(), RunSpecJson.Default.Macro);
        var die = new Die(mapped, RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=full"), null);
        var image = new byte[3 * Side * Side];
        for (int i = 0; i < image.Length; i++) image[i] = (byte)(i * 31 % 251);
        float[] alone = new NetworkRunner(mapped, new(1, 1)).Observe(Set(image), 0, die, null);
        Assert.Contains(alone, logit => logit != 0);
        Assert.Equal(alone, new NetworkRunner(mapped, new(4, 1)).Observe(Set(image), 0, die, null));
    }

    [Fact]
    public void A_run_allocates_less_than_twice_what_its_activations_take()
    {
        var mapped = new MappedNetwork(Network(), RunSpecJson.Default.Macro);
        var die = new Die(mapped, RunSpecJson.Set(RunSpecJson.Default, "macro.adc.range=full"), null);
        var image = Set(new byte[3 * Side * Side]);
        long activations =
            mapped.Network.Tensors.Sum(tensor => (long)tensor.Shape.Count * (tensor.IsCodes ? sizeof(short) : sizeof(float)));
        long before = GC.GetAllocatedBytesForCurrentThread();
        new NetworkRunner(mapped, new(1, 1)).Observe(image, 0, die, null);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 2 * activations);
    }

    private static ImageSet Set(byte[] image) => new("one", [], new ByteRecords(new(3, Side, Side), image), null);

    private static Network Network()
    {
        var stem = new ConvGeometry
        {
            InputChannels = 3,
            InputHeight = Side,
            InputWidth = Side,
            OutputChannels = Channels,
            KernelHeight = 3,
            KernelWidth = 3,
            PadTop = 1,
            PadLeft = 1,
            PadBottom = 1,
            PadRight = 1,
            StrideY = 2,
            StrideX = 2,
        };
        var conv = stem with { InputChannels = Channels, InputHeight = Side / 2, InputWidth = Side / 2, StrideY = 1, StrideX = 1 };
        OperandFormat input = new(4, OperandEncoding.Unipolar), weight = new(4, OperandEncoding.TwosComplement);
        float[] Weights(long count) => [.. Enumerable.Range(0, (int)count).Select(i => i * 7919 % 13 / 13f - 0.4f)];
        short[] Codes(long count) => [.. Enumerable.Range(0, (int)count).Select(i => (short)(i * 7919 % 15 - 7))];
        var small = new TensorShape(Channels, Side / 2, Side / 2);
        TensorInfo[] tensors =
        [
            new("image", new(3, Side, Side)), new("stem", small), new("codes", small, IsCodes: true), new("conv", small),
            new("mean", new(Channels)), new("logits", new(10)),
        ];
        Node[] nodes =
        [
            new DigitalNode("stem", [0], 1, stem, Weights(stem.WeightCount), null, "first"),
            new QuantizeNode("quantize", [1], 2, QuantizerKind.Nearest, input, 0.25f, 0, 15),
            new MacroNode("conv", [2], 3, conv, input, weight, Codes(conv.WeightCount), [.. Enumerable.Repeat(0.01, Channels)],
                new double[Channels]),
            new GlobalAverageNode("mean", [3], 4),
            new DigitalNode("fc", [4], 5, ConvGeometry.Linear(Channels, 10), Weights(Channels * 10), null, "last"),
        ];
        return new("large", tensors, nodes, 5, Preprocessing.Cifar10);
    }
}
