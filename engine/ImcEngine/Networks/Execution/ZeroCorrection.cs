using CommunityToolkit.HighPerformance.Buffers;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Execution;

/// <summary>
/// What the array's sum w q of the codes lacks for activations with zero point z and weights with zero points zw (ARITHMETIC §13):
/// <code>
/// sum (w - zw)(q - z) = sum w q + R     R = z * (n * zw - sum w) - zw * sum q     n = taps of one output, padded ones included
/// </code>
/// An integer bias is part of R. sum q is formed digitally, once for all outputs of a pixel and convolution group. Weights in offset binary
/// (§15) have their offset as a part of zw and of w.
/// </summary>
internal sealed class ZeroCorrection
{
    private readonly ConvGeometry _geometry;
    private readonly ZeroPoints _zeros;
    private readonly int _weightOffset;

    /// <summary>Per output channel, n * zw - sum w.</summary>
    private readonly long[] _perZero;

    /// <param name="weightOffset">What is added to the weights of the node where they are stored.</param>
    /// <exception cref="ArgumentException">The layer pads although 0 is not the code of the number 0 there.</exception>
    public ZeroCorrection(MacroNode node, ZeroPoints zeros, int weightOffset)
    {
        (_geometry, _zeros, _weightOffset) = (node.Geometry, zeros, weightOffset);
        if ((zeros.Input != 0 || zeros.PerImage) && _geometry.HasPads)
            throw new ArgumentException($"Layer '{node.Name}' pads and has a zero point of activations; pad its codes before it.",
                nameof(node));
        int taps = node.WeightCodes.Length / _geometry.OutputChannels;
        _perZero = new long[_geometry.OutputChannels];
        for (int output = 0; output < _perZero.Length; output++)
        {
            long sum = 0;
            foreach (short code in node.WeightCodes.AsSpan(output * taps, taps)) sum += code;
            // The offset is in every w and in zw, so it cancels here.
            _perZero[output] = ((long)taps * (WeightZero(output) - weightOffset)) - sum;
        }
        long mostZero = zeros.PerImage ? node.InputFormat.MaxCode : Math.Abs(zeros.Input);
        long mostWindow = taps * (long)Math.Max(node.InputFormat.MaxCode, -node.InputFormat.Code(1 << (node.InputFormat.Bits - 1)));
        Most = Enumerable.Range(0, _perZero.Length).Max(output =>
            (mostZero * Math.Abs(_perZero[output])) + (mostWindow * Math.Abs((long)WeightZero(output))) + Math.Abs((long)Bias(output)));
    }

    /// <summary>A bound that |R| never exceeds.</summary>
    public long Most { get; }

    /// <summary>Whether R depends on the input's codes.</summary>
    public bool ReadsCodes => _zeros.Weights is not null || _weightOffset != 0;

    /// <summary>Adds R to every sum.</summary>
    /// <param name="codes">The layer's input, <c>[channel, y, x]</c>; read only if <see cref="ReadsCodes"/>.</param>
    /// <param name="zero">The zero point of the activations, where each image has its own; else ignored.</param>
    /// <param name="sums"><c>[outputChannel, pixel]</c>.</param>
    public void AddTo(ReadOnlySpan<short> codes, int zero, Span<long> sums)
    {
        int pixels = _geometry.OutputPixels, outputsPerGroup = _geometry.OutputChannels / _geometry.Groups;
        long input = _zeros.PerImage ? zero : _zeros.Input;
        using var windows = SpanOwner<long>.Allocate(ReadsCodes ? pixels : 0);
        for (int output = 0; output < _perZero.Length; output++)
        {
            if (ReadsCodes && output % outputsPerGroup == 0) SumWindows(codes, output / outputsPerGroup, windows.Span);
            long constant = (input * _perZero[output]) + Bias(output), weight = WeightZero(output);
            var ofOutput = sums.Slice(output * pixels, pixels);
            for (int pixel = 0; pixel < pixels; pixel++)
                ofOutput[pixel] += constant - (weight == 0 ? 0 : weight * windows.Span[pixel]);
        }
    }

    private int WeightZero(int output) => (_zeros.Weights?[output] ?? 0) + _weightOffset;

    private int Bias(int output) => _zeros.Bias?[output] ?? 0;

    /// <summary>Sums the codes under the kernel at every output pixel, over the channels of one convolution group.</summary>
    private void SumWindows(ReadOnlySpan<short> codes, int group, Span<long> windows)
    {
        int height = _geometry.InputHeight, width = _geometry.InputWidth, channels = _geometry.InputChannels / _geometry.Groups;
        using var owner = SpanOwner<long>.Allocate(height * width, AllocationMode.Clear);
        var plane = owner.Span;
        for (int channel = group * channels; channel < (group + 1) * channels; channel++)
        {
            var ofChannel = codes.Slice(channel * plane.Length, plane.Length);
            for (int i = 0; i < plane.Length; i++) plane[i] += ofChannel[i];
        }
        windows.Clear();
        for (int pixel = 0; pixel < windows.Length; pixel++)
            for (int ky = 0; ky < _geometry.KernelHeight; ky++)
            {
                int y = (pixel / _geometry.OutputWidth * _geometry.StrideY) - _geometry.PadTop + (ky * _geometry.DilationY);
                if (y < 0 || y >= height) continue;
                for (int kx = 0; kx < _geometry.KernelWidth; kx++)
                {
                    int x = (pixel % _geometry.OutputWidth * _geometry.StrideX) - _geometry.PadLeft + (kx * _geometry.DilationX);
                    if (x >= 0 && x < width) windows[pixel] += plane[(y * width) + x];
                }
            }
    }
}
