using ImcEngine.Kernels;
using ImcEngine.Kernels.Adc;
using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// Chooses the step of a layer on one die. Kernels with pixels side by side can also compute the node that follows, if it is the only
/// reader of the layer's result:
/// <code>
/// kernel of one image       then, as one step                     step
/// pixels side by side       addition of a tensor made before      PixelStep
///                           quantizer of few bits, read as bits   PixelCodesStep
///                           nothing                               PixelStep
/// makes results             nothing                               ScaledStep
/// makes sums                nothing                               SummedStep
///
/// kernel of several         addition of a tensor made before      BatchedPixelStep
///                           quantizer of few bits, read as bits   BatchedCodesStep
///                           nothing                               BatchedPixelStep
/// </code>
/// Leftover images of a batched step take a step for one image, either of the same nodes or a <see cref="StepPair"/>.
/// </summary>
internal sealed class LayerSteps
{
    private readonly DieLayer _layer;
    private readonly PreparedNetwork _prepared;
    private readonly Addition? _addition;
    private readonly QuantizeNode? _quantizer;
    private readonly CodeThresholds? _thresholds, _batchedThresholds;

    /// <param name="layer">The layer on the die.</param>
    /// <param name="network">The network.</param>
    /// <param name="prepared">The parts of the network that are the same on every die.</param>
    /// <param name="leastImagesOfBits">For each codes tensor, the least number of images together for which it is read as
    /// bit-planes.</param>
    public LayerSteps(DieLayer layer, Network network, PreparedNetwork prepared, IReadOnlyDictionary<int, int> leastImagesOfBits)
    {
        (_layer, _prepared) = (layer, prepared);
        (_addition, _quantizer) = (network.AdditionOf(layer.Node), network.QuantizerOf(layer.Node));
        if (_quantizer is not { } quantizer || quantizer.Kind == QuantizerKind.ThreeValuedSign || layer.Scale.InFloat is not { } factors)
            return;
        void Quantize(ReadOnlySpan<float> results, Span<short> codes) => Quantizers.Quantize(results, quantizer, codes);
        int least = leastImagesOfBits[quantizer.Result];
        if (least == 1) _thresholds = layer.Pixels?.TryQuantize(quantizer.Format, Quantize, factors.Scale, factors.Shift);
        if (least <= layer.Batched?.LeastImages)
            _batchedThresholds = layer.Batched.TryQuantize(quantizer.Format, Quantize, factors.Scale, factors.Shift);
    }

    /// <summary>Returns the step of this layer alone, for one image.</summary>
    public Step Unfused() => Unfused(_layer);

    /// <summary>Returns the step of a layer alone, for one image.</summary>
    public static Step Unfused(DieLayer layer) => (layer.Scale.InFloat, layer.Kernel) switch
    {
        ({ } factors, _) when layer.Pixels is { } pixels => new PixelStep(layer, pixels, factors, null),
        ({ } factors, IScalingKernel scaling) => new ScaledStep(layer, scaling, factors),
        _ => new SummedStep(layer),
    };

    /// <summary>Returns the step of this layer, together with the following node where a kernel computes both.</summary>
    /// <param name="images">The number of images that run together.</param>
    public Step Fused(int images)
    {
        if (_layer.Batched is not { } kernel || images < kernel.LeastImages) return FusedOfOne() ?? Unfused();
        if (_batchedThresholds is { } thresholds)
            return new BatchedCodesStep(_layer, kernel, _quantizer!, thresholds, _prepared.LayoutOf(_quantizer!.Result),
                FusedOfOne() ?? new StepPair(Unfused(), _prepared.ToBits(_quantizer)));
        return new BatchedPixelStep(_layer, kernel, _layer.Scale.InFloat!, _addition,
            _addition is null ? Unfused() : FusedOfOne() ?? new StepPair(Unfused(), _prepared.StepOf(_addition.Node)));
    }

    /// <summary>Returns the fused step for one image; null if no kernel computes the following node together with the layer.</summary>
    private Step? FusedOfOne()
    {
        if (_layer.Pixels is not { } kernel) return null;
        if (_thresholds is { } thresholds)
            return new PixelCodesStep(_layer, kernel, _quantizer!, thresholds, _prepared.LayoutOf(_quantizer!.Result));
        return _addition is null ? null : new PixelStep(_layer, kernel, _layer.Scale.InFloat!, _addition);
    }
}
