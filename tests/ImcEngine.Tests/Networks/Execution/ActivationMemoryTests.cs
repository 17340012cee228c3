using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Execution;

public class ActivationMemoryTests
{
    /// <summary>The image, its mean, the mean's codes and the result:
    /// those of 3 numbers are of two sorts, and the result has another length.</summary>
    [Fact]
    public void An_image_takes_each_length_as_often_as_it_is_in_use_at_once() =>
        Assert.Equal(4L * (3 * 32 * 32 + 3 + 3 + 2),
            ActivationMemory.BytesOfImage(SingleLayer.Of(new(2, OperandEncoding.TwosComplement), 1, 1, 1, 1, 1, 1)));

    [Fact]
    public void Usual_networks_keep_the_usual_batch() =>
        Assert.True(ActivationMemory.MostImages(TinyNetworks.FourBits()) > RunnerOptions.UsualBatch);

    [Fact]
    public void Pools_never_take_more_than_is_said()
    {
        var network = TinyNetworks.FourBits();
        var mapped = new MappedNetwork(network, MacroPresets.Get("ideal"));
        var memory = new ThreadMemory(mapped.Prepared, new(1));
        var state = new ImageState(memory);
        state.Start(new(0, default));
        state.Floats(0).Clear();
        mapped.Digital.ProgramFor(1).Run([state]);
        Assert.InRange(4 * memory.Floats.Allocated + 2 * memory.Codes.Allocated + 8 * memory.Bits.Allocated, 1,
            ActivationMemory.BytesOfImage(network));
    }

    /// <summary>Two tensors of 12 million floats at once: a few images fill the limit, whatever batch is asked for, and none is left out.
    /// </summary>
    [Fact]
    public void Huge_tensors_make_the_batch_small()
    {
        const int Copies = 1 << 12;
        TensorInfo[] tensors = [new("image", new(3, 32, 32)),
            .. Enumerable.Range(1, 3).Select(i => new TensorInfo($"t{i}", new(3 * Copies, 32, 32)))];
        var network = new Network("huge", tensors, [new GlobalAverageNode("a", [0], 1), new GlobalAverageNode("b", [1], 2),
            new GlobalAverageNode("c", [2], 3)], 3, new([0, 0, 0], [1, 1, 1]));
        Assert.Equal((int)(ActivationMemory.MostBytes / ActivationMemory.BytesOfImage(network)), ActivationMemory.MostImages(network));
        Assert.InRange(ActivationMemory.MostImages(network), 2, 4);
    }
}
