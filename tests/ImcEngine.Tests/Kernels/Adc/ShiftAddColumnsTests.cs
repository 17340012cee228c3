using ImcEngine.Kernels.Adc;

namespace ImcEngine.Tests.Kernels.Adc;

/// <summary>A scale gives every count the code that its thresholds give.</summary>
public class ShiftAddColumnsTests
{
    /// <summary>Ranges 20 .. 252 counts wide, the first threshold at 0 or further up:
    /// nearly all have a scale of few terms, and every scale found is exact.</summary>
    [Theory]
    [InlineData(3, 55)]
    [InlineData(4, 50)]
    [InlineData(5, 45)]
    [InlineData(6, 30)]
    public void Every_count_has_the_code_of_its_thresholds(int bits, int leastFound)
    {
        const int Ranges = 59, LargestCount = 256;
        int codes = 1 << bits, found = 0;
        for (int range = 0; range < Ranges; range++)
        {
            double low = range % 3 * 7.3, lsb = (20 + 4 * range) / (codes - 1.0);
            int[] thresholds = [.. Enumerable.Range(0, codes - 1).Select(k => (int)Math.Ceiling(low + (k + 0.5) * lsb))];
            if (ShiftAddColumns.Find([thresholds], LargestCount) is not { } columns) continue;
            var scale = columns.Scale;
            found++;
            for (int count = 0; count <= LargestCount; count++)
            {
                int v = columns.Offsets[0] + ShiftAddScale.SumOfTerms(scale.Terms.AsSpan(), count - columns.CountOffset);
                Assert.Equal(thresholds.Count(threshold => count >= threshold), Math.Clamp(v >> scale.Fraction, 0, codes - 1));
                Assert.InRange(v, scale.IsSigned ? -(1 << scale.Planes - 1) : 0,
                    (1 << (scale.IsSigned ? scale.Planes - 1 : scale.Planes)) - 1);
            }
        }
        Assert.InRange(found, leastFound, Ranges);
    }

    [Fact]
    public void An_lsb_of_a_power_of_two_needs_one_term()
    {
        int[] thresholds = [.. Enumerable.Range(1, 15).Select(k => 8 * k)];
        Assert.Single(ShiftAddColumns.Find([thresholds], 128)!.Scale.Terms);
    }

    [Fact]
    public void Uneven_thresholds_have_no_scale() =>
        Assert.Null(ShiftAddColumns.Find([[3, 4, 40, 41, 42, 90]], 128));
}
