using ImcEngine.BitPlanes;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Recovers codes and scale of weights that a quantizer of D21 has already quantized. Quantizing them again would find another scale,
/// because alpha comes from the statistics of latent weights. Here it comes from the weights' own grid:
/// <code>
/// w = code alpha / D                    alpha = D / k times the largest |w|, whose code k is
/// bipolar 1        0, +-1               1
/// bipolar 2        +-1, +-3             the least of 1, 3 on whose grid all weights lie
/// bipolar 4        +-1, +-3 .. +-15     15: D21 rescales by the largest weight
/// two's complement 4   -7 .. 7          the least of 1 .. 7 on whose grid all weights lie
/// </code>
/// A weight may be off by 1e-6 alpha: frameworks differ in the order in which they scale codes.
/// </summary>
internal static class D21Grids
{
    private const double ToleranceRelative = 1e-6;

    /// <summary>Returns null if the weights lie on no such grid: they are latent.
    /// If they are code * step rounded once, the step is recovered to the last bit.</summary>
    /// <param name="format">Format of the family: bipolar of 1, 2 or 4 bits, or two's complement of 4.</param>
    /// <exception cref="ImcException">No family of D21 has weights of this format.</exception>
    public static ScaledCodes? Recover(ReadOnlySpan<float> weights, OperandFormat format)
    {
        float largest = 0;
        foreach (float weight in weights) largest = Math.Max(largest, Math.Abs(weight));
        foreach (int code in CodesOfLargest(format))
            if (largest > 0 && Codes(weights, (double)largest * format.Denominator / code, format) is { } codes)
                return new(format, codes, ExactAlpha(weights, codes, largest, code, format));
        return null;
    }

    private static int[] CodesOfLargest(OperandFormat format) => format switch
    {
        { Encoding: OperandEncoding.Bipolar, Bits: 1 } => [1],
        { Encoding: OperandEncoding.Bipolar, Bits: 2 } => [1, 3],
        { Encoding: OperandEncoding.Bipolar, Bits: 4 } => [15],
        { Encoding: OperandEncoding.TwosComplement, Bits: 4 } => [1, 2, 3, 4, 5, 6, 7],
        _ =>
            throw new ImcException($"No family of D21 has {format} weights; "
                + "allowed are bipolar:1, bipolar:2, bipolar:4 and twos-complement:4."),
    };

    /// <summary>Returns the codes; null if a weight is off the grid.</summary>
    private static short[]? Codes(ReadOnlySpan<float> weights, double alpha, OperandFormat format)
    {
        var codes = new short[weights.Length];
        for (int i = 0; i < codes.Length; i++)
        {
            double code = Math.Round(weights[i] / alpha * format.Denominator);
            bool isThreeValued = format is { Encoding: OperandEncoding.Bipolar, Bits: 1 } && code == 0;
            if (!(Math.Abs(weights[i] - code * alpha / format.Denominator) <= ToleranceRelative * alpha)
                || !(isThreeValued || format.Holds((int)code))) return null;
            codes[i] = (short)code;
        }
        return codes;
    }

    /// <summary>Returns the float32 nearest to D / k times the largest weight that reproduces every weight as code * step,
    /// or simply the nearest if none does.</summary>
    private static float ExactAlpha(ReadOnlySpan<float> weights, short[] codes, float largest, int code, OperandFormat format)
    {
        float nearest = (float)((double)largest * format.Denominator / code);
        foreach (float alpha in (ReadOnlySpan<float>)[nearest, MathF.BitIncrement(nearest), MathF.BitDecrement(nearest)])
            if (Reproduces(weights, codes, alpha / format.Denominator)) return alpha;
        return nearest;
    }

    private static bool Reproduces(ReadOnlySpan<float> weights, short[] codes, float step)
    {
        for (int i = 0; i < codes.Length; i++)
            if (codes[i] * step != weights[i]) return false;
        return true;
    }
}
