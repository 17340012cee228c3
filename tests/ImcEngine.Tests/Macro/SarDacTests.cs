using ImcEngine.Macro;
using ImcEngine.Randomness;

namespace ImcEngine.Tests.Macro;

public class SarDacTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(8)]
    public void Ideal_capacitors_give_the_edges_midway_between_levels(int bits)
    {
        double[] weights = [.. Enumerable.Range(0, bits).Select(bit => SarDac.Weight(bit, 0, 1.5))], edges = new double[(1 << bits) - 1];
        SarDac.EdgesCounts(weights, -30, 0.25, edges);
        Assert.Equal(Enumerable.Range(0, edges.Length).Select(k => -30 + 0.25 * (k + 0.5)), edges);
    }

    [Theory]
    [InlineData(0.02)]
    [InlineData(0.15)]
    public void Edges_are_those_of_a_search_bit_by_bit(double sigma)
    {
        int disorderly = 0;
        for (int seed = 0; seed < 60; seed++)
        {
            int bits = 1 + seed % 7;
            double[] weights = [.. Enumerable.Range(0, bits)
                .Select(bit => SarDac.Weight(bit, sigma, Draws.Normal(new((uint)seed, DrawPurpose.SarWeight, 0), 0, bit, 0)))];
            double[] edges = new double[(1 << bits) - 1];
            const double low = 3, lsb = 1.25;
            SarDac.EdgesCounts(weights, low, lsb, edges);
            double countsPerUnit = lsb * (1 << bits) / (1 + weights.Sum()), first = low - lsb / 2;
            for (int k = 1; k < 1 << bits; k++) disorderly += SarDac.Sum(weights, k) < SarDac.Sum(weights, k - 1) ? 1 : 0;
            for (int step = -40; step <= (1 << bits) * 16 + 40; step++)
            {
                double input = first + (step + 0.371) / 16 * lsb;
                Assert.Equal(Search(weights, (input - first) / countsPerUnit), edges.Count(edge => input > edge));
            }
        }
        // Without trials out of order the minimum over j >= k would never be tested.
        Assert.True(disorderly > 0 || sigma < 0.1);
    }

    private static int Search(double[] weights, double inputUnits)
    {
        int code = 0;
        for (int bit = weights.Length - 1; bit >= 0; bit--)
        {
            int trial = code | 1 << bit;
            double dac = 0;
            for (int i = 0; i < weights.Length; i++) dac += (trial >> i & 1) * weights[i];
            if (inputUnits > dac) code = trial;
        }
        return code;
    }
}
