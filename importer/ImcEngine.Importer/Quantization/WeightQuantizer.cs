using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>Weights as integer codes: weight = code * step of its output channel.</summary>
/// <param name="Format">Two's complement, bipolar or ternary.</param>
/// <param name="Codes"><c>[outputChannel, ...]</c>.</param>
/// <param name="Steps">Per output channel, positive.</param>
internal sealed record QuantizedWeights(OperandFormat Format, short[] Codes, float[] Steps);

/// <summary>Turns float weights into codes, each output channel on its own, with the step rules of <see cref="StepSearch"/>.</summary>
internal static class WeightQuantizer
{
    /// <param name="weights"><c>[outputChannel, ...]</c>, finite.</param>
    /// <param name="outputChannels">Channels, each the same number of weights.</param>
    /// <param name="format">Two's complement (2 to 8 bits, restricted range), bipolar (1 to 8 bits) or ternary.</param>
    /// <param name="percentile">For <see cref="QuantizationMethod.Percentile"/>.</param>
    /// <exception cref="ImcException">A weight is not finite, or the format is not one for weights.</exception>
    public static QuantizedWeights Quantize(
        ReadOnlyMemory<float> weights, int outputChannels, OperandFormat format, QuantizationMethod method, double percentile)
    {
        if (format.Encoding == OperandEncoding.Unipolar)
            throw new ImcException("Weights cannot be unipolar; allowed are twos-complement, bipolar and ternary.");
        int perChannel = weights.Length / outputChannels;
        var codes = new short[weights.Length];
        var steps = new float[outputChannels];
        // Channels are independent, so no result depends on how they are spread over threads.
        Workers.For(outputChannels, threads: -1, CancellationToken.None, channel => steps[channel] = QuantizeChannel(
            weights.Span.Slice(channel * perChannel, perChannel), format, method, percentile,
            codes.AsSpan(channel * perChannel, perChannel)));
        return new(format, codes, steps);
    }

    private static float QuantizeChannel(
        ReadOnlySpan<float> weights, OperandFormat format, QuantizationMethod method, double percentile, Span<short> codes)
    {
        var elements = new double[weights.Length];
        for (int i = 0; i < elements.Length; i++)
            elements[i] = float.IsFinite(weights[i]) ? weights[i]
                : throw new ImcException($"A weight is {weights[i]}; only finite weights can be quantized.");
        var once = new long[weights.Length];
        Array.Fill(once, 1);
        float step = StepSearch.Find(elements, once, format, method, percentile);
        for (int i = 0; i < elements.Length; i++) codes[i] = (short)StepSearch.Code(elements[i], step, format);
        return step;
    }
}
