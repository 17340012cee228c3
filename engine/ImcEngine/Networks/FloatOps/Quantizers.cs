using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;

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
            case QuantizerKind.Sign: Apply(input, new Signs(), codes); break;
            case QuantizerKind.ThreeValuedSign: Apply(input, new ThreeValuedSigns(), codes); break;
            default: Apply(input, Grid.Of(node), codes); break;
        }
    }

    /// <summary>As <see cref="Quantize(ReadOnlySpan{float}, QuantizeNode, Span{short})"/>, to bit-planes.</summary>
    /// <param name="input"><c>[channel, pixel]</c>.</param>
    /// <param name="layout">Of the codes.</param>
    /// <param name="firstChannel">Of those that are quantized.</param>
    /// <param name="channels">How many.</param>
    /// <param name="words">Written, of these channels.</param>
    internal static unsafe void Quantize(ReadOnlySpan<float> input, QuantizeNode node, PixelBits layout, int firstChannel, int channels, ulong* words)
    {
        switch (node.Kind)
        {
            case QuantizerKind.Sign: Apply(input, new Signs(), layout, firstChannel, channels, words); break;
            case QuantizerKind.ThreeValuedSign: Apply(input, new ThreeValuedSigns(), layout, firstChannel, channels, words); break;
            default: Apply(input, Grid.Of(node), layout, firstChannel, channels, words); break;
        }
    }

    /// <summary>code * step, rounded to float32.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Dequantize(ReadOnlySpan<short> codes, float step, Span<float> result)
    {
        SpanChecks.Require(result, codes.Length, nameof(result));
        for (int i = 0; i < result.Length; i++) result[i] = codes[i] * step;
    }

    private static void Apply<TRule>(ReadOnlySpan<float> input, TRule rule, Span<short> codes) where TRule : struct, IRule
    {
        int i = 0;
        ref float from = ref MemoryMarshal.GetReference(input);
        ref short to = ref MemoryMarshal.GetReference(codes);
        for (; i <= input.Length - Vector256<short>.Count; i += Vector256<short>.Count)
        {
            Vector256<float> low = Vector256.LoadUnsafe(ref from, (nuint)i), high = Vector256.LoadUnsafe(ref from, (nuint)(i + Vector256<float>.Count));
            Vector256.Narrow(rule.Codes(low), rule.Codes(high)).StoreUnsafe(ref to, (nuint)i);
        }
        if (i == input.Length) return;
        Span<float> rest = stackalloc float[Vector256<short>.Count];
        Span<short> restCodes = stackalloc short[Vector256<short>.Count];
        input[i..].CopyTo(rest);
        Apply(rest, rule, restCodes);
        restCodes[..(input.Length - i)].CopyTo(codes[i..]);
    }

    private static unsafe void Apply<TRule>(ReadOnlySpan<float> input, TRule rule, PixelBits layout, int firstChannel, int channels, ulong* words) where TRule : struct, IRule
    {
        const int Pixels = 8; // of a byte
        int whole = layout.Pixels / Pixels, rest = layout.Pixels % Pixels, bytes = layout.Words * sizeof(ulong), planeBytes = layout.PlaneWords * sizeof(ulong), bits = layout.Format.Bits;
        float* tail = stackalloc float[Pixels];
        fixed (float* all = input)
            for (int channel = firstChannel; channel < firstChannel + channels; channel++)
            {
                float* x = all + channel * layout.Pixels;
                byte* to = (byte*)words + channel * bytes, end = to + whole;
                for (; to < end; to++, x += Pixels) Store(rule, Vector256.Load(x), to, bits, planeBytes, layout.IsThreeValued, byte.MaxValue);
                if (whole == bytes) continue;
                // Behind the pixels nothing is set.
                for (int i = 0; i < Pixels; i++) tail[i] = i < rest ? x[i] : 0;
                Store(rule, Vector256.Load(tail), to++, bits, planeBytes, layout.IsThreeValued, (byte)((1 << rest) - 1));
                for (end += bytes - whole; to < end; to++) Store(rule, Vector256<float>.Zero, to, bits, planeBytes, layout.IsThreeValued, 0);
            }
    }

    /// <param name="inside">Of the pixels, those that there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Store<TRule>(TRule rule, Vector256<float> x, byte* to, int bits, int planeBytes, bool isThreeValued, byte inside) where TRule : struct, IRule
    {
        var digits = rule.Digits(x);
        if (isThreeValued) to[bits * planeBytes] = (byte)(rule.Driven(x).ExtractMostSignificantBits() & inside);
        for (int plane = 0; plane < bits; plane++, to += planeBytes) *to = (byte)((digits << (31 - plane)).ExtractMostSignificantBits() & inside);
    }

    private interface IRule
    {
        Vector256<int> Codes(Vector256<float> x);

        /// <summary>Bit i is that of plane i.</summary>
        Vector256<int> Digits(Vector256<float> x);

        /// <summary>Top bits: the code is not 0; of three-valued codes.</summary>
        Vector256<int> Driven(Vector256<float> x);
    }

    /// <summary>code = Slope * clamp(round((x + Shift) / Divisor), Least, Most) + Base.</summary>
    /// <param name="Lowest">Digits are the clamped number less this.</param>
    private readonly record struct Grid(float Shift, float Divisor, float Least, float Most, int Slope, int Base, int Lowest) : IRule
    {
        public static Grid Of(QuantizeNode node)
        {
            if (!(node.Step > 0) || !float.IsFinite(node.Step))
                throw new ArgumentException($"Quantizer '{node.Name}' has step {node.Step}; it must be positive and finite.", nameof(node));
            int highest = (1 << node.Format.Bits) - 1, half = 1 << (node.Format.Bits - 1);
            return node.Kind switch
            {
                QuantizerKind.Nearest => new(-0f, node.Step, node.LeastCode, node.MostCode, 1, 0, 0),
                QuantizerKind.BipolarNearest => new(node.Step * highest, 2 * node.Step, 0, highest, 2, -highest, 0),
                _ => new(-0f, 2 * node.Step, -half, half - 1, 2, 1, -half),
            };
        }

        /// <summary>Clamping first changes nothing (the bounds are integers) and keeps the conversion in range; a NaN fails the first comparison.</summary>
        public Vector256<int> Codes(Vector256<float> x) => (Steps(x) * Slope) + Vector256.Create(Base);

        public Vector256<int> Digits(Vector256<float> x) => Steps(x) - Vector256.Create(Lowest);

        public Vector256<int> Driven(Vector256<float> x) => Vector256<int>.AllBitsSet;

        private Vector256<int> Steps(Vector256<float> x)
        {
            Vector256<float> steps = (x + Vector256.Create(Shift)) / Vector256.Create(Divisor), least = Vector256.Create(Least), most = Vector256.Create(Most);
            steps = Vector256.ConditionalSelect(Vector256.GreaterThan(steps, least), steps, least);
            steps = Vector256.ConditionalSelect(Vector256.LessThan(steps, most), steps, most);
            return Vector256.ConvertToInt32(Vector256.Round(steps));
        }
    }

    /// <summary>A comparison that holds is -1.</summary>
    private readonly struct Signs : IRule
    {
        public Vector256<int> Codes(Vector256<float> x) =>
            -(Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero).AsInt32() * 2) - Vector256<int>.One;

        public Vector256<int> Digits(Vector256<float> x) => Vector256.GreaterThanOrEqual(x, Vector256<float>.Zero).AsInt32();

        public Vector256<int> Driven(Vector256<float> x) => Vector256<int>.AllBitsSet;
    }

    private readonly struct ThreeValuedSigns : IRule
    {
        public Vector256<int> Codes(Vector256<float> x) =>
            Vector256.LessThan(x, Vector256<float>.Zero).AsInt32() - Vector256.GreaterThan(x, Vector256<float>.Zero).AsInt32();

        public Vector256<int> Digits(Vector256<float> x) => Vector256.GreaterThan(x, Vector256<float>.Zero).AsInt32();

        public Vector256<int> Driven(Vector256<float> x) => (Vector256.LessThan(x, Vector256<float>.Zero) | Vector256.GreaterThan(x, Vector256<float>.Zero)).AsInt32();
    }
}
