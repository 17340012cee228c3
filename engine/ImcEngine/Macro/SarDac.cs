using System.Numerics;

namespace ImcEngine.Macro;

/// <summary>
/// The capacitor DAC of a successive-approximation ADC with B bits. Capacitor i has the weight 2^i (1 + N(0, sigma / sqrt(2^i))), and a
/// terminating unit capacitor completes the divider. Trial k compares the input with D(k), the sum of the weights of k's set bits. The
/// search keeps a bit if the input is above the trial. With positive weights its code is therefore at least k exactly if the input is above
/// the least D(j), j >= k. That minimum is the edge below code k.
/// </summary>
internal static class SarDac
{
    /// <summary>The number of bits B of an ADC with 2^B codes.</summary>
    public static int Bits(int codes) => BitOperations.Log2((uint)codes);

    public static double Weight(int bit, double sigmaRelative, double normal)
    {
        double units = 1L << bit;
        return units * (1 + sigmaRelative / Math.Sqrt(units) * normal);
    }

    /// <summary>
    /// Writes <c>edges[k - 1] = (low - lsb/2) + lsb * 2^B / (1 + sum of all weights) * min over j >= k of D(j)</c>, k = 1 .. 2^B - 1. Sums
    /// run from the least significant bit up.
    /// </summary>
    /// <param name="weights">The weights of the capacitors, least significant first.</param>
    /// <param name="lowCounts">The first level, counts.</param>
    /// <param name="lsbCounts">Counts per code.</param>
    /// <param name="edgesCounts">Receives the 2^B - 1 edges, counts.</param>
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

    /// <summary>D(k): the sum of the weights of k's set bits.</summary>
    internal static double Sum(ReadOnlySpan<double> weights, int k)
    {
        double sum = 0;
        for (int bit = 0; bit < weights.Length; bit++)
            if ((k >> bit & 1) != 0) sum += weights[bit];
        return sum;
    }
}
