using ImcEngine.BitPlanes;
using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>One node with its operator prepared; immutable.</summary>
internal abstract class Step(Node node, bool resultIsCodes = false)
{
    public Node Node => node;
    public int Result => node.Result;
    public bool ResultIsCodes => resultIsCodes;
    protected int Input => node.Inputs[0];

    /// <summary>Images that this step takes at once where it can;
    /// as many as there are where it reads more weights than activations; else 1.</summary>
    public virtual int ImagesAtOnce(ImageState state) => 1;

    public abstract void Run(ImageState state);

    /// <summary>Several images.</summary>
    public virtual void Run(ReadOnlySpan<ImageState> states)
    {
        foreach (var state in states) Run(state);
    }
}

/// <param name="addition">Follows and can be made with the layer.</param>
internal sealed class MacroStep(MacroNode node, int ordinal, (BinaryNode Node, int Addend)? addition) : Step(node)
{
    private readonly bool _hasMoreWeights =
        node.Geometry.WeightCount * node.WeightFormat.Bits / 8 > (long)node.Geometry.InputSize * sizeof(float);

    public override int ImagesAtOnce(ImageState state) => BatchedKernel(state)?.Images ?? (_hasMoreWeights ? int.MaxValue : 1);

    public override void Run(ReadOnlySpan<ImageState> states)
    {
        if (states.Length == 1 || BatchedKernel(states[0]) is not { } kernel)
        {
            base.Run(states);
            return;
        }
        int done = 0;
        for (; states.Length - done >= kernel.LeastImages; done += kernel.Images)
            RunBatch(kernel, states[done..Math.Min(states.Length, done + kernel.Images)]);
        base.Run(states[Math.Min(done, states.Length)..]);
    }

    private BatchedPixelKernel? BatchedKernel(ImageState state) =>
        state.Die.Layers[ordinal] is { Kernels.Batched: { } kernel, Scale.InFloat: not null } ? kernel : null;

    private unsafe void RunBatch(BatchedPixelKernel kernel, ReadOnlySpan<ImageState> states)
    {
        var first = states[0];
        var layer = first.Die.Layers[ordinal];
        var scratch = first.Tiles.Take();
        if (layer.QuantizedBatched is { } quantized && !IsObserved(first))
        {
            nint* images = stackalloc nint[states.Length], codes = stackalloc nint[states.Length];
            for (int i = 0; i < states.Length; i++)
                (images[i], codes[i]) = ((nint)states[i].PixelBits(Input), (nint)NewCodes(states[i], quantized));
            kernel.Run(new(images, states.Length), scratch, quantized.Thresholds, codes, first.Program.LayoutOf(quantized.Tensor));
        }
        else
        {
            var images = stackalloc BatchedImage[states.Length];
            for (int i = 0; i < states.Length; i++)
            {
                var (result, addend) = ResultOf(states[i]);
                images[i] = new(states[i].PixelBits(Input), states[i].FloatMemory(result).Pointer,
                    addend < 0 ? null : states[i].FloatMemory(addend).Pointer);
            }
            var scale = layer.Scale.InFloat!.Value;
            kernel.Run(new ReadOnlySpan<BatchedImage>(images, states.Length), scratch, scale.Scale, scale.Shift);
            foreach (var state in states) state.Tap?.Invoke(ordinal, state.Codes(Input), state.Floats(Result));
        }
        first.Tiles.Give(scratch);
    }

    private static bool IsObserved(ImageState state) => state.IsStepped || state.Tap is not null || state.TensorTap is not null;

    /// <summary>The tensor that the layer writes: the sum that follows, where no one looks at what is before it;
    /// and what is added, or -1.</summary>
    private (int Tensor, int Addend) ResultOf(ImageState state)
    {
        if (addition is not { } sum || IsObserved(state)) return (Result, -1);
        state.SkipMaking(sum.Node.Result);
        state.Make(sum.Node.Result);
        return (sum.Node.Result, sum.Addend);
    }

    /// <summary>Where the codes that follow are written; their quantizer has nothing left to do.</summary>
    private static unsafe ulong* NewCodes(ImageState state, QuantizedResult quantized)
    {
        state.SkipMaking(quantized.Tensor);
        return state.NewPixelBits(quantized.Tensor);
    }

    public override void Run(ImageState state)
    {
        var geometry = node.Geometry;
        var layer = state.Die.Layers[ordinal];
        if (layer is { Pixels: { } pixels, Scale.InFloat: { } pixelFactors }) RunPixels(pixels, layer, pixelFactors, state);
        else
        {
            var kernel = layer.Kernel;
            if (kernel.ReadsPlanes) state.Pack(Input, layer.Inputs, geometry.Groups);
            var codes = kernel.ReadsPlanes ? default : state.CodeMemory(Input);
            if (kernel is IScalingKernel scaling && layer.Scale.InFloat is { } factors)
                state.Tiles.Run(geometry.OutputPixels, kernel.LeastPixels,
                    new ScaledTile(scaling, codes, state.Memory.Packed, factors.Scale, factors.Shift, state.FloatMemory(Result)));
            else
            {
                state.Tiles.Run(geometry.OutputPixels, kernel.LeastPixels,
                    new SummedTile(kernel, codes, state.Memory.Packed, state.Context, state.Memory.Sums));
                layer.Scale.Apply(state.Memory.Sums.AsSpan(0, geometry.OutputSize), state.Floats(Result));
            }
        }
        state.Tap?.Invoke(ordinal, state.Codes(Input), state.Floats(Result));
    }

    private unsafe void RunPixels(IPixelKernel kernel, DieLayer layer, (float[] Scale, float[] Shift) factors, ImageState state)
    {
        ulong* bits = state.PixelBits(Input);
        int outputs = node.Geometry.OutputChannels;
        if (layer.Quantized is { } quantized && !IsObserved(state))
            state.Tiles.Run(outputs, IPixelKernel.LeastOutputs,
                new QuantizedTile(kernel, bits, quantized.Thresholds, NewCodes(state, quantized),
                    state.Program.LayoutOf(quantized.Tensor)));
        else
        {
            var (result, addend) = ResultOf(state);
            state.Tiles.Run(outputs, IPixelKernel.LeastOutputs,
                new PixelTile(kernel, bits, factors.Scale, factors.Shift, addend < 0 ? null : state.FloatMemory(addend).Pointer,
                    state.FloatMemory(result)));
        }
    }

    private readonly unsafe struct PixelTile(IPixelKernel kernel, ulong* bits, float[] scale, float[] shift, float* addend,
        TensorMemory<float> result) : ITile
    {
        public void Run(int firstOutput, int outputs, KernelScratch scratch) =>
            kernel.Run(bits, firstOutput, outputs, scratch, scale, shift, addend, result.Elements);
    }

    private readonly unsafe struct QuantizedTile(IPixelKernel kernel, ulong* bits, CodeThresholds thresholds, ulong* codes,
        PixelBits layout) : ITile
    {
        public void Run(int firstOutput, int outputs, KernelScratch scratch) =>
            kernel.Run(bits, firstOutput, outputs, scratch, thresholds, codes, layout);
    }

    private readonly struct ScaledTile(IScalingKernel kernel, TensorMemory<short> codes, PackedImage planes, float[] scale, float[] shift,
        TensorMemory<float> result) : ITile
    {
        public void Run(int firstPixel, int pixels, KernelScratch scratch) =>
            kernel.Run(codes.Elements, planes, firstPixel, pixels, scratch, scale, shift, result.Elements);
    }

    private readonly struct SummedTile(ILayerKernel kernel, TensorMemory<short> codes, PackedImage planes, RunContext context,
        long[] sums) : ITile
    {
        public void Run(int firstPixel, int pixels, KernelScratch scratch) =>
            kernel.Run(codes.Elements, planes, context, firstPixel, pixels, scratch, sums);
    }
}

internal sealed class DigitalStep(DigitalNode node) : Step(node)
{
    private readonly DigitalKernel _kernel = new(node);

    public int ScratchLength => _kernel.ScratchLength;

    public override void Run(ImageState state)
    {
        _kernel.Pad(state.Floats(Input), state.Memory.DigitalScratch);
        state.Tiles.Run(_kernel.Parts, 1,
            new PartTile(_kernel, state.FloatMemory(Input), state.Memory.DigitalScratch, state.FloatMemory(Result)));
    }

    private readonly struct PartTile(DigitalKernel kernel, TensorMemory<float> input, float[] scratch, TensorMemory<float> result) : ITile
    {
        public void Run(int firstPart, int parts, KernelScratch _) =>
            kernel.RunParts(input.Elements, scratch, firstPart, parts, result.Elements);
    }
}

internal sealed class QuantizeStep(QuantizeNode node) : Step(node, resultIsCodes: true)
{
    // Fewer are done before another thread has begun.
    private const int LeastElements = 8192;

    private readonly PlaneQuantizer _planes = new(node);

    public override unsafe void Run(ImageState state)
    {
        if (state.IsMade(Result)) return;
        if (!state.Die.ReadsPixelBits(Result, state.BatchImages))
        {
            _ = state.NewCodes(Result);
            state.Tiles.Run(state.Program.LengthOf(Result), LeastElements,
                new CodesTile(node, state.FloatMemory(Input), state.CodeMemory(Result)));
            return;
        }
        var layout = state.Program.LayoutOf(Result);
        state.Tiles.Run(layout.Channels, (LeastElements + layout.Pixels - 1) / layout.Pixels,
            new BitsTile(node, _planes, state.FloatMemory(Input), layout, state.NewPixelBits(Result)));
    }

    /// <summary>What is no number has no code, and would pass for one that has.</summary>
    private static ImcException NotNumbers(QuantizeNode node) =>
        new($"Quantizer '{node.Name}' reads numbers that are NaN, which no code stands for: "
            + "the network divides 0 by 0, or takes an infinite number from another, on this image. "
            + "Check its preprocessing (--mean, --std) and its weights.");

    private readonly struct CodesTile(QuantizeNode node, TensorMemory<float> input, TensorMemory<short> codes) : ITile
    {
        public void Run(int first, int count, KernelScratch scratch)
        {
            if (!Quantizers.Quantize(input.Elements.Slice(first, count), node, codes.Elements.Slice(first, count)))
                throw NotNumbers(node);
        }
    }

    private readonly unsafe struct BitsTile(QuantizeNode node, PlaneQuantizer quantizer, TensorMemory<float> input, PixelBits layout,
        ulong* words) : ITile
    {
        public void Run(int firstChannel, int channels, KernelScratch scratch)
        {
            if (!quantizer.Run(input.Elements, layout, firstChannel, channels, words)) throw NotNumbers(node);
        }
    }
}

internal sealed class DequantizeStep(DequantizeNode node) : Step(node)
{
    public override void Run(ImageState state) => Quantizers.Dequantize(state.Codes(Input), node.Step, state.Floats(Result));
}

/// <summary>A float function of one tensor that needs nothing prepared.</summary>
internal sealed class FunctionStep(Node node, FunctionStep.Function function) : Step(node)
{
    public delegate void Function(ReadOnlySpan<float> input, Span<float> result);

    public override void Run(ImageState state) => function(state.Floats(Input), state.Floats(Result));
}

internal sealed class BinaryStep(BinaryNode node, TensorShape left, TensorShape right) : Step(node)
{
    private readonly BinaryOperator _operator = new(node.Kind, left, right);

    public override void Run(ImageState state)
    {
        if (state.IsMade(Result)) return;
        int next = 0;
        ReadOnlySpan<float> a = node.Left is { } left ? left.Elements : state.Floats(node.Inputs[next++]);
        ReadOnlySpan<float> b = node.Right is { } right ? right.Elements : state.Floats(node.Inputs[next]);
        _operator.Run(a, b, state.Floats(Result));
    }
}

internal sealed class WhereStep(WhereNode node, TensorShape condition, TensorShape then, TensorShape otherwise) : Step(node)
{
    private readonly WhereOperator _operator = new(condition, then, otherwise);

    public override void Run(ImageState state)
    {
        int next = 1;
        ReadOnlySpan<float> a = node.Then is { } then ? then.Elements : state.Floats(node.Inputs[next++]);
        ReadOnlySpan<float> b = node.Else is { } otherwise ? otherwise.Elements : state.Floats(node.Inputs[next]);
        _operator.Run(state.Floats(Input), a, b, state.Floats(Result));
    }
}

internal sealed class ConcatStep(ConcatNode node, TensorShape[] parts, TensorShape result) : Step(node)
{
    public override void Run(ImageState state)
    {
        for (int i = 0, first = 0; i < parts.Length; first += parts[i++][node.Axis])
            Layout.ConcatPart<float>(state.Floats(node.Inputs[i]), parts[i], node.Axis, first, result, state.Floats(Result));
    }
}
