using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Networks.FloatOps;

/// <summary>
/// Float32 to the bit-planes of activation codes, bit for bit as <see cref="Quantizers"/> make the codes; immutable and thread-safe.
/// A quantizer never falls as x grows, so that each of a few codes begins at a float32, found once by trying the arithmetic that the comparison replaces:
/// <code>
/// reached k = x >= threshold k     digit b = exclusive or of every 2^b-th of them
/// </code>
/// </summary>
internal sealed unsafe class PlaneQuantizer
{
    private const int Lanes = 8; // and pixels of a byte

    private readonly QuantizeNode _node;
    private readonly QuantizerGrid _grid;
    private readonly float[]? _thresholds;

    /// <exception cref="ArgumentException">The step is not positive and finite.</exception>
    public PlaneQuantizer(QuantizeNode node)
    {
        _node = node;
        _thresholds = ThresholdsOf(node);
        if (_thresholds is null && node.Kind != QuantizerKind.ThreeValuedSign) _grid = QuantizerGrid.Of(node);
    }

    /// <param name="input"><c>[channel, pixel]</c>.</param>
    /// <param name="layout">Of the codes.</param>
    /// <param name="firstChannel">Of those that are quantized.</param>
    /// <param name="channels">How many.</param>
    /// <param name="words">Written, of these channels.</param>
    public void Run(ReadOnlySpan<float> input, PixelBits layout, int firstChannel, int channels, ulong* words)
    {
        switch (_thresholds)
        {
            case [var one]: Run(input, new OneThreshold(one), layout, firstChannel, channels, words); break;
            case [var one, var two, var three]: Run(input, new ThreeThresholds(one, two, three), layout, firstChannel, channels, words); break;
            default:
                if (_node.Kind == QuantizerKind.ThreeValuedSign) Run(input, new ThreeValuedSigns(), layout, firstChannel, channels, words);
                else Run(input, new DigitPlanes(_grid, layout.Format.Bits), layout, firstChannel, channels, words);
                break;
        }
    }

    private static void Run<TRule>(ReadOnlySpan<float> input, TRule rule, PixelBits layout, int firstChannel, int channels, ulong* words) where TRule : struct, IRule
    {
        int whole = layout.Pixels / Lanes, rest = layout.Pixels % Lanes, bytes = layout.Words * sizeof(ulong), planeBytes = layout.PlaneWords * sizeof(ulong);
        float* tail = stackalloc float[Lanes];
        fixed (float* all = input)
            for (int channel = firstChannel; channel < firstChannel + channels; channel++)
            {
                float* x = all + channel * layout.Pixels;
                byte* to = (byte*)words + channel * bytes, end = to + whole;
                for (; to < end; to++, x += Lanes) rule.Store(Vector256.Load(x), to, planeBytes, byte.MaxValue);
                if (whole == bytes) continue;
                // Behind the pixels nothing is set.
                for (int plane = 0; plane < layout.Planes; plane++) new Span<byte>(to + plane * planeBytes, bytes - whole).Clear();
                if (rest == 0) continue;
                for (int i = 0; i < Lanes; i++) tail[i] = i < rest ? x[i] : 0;
                rule.Store(Vector256.Load(tail), to, planeBytes, (byte)((1 << rest) - 1));
            }
    }

    /// <summary>Null where codes have too many bits, do not ascend with their digits, or a NaN does not become the digits 0, as it does where no comparison with it holds.</summary>
    private static float[]? ThresholdsOf(QuantizeNode node)
    {
        if (node.Format.Bits > 2 || node.Format.Encoding == Encoding.TwosComplement || node.Kind == QuantizerKind.ThreeValuedSign) return null;
        int Digits(float x)
        {
            Span<short> code = stackalloc short[1];
            Quantizers.Quantize([x], node, code);
            return node.Format.Digits(code[0]);
        }
        return Digits(float.NaN) == 0 ? [.. Enumerable.Range(1, (1 << node.Format.Bits) - 1).Select(k => Least(x => Digits(x) >= k))] : null;
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
        /// <param name="to">A byte of plane 0.</param>
        /// <param name="planeBytes">Distance between planes.</param>
        /// <param name="inside">Of the pixels, those that there are.</param>
        void Store(Vector256<float> x, byte* to, int planeBytes, byte inside);
    }

    private readonly struct OneThreshold(float one) : IRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Vector256<float> x, byte* to, int planeBytes, byte inside) => *to = (byte)(Reached(x, one) & inside);
    }

    private readonly struct ThreeThresholds(float one, float two, float three) : IRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Vector256<float> x, byte* to, int planeBytes, byte inside)
        {
            uint second = Reached(x, two);
            *to = (byte)((Reached(x, one) ^ second ^ Reached(x, three)) & inside);
            to[planeBytes] = (byte)(second & inside);
        }
    }

    private readonly struct ThreeValuedSigns : IRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Vector256<float> x, byte* to, int planeBytes, byte inside)
        {
            uint positive = Vector256.GreaterThan(x, Vector256<float>.Zero).ExtractMostSignificantBits();
            *to = (byte)(positive & inside);
            to[planeBytes] = (byte)((positive | Vector256.LessThan(x, Vector256<float>.Zero).ExtractMostSignificantBits()) & inside);
        }
    }

    private readonly struct DigitPlanes(QuantizerGrid grid, int bits) : IRule
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public void Store(Vector256<float> x, byte* to, int planeBytes, byte inside)
        {
            var digits = grid.Digits(x);
            for (int plane = 0; plane < bits; plane++, to += planeBytes) *to = (byte)((digits << (31 - plane)).ExtractMostSignificantBits() & inside);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Reached(Vector256<float> x, float threshold) => Vector256.GreaterThanOrEqual(x, Vector256.Create(threshold)).ExtractMostSignificantBits();
}
