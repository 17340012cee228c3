using ImcEngine.BitPlanes;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>How D21 finds the scale alpha of its bipolar weights, one for the whole tensor.</summary>
internal enum D21Alpha
{
    /// <summary>2 mean |w|.</summary>
    MeanAbs,

    /// <summary>2 bits: 3.212 sd - 2.178 mean |w|; 4 bits: (sd - 1.013 mean |w|) / 0.077; sd unbiased.</summary>
    Sawb,
}

/// <summary>Weight codes with one scale: a weight stands for code * alpha / D.</summary>
/// <param name="Format">Format of the codes, which gives D.</param>
/// <param name="Codes">Codes in the order of the weights.</param>
/// <param name="Alpha">The number that code D stands for.</param>
internal sealed record ScaledCodes(OperandFormat Format, short[] Codes, float Alpha)
{
    public float Step => Alpha / Format.Denominator;
}

/// <summary>
/// The quantizers of the D21 framework as its layers apply them; statistics in double in index order, everything per weight in float32.
/// <code>
/// CIFAR 1-bit           sign(w), 0 for w = 0; alpha 1
/// CIFAR, ImageNet 2-bit t = alpha - alpha / 3:  w >= t: 3,  0 &lt;= w &lt; t: 1,  -t &lt;= w &lt; 0: -1,  else -3
/// CIFAR 4-bit           v = clamp(w, -alpha, alpha) / largest |clamped w|;  code = 2 round(15 (v + 1) / 2) - 15
/// ImageNet 4-bit        alpha = 4 mean |w|;  code = round(7 clamp(w / alpha, -1, 1))
/// PACT activations      code = round(clamp(x, 0, alpha) / step), step = alpha / (2^b - 1)
/// hard tanh, published  c = clamp(round(clamp(x, -1, 1) (2^b - 1) / 2), -2^(b-1), 2^(b-1) - 1);  code = 2 c + 1
/// hard tanh, nearest    code = 2 round((clamp(x, -1, 1) + 1) (2^b - 1) / 2) - (2^b - 1)
/// </code>
/// round is half to even. Networks run activations by the engine's quantizers, which divide by the step as ONNX does, where D21 multiplies:
/// PACT is Nearest, the published hard tanh BipolarShifted, the nearest BipolarNearest
/// (<see cref="ImcEngine.Networks.Graph.QuantizerKind"/>).
/// The codes are those of the formulas, except for activations on an edge between two bins.
/// </summary>
internal static class D21Quantizers
{
    private static readonly OperandFormat Bipolar1 = new(1, OperandEncoding.Bipolar);
    private static readonly OperandFormat Bipolar2 = new(2, OperandEncoding.Bipolar);
    private static readonly OperandFormat Bipolar4 = new(4, OperandEncoding.Bipolar);
    private static readonly OperandFormat TwosComplement4 = new(4, OperandEncoding.TwosComplement);

    /// <summary>Returns codes and scale: for already quantized weights their own,
    /// for latent weights those of the family whose weights have this format.</summary>
    /// <exception cref="ImcException">No family has this format, or this scale with it;
    /// or the scale of these weights is not positive.</exception>
    public static ScaledCodes Weights(ReadOnlySpan<float> weights, OperandFormat format, D21Alpha kind)
    {
        if (D21Grids.Recover(weights, format) is { } known) return known;
        if (format == Bipolar2) return TwoBitWeights(weights, kind);
        if (format == Bipolar4) return FourBitWeights(weights, kind);
        if (kind == D21Alpha.Sawb)
            throw new ImcException($"D21 has no SAWB scale for {format} weights; allowed is mean-abs (bipolar:2 and bipolar:4 have both).");
        return format == Bipolar1 ? SignWeights(weights) : ImageNetFourBitWeights(weights);
    }

    public static ScaledCodes SignWeights(ReadOnlySpan<float> weights) => Each(weights, Bipolar1, 1, w => w > 0 ? 1 : w < 0 ? -1 : 0);

    public static ScaledCodes TwoBitWeights(ReadOnlySpan<float> weights, D21Alpha kind)
    {
        float alpha = TwoBitAlpha(weights, kind);
        float threshold = alpha - alpha / 3;
        return Each(weights, Bipolar2, alpha, w => w >= threshold ? 3 : w >= 0 ? 1 : w >= -threshold ? -1 : -3);
    }

    public static ScaledCodes FourBitWeights(ReadOnlySpan<float> weights, D21Alpha kind)
    {
        float alpha = FourBitAlpha(weights, kind);
        float largest = 0;
        foreach (float weight in weights) largest = Math.Max(largest, Math.Abs(Math.Clamp(weight, -alpha, alpha)));
        return Each(weights, Bipolar4, alpha, w => 2 * (int)MathF.Round((Math.Clamp(w, -alpha, alpha) / largest + 1) / 2 * 15) - 15);
    }

    public static ScaledCodes ImageNetFourBitWeights(ReadOnlySpan<float> weights)
    {
        float alpha = Positive(4 * Statistics(weights).MeanMagnitude, "4 mean |w|");
        return Each(weights, TwosComplement4, alpha, w => (int)MathF.Round(Math.Clamp(w / alpha, -1f, 1f) * 7));
    }

    /// <summary>Returns unipolar codes 0 .. 2^bits - 1.</summary>
    public static void PactActivations(ReadOnlySpan<float> activations, float alpha, int bits, Span<int> codes)
    {
        float step = alpha / ((1 << bits) - 1);
        for (int i = 0; i < activations.Length; i++) codes[i] = (int)MathF.Round(Math.Clamp(activations[i], 0, alpha) / step);
    }

    /// <summary>Returns odd bipolar codes; the bins lie half a step off, as D21 publishes them.</summary>
    public static void HardTanhActivations(ReadOnlySpan<float> activations, int bits, Span<int> codes)
    {
        int levels = 1 << bits;
        for (int i = 0; i < activations.Length; i++)
            codes[i] =
                2 * Math.Clamp((int)MathF.Round(Math.Clamp(activations[i], -1f, 1f) * (levels - 1) / 2), -levels / 2, levels / 2 - 1) + 1;
    }

    /// <summary>Returns odd bipolar codes: the level nearest to the activation.</summary>
    public static void HardTanhActivationsNearest(ReadOnlySpan<float> activations, int bits, Span<int> codes)
    {
        int denominator = (1 << bits) - 1;
        for (int i = 0; i < activations.Length; i++)
            codes[i] = 2 * (int)MathF.Round((Math.Clamp(activations[i], -1f, 1f) + 1) * denominator / 2) - denominator;
    }

    private static float TwoBitAlpha(ReadOnlySpan<float> weights, D21Alpha kind)
    {
        var (mean, deviation) = Statistics(weights);
        return kind == D21Alpha.MeanAbs
            ? Positive(2 * mean, "2 mean |w|")
            : Positive(3.212 * deviation - 2.178 * mean, "3.212 sd - 2.178 mean |w|");
    }

    private static float FourBitAlpha(ReadOnlySpan<float> weights, D21Alpha kind)
    {
        var (mean, deviation) = Statistics(weights);
        return kind == D21Alpha.MeanAbs
            ? Positive(2 * mean, "2 mean |w|")
            : Positive((deviation - 1.013 * mean) / 0.077, "(sd - 1.013 mean |w|) / 0.077");
    }

    private static float Positive(double alpha, string formula) => alpha > 0
        ? (float)alpha
        : throw new ImcException($"The scale {formula} of a weight tensor is {alpha}; it must be positive. "
            + "Use another scale for this tensor.");

    /// <summary>Returns the mean magnitude, and the unbiased standard deviation of the signed weights.</summary>
    private static (double MeanMagnitude, double Deviation) Statistics(ReadOnlySpan<float> weights)
    {
        double sum = 0, magnitudes = 0;
        foreach (float weight in weights)
        {
            sum += weight;
            magnitudes += Math.Abs((double)weight);
        }
        double mean = sum / weights.Length, squares = 0;
        foreach (float weight in weights) squares += (weight - mean) * (weight - mean);
        return (magnitudes / weights.Length, Math.Sqrt(squares / (weights.Length - 1)));
    }

    private static ScaledCodes Each(ReadOnlySpan<float> weights, OperandFormat format, float alpha, Func<float, int> code)
    {
        var codes = new short[weights.Length];
        for (int i = 0; i < codes.Length; i++) codes[i] = (short)code(weights[i]);
        return new(format, codes, alpha);
    }
}
