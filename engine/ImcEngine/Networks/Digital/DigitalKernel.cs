using System.Runtime.Intrinsics;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// A digital convolution or linear layer, prepared once; immutable and thread-safe.
/// <code>
/// result[o, y, x] = (((+0 + p0) + p1) + ...) + bias[o]    p = weight * input, rounded, in the order (channel in group, ky, kx)
/// </code>
/// A padded position adds the product of a finite weight and 0. The sum starts at +0 and is therefore never -0, so that product does not
/// change it, and the result equals one that skips padded positions. This needs finite weights; others are refused.
/// </summary>
internal sealed class DigitalKernel
{
    private readonly PaddedInput _input;
    private readonly DigitalParts _parts;
    private readonly int _vectorBits;

    /// <exception cref="ArgumentException">The geometry is invalid, or weights or bias do not have its size.</exception>
    /// <exception cref="ImcException">A weight is not finite.</exception>
    public DigitalKernel(DigitalNode node) : this(node, BestVectorBits(node.Geometry))
    {
    }

    /// <param name="node">The layer.</param>
    /// <param name="vectorBits">512, 256 or 128; does not change the result.</param>
    internal DigitalKernel(DigitalNode node, int vectorBits)
    {
        Geometry = node.Geometry.Validated(node.Name);
        RequireWeights(node);
        _vectorBits = vectorBits;
        _input = new(Geometry);
        int lanes = ProductBlock.LanesOf(vectorBits);
        _parts = Geometry.OutputPixels >= lanes ? new PixelBands(node, _input, lanes) : new ChannelPanels(node, _input, lanes);
    }

    public ConvGeometry Geometry { get; }

    /// <summary>The number of floats of working memory that one <c>Run</c> needs; their contents before and after do not matter.</summary>
    public int ScratchLength => _input.ScratchLength;

    /// <summary>The number of parts that the result can be divided into.</summary>
    internal int Parts => _parts.Count;

    /// <summary>Computes the whole result of one image.</summary>
    /// <param name="input"><c>[channel, y, x]</c> of one image.</param>
    /// <param name="scratch">At least <see cref="ScratchLength"/> floats, not shared with another image.</param>
    /// <param name="result"><c>[outputChannel, y, x]</c>.</param>
    /// <exception cref="ArgumentException">The size of a span does not match the geometry.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> scratch, Span<float> result)
    {
        Pad(input, scratch);
        RunParts(input, scratch, 0, Parts, result);
    }

    /// <summary>The first step of <see cref="Run"/>: writes the padded input to <paramref name="scratch"/>.</summary>
    internal void Pad(ReadOnlySpan<float> input, Span<float> scratch)
    {
        SpanChecks.Require(input, Geometry.InputSize, nameof(input));
        if (scratch.Length < ScratchLength)
            throw new ArgumentException($"Scratch has {scratch.Length} floats; {ScratchLength} are needed.", nameof(scratch));
        _input.Pad(input, scratch);
    }

    /// <summary>The second step of <see cref="Run"/>: writes some parts of <paramref name="result"/> and no other elements.</summary>
    internal unsafe void RunParts(ReadOnlySpan<float> input, ReadOnlySpan<float> scratch, int firstPart, int parts, Span<float> result)
    {
        SpanChecks.Require(result, Geometry.OutputSize, nameof(result));
        ArgumentOutOfRangeException.ThrowIfNegative(firstPart);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(parts, Parts - firstPart);
        fixed (float* source = ScratchLength > 0 ? scratch : input, results = result)
        {
            if (_vectorBits == 512) _parts.Run<FloatLanes512>(source, firstPart, parts, results);
            else if (_vectorBits == 256) _parts.Run<FloatLanes256>(source, firstPart, parts, results);
            else _parts.Run<FloatLanes128>(source, firstPart, parts, results);
        }
    }

    /// <summary>Returns the width of the widest vectors that the machine has and that either the pixels or the outputs of a group
    /// fill.</summary>
    private static int BestVectorBits(ConvGeometry geometry)
    {
        int most = Math.Max(geometry.OutputPixels, geometry.GroupOutputChannels);
        return Vector512.IsHardwareAccelerated && most >= ProductBlock.LanesOf(512) ? 512
            : Vector256.IsHardwareAccelerated && most >= ProductBlock.LanesOf(256) ? 256 : 128;
    }

    private static void RequireWeights(DigitalNode node)
    {
        var geometry = node.Geometry;
        if (node.Weights.Length != geometry.WeightCount)
            throw new ArgumentException($"Layer '{node.Name}' has {node.Weights.Length} weights; its geometry has {geometry.WeightCount}.");
        if (node.Bias is { } bias && bias.Length != geometry.OutputChannels)
            throw new ArgumentException($"Layer '{node.Name}' has {bias.Length} biases for {geometry.OutputChannels} output channels.");
        int bad = Array.FindIndex(node.Weights, weight => !float.IsFinite(weight));
        if (bad >= 0)
            throw new ImcException($"Layer '{node.Name}' has the weight {node.Weights[bad]} at index {bad}; weights must be finite. "
                + "Train or export the network again.");
    }
}
