using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Histograms;

/// <summary>
/// The number of occurrences of each ideal partial sum, per digit pair: <c>[inputDigit, weightDigit, s]</c>. On an ideal die, s determines
/// the code, so this histogram serves calibration, partial-sum SQNR and clip rate.
/// </summary>
internal sealed class ConversionHistogram(OperandDigits inputs, OperandDigits weights, int least, int most)
{
    private readonly long[] _counts = new long[(long)inputs.Count * weights.Count * (most - least + 1)];

    public static ConversionHistogram For(MappedLayer layer) =>
        new(layer.Map.InputDigits, layer.Map.WeightDigits, layer.LeastPartialSum, layer.MostPartialSum);

    public OperandDigits Inputs => inputs;
    public OperandDigits Weights => weights;

    /// <summary>The least partial sum that can occur, in counts.</summary>
    public int LeastCounts => least;

    /// <summary>The greatest partial sum that can occur, in counts.</summary>
    public int MostCounts => most;

    /// <summary>Returns the occurrences of the partial sums of one digit pair, from <see cref="LeastCounts"/> on.</summary>
    public ReadOnlySpan<long> CountsOf(int inputDigit, int weightDigit) => Pair(inputDigit, weightDigit);

    public long Conversions => _counts.Sum();

    /// <summary>The occurrences of all partial sums of all digit pairs.</summary>
    public Span<long> All => _counts;

    /// <summary>Adds occurrences of one partial sum.</summary>
    /// <exception cref="IndexOutOfRangeException">The layer cannot produce this sum.</exception>
    public void Add(int inputDigit, int weightDigit, int partialSum, long occurrences = 1) =>
        Pair(inputDigit, weightDigit)[partialSum - least] += occurrences;

    /// <summary>Leaves out the digit pairs that a layer does not convert.</summary>
    public void LeaveOutDigitalPairs(LayerMap map)
    {
        for (int i = 0; i < inputs.Count; i++)
            for (int j = 0; j < weights.Count; j++)
                if (map.IsDigital(i, j)) Pair(i, j).Clear();
    }

    /// <summary>Adds the occurrences of another histogram of the same layer.</summary>
    public void Add(ConversionHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++) _counts[i] += other._counts[i];
    }

    /// <summary>Returns the histogram of all digit pairs, in which each conversion has the square of its weight: 4^(inputBit + weightBit)
    /// for single planes.</summary>
    public long[] Pooled()
    {
        var pooled = new long[most - least + 1];
        for (int i = 0; i < inputs.Count; i++)
            for (int j = 0; j < weights.Count; j++)
            {
                var counts = CountsOf(i, j);
                long weight = WeightOfSquare(i, j);
                for (int s = 0; s < pooled.Length; s++) pooled[s] += counts[s] * weight;
            }
        return pooled;
    }

    /// <summary>Returns the weight of a conversion's squared error in the square of a result's.</summary>
    public long WeightOfSquare(int inputDigit, int weightDigit)
    {
        long weight = (long)inputs.Weight(inputDigit) * weights.Weight(weightDigit);
        return weight * weight;
    }

    private Span<long> Pair(int inputDigit, int weightDigit) =>
        _counts.AsSpan((inputDigit * weights.Count + weightDigit) * (most - least + 1), most - least + 1);
}
