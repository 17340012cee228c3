using ImcEngine.Evaluation.Verification;
using ImcEngine.Kernels.Adc;

namespace ImcEngine.Tests.Kernels.Adc;

/// <summary>A scale and its splits give every count of every column the code that the column's thresholds give.</summary>
public class CorrectedShiftAddColumnsTests
{
    public const int LargestCount = 256;

    [Theory]
    [InlineData(3, 9)]
    [InlineData(4, 7)]
    [InlineData(4, 15)]
    [InlineData(5, 5.3)]
    [InlineData(6, 3.7)]
    public void Every_count_has_the_code_of_its_columns_thresholds(int bits, double lsb)
    {
        int[][] columns = [.. Enumerable.Range(0, 64).Select(column => Stray(column, bits, lsb, 0.35))];
        var near = CorrectedShiftAddColumns.Find(columns, LargestCount)!;
        int top = (1 << bits) - 1, behind = 0;
        for (int column = 0; column < columns.Length; column++)
            for (int count = 0; count <= LargestCount; count++)
            {
                int v = near.Offsets[column] + ShiftAddScale.SumOfTerms(near.Scale.Terms.AsSpan(), count - near.CountOffset),
                    fraction = near.Scale.Fraction;
                int c = Math.Clamp(v >> fraction, 0, top);
                bool isReached = v >> fraction > top || (v & (1 << fraction) - 1) >= near.Splits[column][c];
                behind += c > 0 && !isReached ? 1 : 0;
                Assert.Equal(columns[column].Count(threshold => count >= threshold), c > 0 && !isReached ? c - 1 : c);
            }
        Assert.NotEqual(0, behind);
    }

    [Fact]
    public void Coefficients_sum_to_the_splits_bits()
    {
        var near = CorrectedShiftAddColumns.Find([.. Enumerable.Range(0, 8).Select(column => Stray(column, 4, 7, 0.35))], LargestCount)!;
        for (int column = 0; column < 8; column++)
        {
            int[] coefficients = near.CoefficientsOf(column);
            Assert.Equal(0, coefficients[0]);
            for (int c = 0; c < 16; c++)
                Assert.Equal(near.Splits[column][c],
                    Enumerable.Range(0, 16).Where(bits => (bits & ~c) == 0).Aggregate(0, (sum, bits) => sum ^ coefficients[bits]));
        }
    }

    [Fact]
    public void Thresholds_that_stray_by_more_than_a_code_have_none() =>
        Assert.Null(CorrectedShiftAddColumns.Find([.. Enumerable.Range(0, 64).Select(column => Stray(column, 4, 7, 1.2))], LargestCount));

    /// <summary>Thresholds of a uniform ADC, the column's moved by up to two counts and each by up to a share of an LSB.</summary>
    public static int[] Stray(int column, int bits, double lsb, double mostLsb)
    {
        var random = new CaseRandom(3, (uint)column);
        double moved = random.Between(-2, 2);
        int[] thresholds = new int[(1 << bits) - 1];
        for (int k = 0; k < thresholds.Length; k++)
        {
            double stray = random.Between(-1000, 1000) / 1000.0 * mostLsb * lsb;
            thresholds[k] = Math.Clamp((int)Math.Ceiling(8 + moved + (k + 0.5) * lsb + stray), 0, LargestCount + 1);
            if (k > 0) thresholds[k] = Math.Max(thresholds[k], thresholds[k - 1]);
        }
        return thresholds;
    }
}
