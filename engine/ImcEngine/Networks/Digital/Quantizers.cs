using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Converts float32 to activation codes and back (<see cref="QuantizerKind"/>, ARITHMETIC §1, §6, §8).
/// <code>
/// Nearest          clamp(round(x / step) + zero point, least, most), or clamp(round(x / step + zero point), least, most)
/// BipolarNearest   2 * clamp(round((x + scale) / (2 step)), 0, 2^b - 1) - (2^b - 1)     scale = step * (2^b - 1), rounded to float32
/// BipolarShifted   2 * clamp(round(x / (2 step)), (least - 1) / 2, (most - 1) / 2) + 1
/// Sign             x >= 0 ? 1 : -1
/// ThreeValuedSign  x &gt; 0 ? 1 : x &lt; 0 ? -1 : 0
/// </code>
/// As in ONNX's QuantizeLinear: float32 division, round half to even, saturation (also of infinities). ONNX does not define NaN. Here it
/// becomes the least code, or 0 for a three-valued sign; every run then refuses it.
/// </summary>
internal static class Quantizers
{
    /// <returns>Whether the input has no NaN.</returns>
    /// <exception cref="ArgumentException">The spans differ in length, or the step is not positive and finite.</exception>
    public static bool Quantize(ReadOnlySpan<float> input, QuantizeNode node, Span<short> codes)
    {
        SpanChecks.Require(codes, input.Length, nameof(codes));
        return node.Kind switch
        {
            QuantizerKind.Sign => Apply(input, new Signs(), codes),
            QuantizerKind.ThreeValuedSign => Apply(input, new ThreeValuedSigns(), codes),
            _ => Apply(input, new GridRule(QuantizerGrid.ForNode(node)), codes),
        };
    }

    /// <summary>Computes (code - zeroPoint) * step, rounded to float32.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Dequantize(ReadOnlySpan<short> codes, float step, int zeroPoint, Span<float> result)
    {
        SpanChecks.Require(result, codes.Length, nameof(result));
        for (int i = 0; i < result.Length; i++) result[i] = (codes[i] - zeroPoint) * step;
    }

    private static bool Apply<TRule>(ReadOnlySpan<float> input, TRule rule, Span<short> codes) where TRule : struct, IRule
    {
        int i = 0;
        var areNumbers = Vector256<float>.AllBitsSet;
        ref float from = ref MemoryMarshal.GetReference(input);
        ref short to = ref MemoryMarshal.GetReference(codes);
        for (; i <= input.Length - Vector256<short>.Count; i += Vector256<short>.Count)
        {
            Vector256<float> low = Vector256.LoadUnsafe(ref from, (nuint)i),
                high = Vector256.LoadUnsafe(ref from, (nuint)(i + Vector256<float>.Count));
            areNumbers &= Vector256.Equals(low, low) & Vector256.Equals(high, high);
            Vector256.Narrow(rule.Codes(low), rule.Codes(high)).StoreUnsafe(ref to, (nuint)i);
        }
        bool isAllNumbers = areNumbers.AsUInt32() == Vector256<uint>.AllBitsSet;
        if (i == input.Length) return isAllNumbers;
        Span<float> rest = stackalloc float[Vector256<short>.Count];
        Span<short> restCodes = stackalloc short[Vector256<short>.Count];
        input[i..].CopyTo(rest);
        isAllNumbers &= Apply(rest, rule, restCodes);
        restCodes[..(input.Length - i)].CopyTo(codes[i..]);
        return isAllNumbers;
    }

    private interface IRule
    {
        Vector256<int> Codes(Vector256<float> x);
    }

    private readonly struct GridRule(QuantizerGrid grid) : IRule
    {
        public Vector256<int> Codes(Vector256<float> x) => grid.Codes(x);
    }

    /// <summary>In vector code a comparison that holds is -1.</summary>
    private readonly struct Signs : IRule
    {
        public Vector256<int> Codes(Vector256<float> x) =>
            -(Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero).AsInt32() * 2) - Vector256<int>.One;
    }

    private readonly struct ThreeValuedSigns : IRule
    {
        public Vector256<int> Codes(Vector256<float> x) =>
            Vector256.LessThan(x, Vector256<float>.Zero).AsInt32() - Vector256.GreaterThan(x, Vector256<float>.Zero).AsInt32();
    }
}
