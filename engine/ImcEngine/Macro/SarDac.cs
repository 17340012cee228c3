using System.Numerics;

namespace ImcEngine.Macro;

/// <summary>
/// The capacitor DAC of a successive-approximation ADC with B bits: capacitor i weighs 2^i (1 + N(0, sigma / sqrt(2^i))), and a terminating
/// unit completes the divider. Trial k compares the input with D(k), the sum of the weights of k's set bits. The search keeps a bit when
/// the input is above the trial, so its answer is at least k exactly when the input is above the least D(j), j >= k (weights positive):
/// that minimum is the edge below code k.
/// </summary>
internal static class SarDac
{
    /// <summary>B of 2^B codes.</summary>
    public static int Bits(int codes) => BitOperations.Log2((uint)codes);

    public static double Weight(int bit, double sigmaRelative, double normal)
    {
        double units = 1L << bit;
        return units * (1 + sigmaRelative / Math.Sqrt(units) * normal);
    }

    /// <summary>
    /// <c>edges[k - 1] = (low - lsb/2) + lsb * 2^B / (1 + sum of all weights) * min over j >= k of D(j)</c>, k = 1 ..
    /// 2^B - 1; sums run from the least bit up.
    /// </summary>
    /// <param name="weights">Least significant first.</param>
    /// <param name="lowCounts">The first level.</param>
    /// <param name="lsbCounts">Counts per code.</param>
    /// <param name="edgesCounts">2^B - 1 edges.</param>
    public static void EdgesCounts(ReadOnlySpan<double> weights, double lowCounts, double lsbCounts, Span<double> edgesCounts)
    {
        int codes = 1 << weights.Length;
        double countsPerUnit = lsbCounts * codes / (1 + Sum(weights, codes - 1)), least = double.PositiveInfinity;
        for (int k = codes - 1; k >= 1; k--)
        {
            least = Math.Min(least, Sum(weights, k));
            edgesCounts[k - 1] = lowCounts - lsbCounts / 2 + countsPerUnit * least;
        }
    }

    /// <summary>D(k).</summary>
    internal static double Sum(ReadOnlySpan<double> weights, int k)
    {
        double sum = 0;
        for (int bit = 0; bit < weights.Length; bit++)
            if ((k >> bit & 1) != 0) sum += weights[bit];
        return sum;
    }
}
