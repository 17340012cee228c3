using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>A quantizer: converts float results to codes, each result separately.</summary>
internal delegate void CodesOfResults(ReadOnlySpan<float> results, Span<short> codes);

/// <summary>
/// Thresholds that replace scaling and quantizing of a layer's sums. (float)sum * scale + shift and the quantizer are monotone, so each
/// code begins at one sum of the output channel. That sum is searched with the very arithmetic that the thresholds replace.
/// <code>
/// words  [output][threshold][plane, and one more]     plane: all ones where the threshold's bit is clear;
///                                                     last: all ones where the sums below the threshold have the code
/// </code>
/// </summary>
internal sealed unsafe class CodeThresholds
{
    /// <summary>The most bits of a code. With more, the thresholds cost more than converting the sums.</summary>
    public const int MostBits = 2;

    private readonly AlignedBuffer _words;
    private readonly int _planes;

    private CodeThresholds(int bits, int planes, int outputs)
    {
        (Bits, _planes) = (bits, planes);
        _words = new((long)outputs * Count * (planes + 1) * sizeof(ulong));
    }

    /// <summary>The bits of a code.</summary>
    public int Bits { get; }

    public int Count => (1 << Bits) - 1;

    /// <param name="threshold">0 for the threshold of the second code, and so on.</param>
    public ulong* Words(int output, int threshold) => (ulong*)_words.Pointer + ((long)output * Count + threshold) * (_planes + 1);

    /// <summary>Returns null where codes have too many bits or are in two's complement.</summary>
    /// <param name="format">The format of the codes; every code drives its row.</param>
    /// <param name="quantize">A quantizer whose codes never fall as its results rise.</param>
    /// <param name="codes">Converts accumulators to sums.</param>
    /// <param name="planes">The bit-planes of an accumulator.</param>
    /// <param name="scale">One per output channel.</param>
    /// <param name="shift">One per output channel.</param>
    public static CodeThresholds? TryCreate(OperandFormat format, CodesOfResults quantize, AccumulatorDecoding codes, int planes,
        float[] scale, float[] shift)
    {
        if (format.Bits > MostBits || format.Encoding == OperandEncoding.TwosComplement) return null;
        var thresholds = new CodeThresholds(format.Bits, planes, scale.Length);
        var results = new float[scale.Length];
        var digits = new short[scale.Length];
        int[] low = new int[scale.Length], high = new int[scale.Length];
        for (int k = 1; k <= thresholds.Count; k++)
        {
            // The least accumulator whose digits are at least k; where the scale is negative, whose digits are below k.
            Array.Clear(low);
            Array.Fill(high, 1 << planes);
            for (int step = 0; step <= planes; step++)
            {
                for (int i = 0; i < results.Length; i++)
                    results[i] = (float)((low[i] + high[i]) / 2 * codes.Step + codes.First) * scale[i] + shift[i];
                quantize(results, digits);
                for (int i = 0; i < results.Length; i++)
                {
                    if (low[i] == high[i]) continue;
                    int middle = (low[i] + high[i]) / 2;
                    if (format.Digits(digits[i]) >= k != scale[i] < 0) high[i] = middle;
                    else low[i] = middle + 1;
                }
            }
            for (int i = 0; i < results.Length; i++) thresholds.Set(i, k - 1, low[i], below: scale[i] < 0);
        }
        return thresholds;
    }

    private void Set(int output, int threshold, int least, bool below)
    {
        // No accumulator reaches 2^planes, which needs one bit more: "reaches 2^planes" is stored as "not (reaches 0)".
        if (least == 1 << _planes) (least, below) = (0, !below);
        ulong* words = Words(output, threshold);
        for (int plane = 0; plane < _planes; plane++) words[plane] = (least >> plane & 1) != 0 ? 0 : ulong.MaxValue;
        words[_planes] = below ? ulong.MaxValue : 0;
    }
}
