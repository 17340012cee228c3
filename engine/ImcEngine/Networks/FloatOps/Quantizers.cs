using System.Runtime.Intrinsics;

namespace ImcEngine.Networks.FloatOps;

/// <summary>
/// Float32 to activation codes and back (<see cref="QuantizerKind"/>, ARITHMETIC §1, §6, §8).
/// <code>
/// Nearest          clamp(round(x / step), least, most)
/// BipolarNearest   2 * clamp(round((x + scale) / (2 step)), 0, 2^b - 1) - (2^b - 1)     scale = step * (2^b - 1), rounded to float32
/// BipolarShifted   2 * clamp(round(x / (2 step)), -2^(b-1), 2^(b-1) - 1) + 1
/// Sign             x >= 0 ? 1 : -1
/// ThreeValuedSign  x &gt; 0 ? 1 : x &lt; 0 ? -1 : 0
/// </code>
/// As ONNX's QuantizeLinear: float32 division, round half to even, saturation (also of infinities). ONNX leaves NaN open: it becomes
/// the least code, and 0 of a three-valued sign.
/// </summary>
public static class Quantizers
{
    /// <exception cref="ArgumentException">The spans differ in length, or the step is not positive and finite.</exception>
    public static void Quantize(ReadOnlySpan<float> input, QuantizeNode node, Span<short> codes)
    {
        SpanChecks.Require(codes, input.Length, nameof(codes));
        switch (node.Kind)
        {
            case QuantizerKind.Sign:
                Signs(input, codes);
                break;
            case QuantizerKind.ThreeValuedSign:
                ThreeValuedSigns(input, codes);
                break;
            default:
                if (!(node.Step > 0) || !float.IsFinite(node.Step))
                    throw new ArgumentException($"Quantizer '{node.Name}' has step {node.Step}; it must be positive and finite.", nameof(node));
                Round(input, Grid.Of(node), codes);
                break;
        }
    }

    /// <summary>code * step, rounded to float32.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Dequantize(ReadOnlySpan<short> codes, float step, Span<float> result)
    {
        SpanChecks.Require(result, codes.Length, nameof(result));
        for (int i = 0; i < result.Length; i++) result[i] = codes[i] * step;
    }

    /// <summary>code = Slope * clamp(round((x + Shift) / Divisor), Least, Most) + Base.</summary>
    private readonly record struct Grid(float Shift, float Divisor, float Least, float Most, int Slope, int Base)
    {
        public static Grid Of(QuantizeNode node)
        {
            int highest = (1 << node.Format.Bits) - 1, half = 1 << (node.Format.Bits - 1);
            return node.Kind switch
            {
                QuantizerKind.Nearest => new(-0f, node.Step, node.LeastCode, node.MostCode, 1, 0),
                QuantizerKind.BipolarNearest => new(node.Step * highest, 2 * node.Step, 0, highest, 2, -highest),
                _ => new(-0f, 2 * node.Step, -half, half - 1, 2, 1),
            };
        }
    }

    private static void Round(ReadOnlySpan<float> input, Grid grid, Span<short> codes)
    {
        int i = 0;
        for (; i <= input.Length - Vector256<short>.Count; i += Vector256<short>.Count)
        {
            var low = Round(Vector256.Create(input[i..]), grid);
            var high = Round(Vector256.Create(input[(i + Vector256<float>.Count)..]), grid);
            Vector256.Narrow(low, high).CopyTo(codes[i..]);
        }
        Span<float> rest = stackalloc float[Vector256<short>.Count];
        Span<short> restCodes = stackalloc short[Vector256<short>.Count];
        if (i == input.Length) return;
        input[i..].CopyTo(rest);
        Vector256.Narrow(Round(Vector256.Create<float>(rest), grid), Round(Vector256.Create<float>(rest[Vector256<float>.Count..]), grid)).CopyTo(restCodes);
        restCodes[..(input.Length - i)].CopyTo(codes[i..]);
    }

    /// <summary>Clamping first changes nothing (the bounds are integers) and keeps the conversion in range; a NaN fails the first comparison.</summary>
    private static Vector256<int> Round(Vector256<float> x, Grid grid)
    {
        var steps = (x + Vector256.Create(grid.Shift)) / Vector256.Create(grid.Divisor);
        var least = Vector256.Create(grid.Least);
        var most = Vector256.Create(grid.Most);
        steps = Vector256.ConditionalSelect(Vector256.GreaterThan(steps, least), steps, least);
        steps = Vector256.ConditionalSelect(Vector256.LessThan(steps, most), steps, most);
        return (Vector256.ConvertToInt32(Vector256.Round(steps)) * grid.Slope) + Vector256.Create(grid.Base);
    }

    private static void Signs(ReadOnlySpan<float> input, Span<short> codes)
    {
        for (int i = 0; i < codes.Length; i++) codes[i] = (short)(input[i] >= 0 ? 1 : -1);
    }

    private static void ThreeValuedSigns(ReadOnlySpan<float> input, Span<short> codes)
    {
        for (int i = 0; i < codes.Length; i++) codes[i] = (short)((input[i] > 0 ? 1 : 0) - (input[i] < 0 ? 1 : 0));
    }
}
