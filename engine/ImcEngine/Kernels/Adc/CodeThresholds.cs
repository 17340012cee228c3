using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>A quantizer: float results to codes, each alone.</summary>
internal delegate void CodesOfResults(ReadOnlySpan<float> results, Span<short> codes);

/// <summary>
/// Which sums of a layer's output channel become which codes of the quantizer that follows: (float)sum * scale + shift and the quantizer
/// are monotone, so each code begins at a sum, found by trying the arithmetic that they replace.
/// <code>
/// words  [output][threshold][plane, and one more]     all ones where the threshold's bit is clear;
///                                                     then all ones where sums below it are meant
/// </code>
/// </summary>
internal sealed unsafe class CodeThresholds
{
    /// <summary>With more bits thresholds cost more than converting sums does.</summary>
    public const int MostBits = 2;

    private readonly AlignedBuffer _words;
    private readonly int _planes;

    private CodeThresholds(int bits, int planes, int outputs)
    {
        (Bits, _planes) = (bits, planes);
        _words = new((long)outputs * Count * (planes + 1) * sizeof(ulong));
    }

    /// <summary>Of a code.</summary>
    public int Bits { get; }

    public int Count => (1 << Bits) - 1;

    /// <param name="threshold">0 for that of the second code.</param>
    public ulong* Words(int output, int threshold) => (ulong*)_words.Pointer + ((long)output * Count + threshold) * (_planes + 1);

    /// <summary>Null where codes have too many bits.</summary>
    /// <param name="format">Of the codes, every one of which drives its row.</param>
    /// <param name="quantize">Ascends.</param>
    /// <param name="codes">Accumulators to sums.</param>
    /// <param name="planes">Of accumulators.</param>
    /// <param name="scale">Per output channel.</param>
    /// <param name="shift">Per output channel.</param>
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
            // The least accumulator whose digits are at least k; with a falling scale, whose digits are below.
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
        // No accumulator reaches 2^planes: the opposite of what all reach.
        if (least == 1 << _planes) (least, below) = (0, !below);
        ulong* words = Words(output, threshold);
        for (int plane = 0; plane < _planes; plane++) words[plane] = (least >> plane & 1) != 0 ? 0 : ulong.MaxValue;
        words[_planes] = below ? ulong.MaxValue : 0;
    }
}
