using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Converts float32 to the bit-planes of activation codes, with exactly the codes of <see cref="Quantizers"/>; immutable and thread-safe. A
/// quantizer never decreases as x grows. With few codes, each therefore begins at a float32 threshold, which is found once by bisection
/// over the quantizer itself:
/// <code>
/// reached k = x >= threshold k     digit b = exclusive or of reached k over every k that is a multiple of 2^b
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
    /// <param name="layout">The layout of the codes.</param>
    /// <param name="firstChannel">The first channel to quantize.</param>
    /// <param name="channels">The number of channels to quantize.</param>
    /// <param name="words">The bit-planes, of which these channels are written.</param>
    /// <returns>Whether the input of these channels has no NaN.</returns>
    public bool Run(ReadOnlySpan<float> input, PixelBits layout, int firstChannel, int channels, ulong* words) => _thresholds switch
    {
        [var one] => Run(input, new FewPlanes<OneThreshold>(new(one), layout.Planes), layout, firstChannel, channels, words),
        [var one, var two, var three] =>
            Run(input, new FewPlanes<ThreeThresholds>(new(one, two, three), layout.Planes), layout, firstChannel, channels, words),
        _ when _node.Kind == QuantizerKind.ThreeValuedSign =>
            Run(input, new FewPlanes<ThreeValuedSigns>(new(), layout.Planes), layout, firstChannel, channels, words),
        _ => Run(input, new DigitPlanes(_grid, layout.Planes), layout, firstChannel, channels, words),
    };

    /// <summary>Stores whole words. Where another core had read the codes, storing single bytes took 11.5 us and words 5 us (65,536 codes
    /// of one bit, two threads on Zen 5 cores that share no cache).</summary>
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

    /// <summary>Returns the thresholds; null if codes have too many bits, do not ascend with their digits, or if NaN does not get the
    /// digits 0. (No comparison with NaN holds, so thresholds would give it the digits 0.)</summary>
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

    /// <summary>Returns the least number for which a monotone condition holds; NaN if it holds for none.</summary>
    private static float Least(Func<float, bool> isReached)
    {
        // Numbers floats in ascending order: magnitudes are ordered like their bits.
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
        /// <summary>Writes one word of every plane.</summary>
        /// <param name="x">The pixels' input.</param>
        /// <param name="vectors">The number of vectors of input.</param>
        /// <param name="inside">The mask of pixels that exist.</param>
        /// <param name="to">The word of plane 0.</param>
        /// <param name="planeWords">The distance between planes, in words.</param>
        /// <returns>Lanes with all bits set if the lane had no NaN.</returns>
        Vector256<float> Make(float* x, int vectors, ulong inside, ulong* to, int planeWords);
    }

    /// <summary>Computes the bits of one or two planes.</summary>
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

    /// <summary>The planes of a three-valued sign: whether it is positive, and whether it is not 0.</summary>
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
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public Vector256<float> Make(float* x, int vectors, ulong inside, ulong* to, int planeWords)
        {
            var areNumbers = Vector256<float>.AllBitsSet;
            Vector256<ushort> low = HalfWord(x, vectors, ref areNumbers),
                high = HalfWord(x + WordPixels / 2, vectors - HalfVectors, ref areNumbers);
            for (int plane = 0; plane < planes; plane++, to += planeWords)
                *to = (Bits(low, plane) | (ulong)Bits(high, plane) << (WordPixels / 2)) & inside;
            return areNumbers;
        }

        /// <summary>Returns the digits of 32 pixels, one byte each.</summary>
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
