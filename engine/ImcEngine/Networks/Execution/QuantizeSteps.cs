using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

internal abstract class QuantizeStep(QuantizeNode node) : Step(node)
{
    /// <summary>The smallest part for a thread; less work is done before another thread has begun.</summary>
    protected const int LeastElements = 8192;

    /// <summary>The error for NaN, which has no code and would otherwise silently take one.</summary>
    internal static ImcException NotNumbers(Node node) =>
        new($"The input of quantizer '{node.Name}' has NaN, which no code stands for: "
            + "on this image the network divides 0 by 0, or subtracts infinite numbers. "
            + "Check its preprocessing (--mean, --std) and its weights.");
}

/// <summary>Quantizes to codes as numbers.</summary>
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

/// <summary>Quantizes to codes as bit-planes with pixels side by side.</summary>
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

/// <summary>Puts a border of the zero point around codes.</summary>
internal sealed class PadCodesStep(PadCodesNode node, TensorShape result) : Step(node)
{
    public override void Run(ImageState state)
    {
        short code = node.Inputs.Length == 1 ? node.Code : (short)state.Floats(node.Inputs[1])[0];
        Layout.Pad<short>(state.Codes(Input), node.Shape, node.Top, node.Left, code, result, state.NewCodes(Result));
    }
}

internal sealed class DynamicParameterStep(DynamicParameterNode node) : Step(node)
{
    public override void Run(ImageState state)
    {
        var (scale, zero) = DynamicQuantization.ParametersOf(state.Floats(Input));
        state.Floats(Result)[0] = node.Parameter == DynamicParameter.Scale ? scale : zero;
    }
}

internal sealed class DynamicQuantizeStep(DynamicQuantizeNode node) : Step(node)
{
    public override void Run(ImageState state)
    {
        var rule = DynamicQuantization.RuleOf(state.Floats(node.Inputs[1])[0], (int)state.Floats(node.Inputs[2])[0]);
        if (!Quantizers.Quantize(state.Floats(Input), rule, state.NewCodes(Result))) throw QuantizeStep.NotNumbers(node);
    }
}
