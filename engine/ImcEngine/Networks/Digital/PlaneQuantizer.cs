using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Float32 to the bit-planes of activation codes, bit for bit as <see cref="Quantizers"/> make the codes; immutable and thread-safe.
/// A quantizer never falls as x grows, so that each of a few codes begins at a float32,
/// found once by trying the arithmetic that the comparison replaces:
/// <code>
/// reached k = x >= threshold k     digit b = exclusive or of every 2^b-th of them
/// </code>
/// </summary>
internal sealed unsafe class PlaneQuantizer
{
    private const int Lanes = 8, WordPixels = 64, HalfVectors = WordPixels / 2 / Lanes;

    private readonly QuantizeNode _node;
    private readonly QuantizerGrid _grid;
    private readonly float[]? _thresholds;

    /// <exception cref="ArgumentException">The step is not positive and finite.</exception>
    public PlaneQuantizer(QuantizeNode node)
    {
        _node = node;
        _thresholds = ThresholdsOf(node);
        if (_thresholds is null && node.Kind != QuantizerKind.ThreeValuedSign) _grid = QuantizerGrid.ForNode(node);
    }

    /// <param name="input"><c>[channel, pixel]</c>.</param>
    /// <param name="layout">Of the codes.</param>
    /// <param name="firstChannel">Of those that are quantized.</param>
    /// <param name="channels">How many.</param>
    /// <param name="words">Written, of these channels.</param>
    /// <returns>Whether all of these channels' input is numbers, no NaN.</returns>
    public bool Run(ReadOnlySpan<float> input, PixelBits layout, int firstChannel, int channels, ulong* words) => _thresholds switch
    {
        [var one] => Run(input, new FewPlanes<OneThreshold>(new(one), layout.Planes), layout, firstChannel, channels, words),
        [var one, var two, var three] =>
            Run(input, new FewPlanes<ThreeThresholds>(new(one, two, three), layout.Planes), layout, firstChannel, channels, words),
        _ when _node.Kind == QuantizerKind.ThreeValuedSign =>
            Run(input, new FewPlanes<ThreeValuedSigns>(new(), layout.Planes), layout, firstChannel, channels, words),
        _ => Run(input, new DigitPlanes(_grid, layout.Planes), layout, firstChannel, channels, words),
    };

    /// <summary>Whole words are stored: with codes that another core had read, single bytes took 11.5 us where words take 5 (65,536 codes
    /// of one bit, two threads of a Zen 5 whose cores share no cache).</summary>
    [SkipLocalsInit]
    private static bool Run<TRule>(ReadOnlySpan<float> input, TRule rule, PixelBits layout, int firstChannel, int channels, ulong* words)
        where TRule : struct, IRule
    {
        float* tail = stackalloc float[WordPixels];
        var areNumbers = Vector256<float>.AllBitsSet;
        fixed (float* all = input)
            for (int channel = firstChannel; channel < firstChannel + channels; channel++)
            {
                float* x = all + channel * layout.Pixels;
                ulong* to = words + channel * layout.Words;
                for (int left = layout.Pixels; left > 0; left -= WordPixels, x += WordPixels, to++)
                {
                    int pixels = Math.Min(left, WordPixels), vectors = (pixels + Lanes - 1) / Lanes;
                    bool isWhole = pixels % Lanes == 0;
                    if (!isWhole)
                        for (int i = 0; i < vectors * Lanes; i++) tail[i] = i < pixels ? x[i] : 0;
                    areNumbers &= rule.Make(isWhole ? x : tail, vectors, ulong.MaxValue >> (WordPixels - pixels), to, layout.PlaneWords);
                }
            }
        return areNumbers.AsUInt32() == Vector256<uint>.AllBitsSet;
    }

    /// <summary>Null where codes have too many bits, do not ascend with their digits, or a NaN does not become the digits 0, as it does
    /// where no comparison with it holds.</summary>
    private static float[]? ThresholdsOf(QuantizeNode node)
    {
        if (node.Format.Bits > 2 || node.Format.Encoding == OperandEncoding.TwosComplement || node.Kind == QuantizerKind.ThreeValuedSign)
            return null;
        int Digits(float x)
        {
            Span<short> code = stackalloc short[1];
            Quantizers.Quantize([x], node, code);
            return node.Format.Digits(code[0]);
        }
        return Digits(float.NaN) == 0
            ? [.. Enumerable.Range(1, (1 << node.Format.Bits) - 1).Select(k => Least(x => Digits(x) >= k))] : null;
    }

    /// <summary>The least number at which what then stays true becomes so; NaN where it never does.</summary>
    private static float Least(Func<float, bool> isReached)
    {
        // Floats in their order: magnitudes are ordered as their bits are.
        static float Number(int order) => order < 0 ? -BitConverter.Int32BitsToSingle(-order) : BitConverter.Int32BitsToSingle(order);
        int most = BitConverter.SingleToInt32Bits(float.PositiveInfinity), low = -most, high = most;
        if (!isReached(Number(high))) return float.NaN;
        while (low < high)
        {
            int middle = low + (int)(((long)high - low) / 2);
            if (isReached(Number(middle))) high = middle;
            else low = middle + 1;
        }
        return Number(low);
    }

    private interface IRule
    {
        /// <summary>One word of every plane.</summary>
        /// <param name="inside">Of the pixels, those that there are.</param>
        /// <param name="to">Of plane 0.</param>
        /// <param name="planeWords">Distance between planes.</param>
        /// <returns>All bits set where a lane saw nothing but numbers.</returns>
        Vector256<float> Make(float* x, int vectors, ulong inside, ulong* to, int planeWords);
    }

    /// <summary>The bits of one or two planes.</summary>
    private interface IFewPlanes
    {
        (uint First, uint Second) Bits(Vector256<float> x);
    }

    private readonly struct FewPlanes<TBits>(TBits rule, int planes) : IRule where TBits : struct, IFewPlanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Make(float* x, int vectors, ulong inside, ulong* to, int planeWords)
        {
            ulong first = 0, second = 0;
            var areNumbers = Vector256<float>.AllBitsSet;
            for (int i = 0; i < vectors; i++)
            {
                var vector = Vector256.Load(x + i * Lanes);
                areNumbers &= Vector256.Equals(vector, vector);
                var (a, b) = rule.Bits(vector);
                first |= (ulong)a << (i * Lanes);
                second |= (ulong)b << (i * Lanes);
            }
            to[0] = first & inside;
            if (planes == 2) to[planeWords] = second & inside;
            return areNumbers;
        }
    }

    private readonly struct OneThreshold(float one) : IFewPlanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (uint First, uint Second) Bits(Vector256<float> x) => (Reached(x, one), 0);
    }

    private readonly struct ThreeThresholds(float one, float two, float three) : IFewPlanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (uint First, uint Second) Bits(Vector256<float> x)
        {
            uint second = Reached(x, two);
            return (Reached(x, one) ^ second ^ Reached(x, three), second);
        }
    }

    /// <summary>The digit, and whether there is one.</summary>
    private readonly struct ThreeValuedSigns : IFewPlanes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public (uint First, uint Second) Bits(Vector256<float> x)
        {
            uint positive = Vector256.GreaterThan(x, Vector256<float>.Zero).ExtractMostSignificantBits();
            return (positive, positive | Vector256.LessThan(x, Vector256<float>.Zero).ExtractMostSignificantBits());
        }
    }

    private readonly struct DigitPlanes(QuantizerGrid grid, int planes) : IRule
    {
        public Vector256<float> Make(float* x, int vectors, ulong inside, ulong* to, int planeWords)
        {
            var areNumbers = Vector256<float>.AllBitsSet;
            Vector256<ushort> low = HalfWord(x, vectors, ref areNumbers),
                high = HalfWord(x + WordPixels / 2, vectors - HalfVectors, ref areNumbers);
            for (int plane = 0; plane < planes; plane++, to += planeWords)
                *to = (Bits(low, plane) | (ulong)Bits(high, plane) << (WordPixels / 2)) & inside;
            return areNumbers;
        }

        /// <summary>Digits of 32 pixels, a byte each.</summary>
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<ushort> HalfWord(float* x, int vectors, ref Vector256<float> areNumbers) =>
            Vector256.Narrow(Vector256.Narrow(Digits(x, 0, vectors, ref areNumbers), Digits(x, 1, vectors, ref areNumbers)),
                Vector256.Narrow(Digits(x, 2, vectors, ref areNumbers), Digits(x, 3, vectors, ref areNumbers))).AsUInt16();

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        private Vector256<int> Digits(float* x, int vector, int vectors, ref Vector256<float> areNumbers)
        {
            if (vector >= vectors) return Vector256<int>.Zero;
            var numbers = Vector256.Load(x + vector * Lanes);
            areNumbers &= Vector256.Equals(numbers, numbers);
            return grid.Digits(numbers);
        }

        private static uint Bits(Vector256<ushort> digits, int plane) => (digits << (7 - plane)).AsByte().ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reached(Vector256<float> x, float threshold) =>
        Vector256.GreaterThanOrEqual(x, Vector256.Create(threshold)).ExtractMostSignificantBits();
}
