using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

internal abstract class QuantizeStep(QuantizeNode node) : Step(node)
{
    /// <summary>Fewer are done before another thread has begun.</summary>
    protected const int LeastElements = 8192;

    /// <summary>What is no number has no code, and would pass for one that has.</summary>
    protected static ImcException NotNumbers(QuantizeNode node) =>
        new($"Quantizer '{node.Name}' reads numbers that are NaN, which no code stands for: "
            + "the network divides 0 by 0, or takes an infinite number from another, on this image. "
            + "Check its preprocessing (--mean, --std) and its weights.");
}

/// <summary>Codes as numbers.</summary>
internal sealed class QuantizeToNumbersStep(QuantizeNode node, int length) : QuantizeStep(node)
{
    private readonly QuantizeNode _node = node;

    public override void Run(ImageState state)
    {
        _ = state.NewCodes(Result);
        state.Tiles.Run(length, LeastElements, new Tile(_node, state.FloatMemory(Input), state.CodeMemory(Result)));
    }

    private readonly struct Tile(QuantizeNode node, TensorMemory<float> input, TensorMemory<short> codes) : ITile
    {
        public void Run(int first, int count, KernelScratch scratch)
        {
            if (!Quantizers.Quantize(input.Elements.Slice(first, count), node, codes.Elements.Slice(first, count)))
                throw NotNumbers(node);
        }
    }
}

/// <summary>Codes as bit-planes with pixels side by side.</summary>
internal sealed class QuantizeToBitsStep(QuantizeNode node, PixelBits layout) : QuantizeStep(node)
{
    private readonly QuantizeNode _node = node;
    private readonly PlaneQuantizer _quantizer = new(node);

    public override unsafe void Run(ImageState state) =>
        state.Tiles.Run(layout.Channels, (LeastElements + layout.Pixels - 1) / layout.Pixels,
            new Tile(_node, _quantizer, state.FloatMemory(Input), layout, state.NewPixelBits(Result)));

    private readonly unsafe struct Tile(QuantizeNode node, PlaneQuantizer quantizer, TensorMemory<float> input, PixelBits layout,
        ulong* words) : ITile
    {
        public void Run(int firstChannel, int channels, KernelScratch scratch)
        {
            if (!quantizer.Run(input.Elements, layout, firstChannel, channels, words)) throw NotNumbers(node);
        }
    }
}
