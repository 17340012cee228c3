using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>
/// The number of occurrences of each ideal partial sum, per plane pair: <c>[inputBit, weightBit, s]</c>. On an ideal die, s determines the
/// code, so this histogram serves calibration, partial-sum SQNR and clip rate.
/// </summary>
internal sealed class ConversionHistogram(OperandFormat input, OperandFormat weight, int least, int most)
{
    private readonly long[] _counts = new long[input.Bits * weight.Bits * (most - least + 1)];

    public static ConversionHistogram For(MappedLayer layer) =>
        new(layer.Map.InputFormat, layer.Map.WeightFormat, layer.LeastPartialSum, layer.LargestGroup);

    public OperandFormat InputFormat => input;
    public OperandFormat WeightFormat => weight;

    /// <summary>The least partial sum that can occur, in counts.</summary>
    public int LeastCounts => least;

    /// <summary>The greatest partial sum that can occur, in counts.</summary>
    public int MostCounts => most;

    /// <summary>Returns the occurrences of the partial sums of one plane pair, from <see cref="LeastCounts"/> on.</summary>
    public ReadOnlySpan<long> CountsOf(int inputBit, int weightBit) => Pair(inputBit, weightBit);

    public long Conversions => _counts.Sum();

    /// <summary>The occurrences of all partial sums of all plane pairs.</summary>
    public Span<long> All => _counts;

    /// <summary>Adds occurrences of one partial sum.</summary>
    /// <exception cref="IndexOutOfRangeException">The layer cannot produce this sum.</exception>
    public void Add(int inputBit, int weightBit, int partialSum, long occurrences = 1) =>
        Pair(inputBit, weightBit)[partialSum - least] += occurrences;

    /// <summary>Adds the occurrences of another histogram of the same layer.</summary>
    public void Add(ConversionHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }

    /// <summary>Returns the histogram of all plane pairs, in which each conversion has the weight 4^(inputBit + weightBit).</summary>
    public long[] Pooled()
    {
        var pooled = new long[most - least + 1];
        for (int i = 0; i < input.Bits; i++)
            for (int j = 0; j < weight.Bits; j++)
            {
                var counts = CountsOf(i, j);
                for (int s = 0; s < pooled.Length; s++) pooled[s] += counts[s] << (2 * (i + j));
            }
        return pooled;
    }

    private Span<long> Pair(int inputBit, int weightBit) =>
        _counts.AsSpan((inputBit * weight.Bits + weightBit) * (most - least + 1), most - least + 1);
}
