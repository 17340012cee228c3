namespace ImcEngine.Macro;

/// <summary>
/// The partial sums that occurred, with their weights, and exact moments of every run of neighbouring ones. Designs of converters
/// (ARITHMETIC §16) are found on these integers, so equal histograms give equal converters.
/// </summary>
internal sealed class SumHistogram
{
    private readonly int[] _sums;
    private readonly Int128[] _weights, _first, _second;

    /// <param name="weights">The weight of partial sum <paramref name="leastSum"/> + index, never negative, for every sum that the layer
    /// can produce.</param>
    /// <param name="leastSum">The partial sum at index 0, counts.</param>
    /// <exception cref="ArgumentException">The histogram is empty.</exception>
    public SumHistogram(ReadOnlySpan<long> weights, int leastSum)
    {
        MostProducible = leastSum + weights.Length - 1;
        var sums = new List<int>();
        for (int i = 0; i < weights.Length; i++)
            if (weights[i] != 0) sums.Add(leastSum + i);
        if (sums.Count == 0) throw new ArgumentException("The histogram holds no partial sum; calibrate on at least one image.",
            nameof(weights));
        _sums = [.. sums];
        (_weights, _first, _second) = (new Int128[Count + 1], new Int128[Count + 1], new Int128[Count + 1]);
        for (int i = 0; i < Count; i++)
        {
            Int128 s = _sums[i], weight = weights[_sums[i] - leastSum];
            _weights[i + 1] = _weights[i] + weight;
            _first[i + 1] = _first[i] + (weight * s);
            _second[i + 1] = _second[i] + (weight * s * s);
        }
    }

    /// <summary>The number of different sums that occurred.</summary>
    public int Count => _sums.Length;

    /// <summary>The sums that occurred, ascending, counts.</summary>
    public ReadOnlySpan<int> Sums => _sums;

    /// <summary>The greatest sum that the layer can produce, counts.</summary>
    public int MostProducible { get; }

    public Int128 WeightOf(int sum) => _weights[sum + 1] - _weights[sum];

    /// <summary>Returns the sums of weight, weight * s and weight * s^2 over the sums number <paramref name="first"/> to
    /// <paramref name="end"/> - 1.</summary>
    public (Int128 Weight, Int128 First, Int128 Second) Moments(int first, int end) =>
        (_weights[end] - _weights[first], _first[end] - _first[first], _second[end] - _second[first]);

    /// <summary>Returns the number of sums below <paramref name="count"/>.</summary>
    public int Below(int count)
    {
        int found = Array.BinarySearch(_sums, count);
        return found < 0 ? ~found : found;
    }
}
