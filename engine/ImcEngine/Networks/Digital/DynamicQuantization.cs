using ImcEngine.BitPlanes;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Quantization whose scale and zero point each image makes for itself (ONNX's DynamicQuantizeLinear), in float32 as OnnxRuntime:
/// <code>
/// scale = (max(x, 0) - min(x, 0)) / 255, or 1 where all x are 0     zero point = round-half-even(clamp(0 - min(x, 0) / scale, 0, 255))
/// </code>
/// Codes are those of <see cref="QuantizerKind.Nearest"/>, unipolar of 8 bits.
/// </summary>
internal static class DynamicQuantization
{
    private const float MostCode = 255;

    public static OperandFormat Format { get; } = new(8, OperandEncoding.Unipolar);

    /// <exception cref="ImcException">An element is infinite, so that no scale holds it.</exception>
    public static (float Scale, int ZeroPoint) ParametersOf(ReadOnlySpan<float> x)
    {
        float least = 0, most = 0;
        foreach (float element in x) (least, most) = (element < least ? element : least, element > most ? element : most);
        float scale = most == least ? 1 : (most - least) / MostCode;
        if (!float.IsFinite(scale) || scale == 0)
            throw new ImcException($"A dynamic quantizer reads numbers from {least} to {most}, which no scale of float32 holds. "
                + "Check the network's preprocessing (--mean, --std) and its weights.");
        float zero = 0 - (least / scale);
        return (scale, (int)MathF.Round(MathF.Max(0, MathF.Min(MostCode, zero)), MidpointRounding.ToEven));
    }

    /// <summary>Returns the quantizer of one image.</summary>
    public static QuantizeNode RuleOf(float scale, int zeroPoint) =>
        new("dynamic", [], 0, QuantizerKind.Nearest, Format, scale, 0, (int)MostCode, zeroPoint);
}
