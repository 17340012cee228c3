using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

/// <summary>
/// The deviations of binary-weighted columns (ARITHMETIC §15), tested as variances of many draws. A sample variance of n normal draws has
/// the relative standard deviation sqrt(2 / n). A test fails beyond five of these: by chance once in 1.7 million.
/// </summary>
public class DigitMismatchTests
{
    private const double Sigma = 0.02, Sigmas = 5;
    private const int Rows = 512, Outputs = 40;

    private static readonly MacroSpec Macro = new()
    {
        Rows = Rows, WeightDigitBits = 4, CellBits = 2, Die = new() { CellMismatchRelative = Sigma },
    };

    /// <summary>Digits of four planes in two cells: the columns have capacitors of 1 and 4 units.</summary>
    private static readonly WeightColumns Columns = Macro.WeightColumns(new(4, OperandEncoding.Bipolar));

    [Fact]
    public void A_cell_of_c_units_deviates_by_the_unit_sigma_over_the_root_of_c()
    {
        Assert.Equal((2, 1, 4), (Columns.Count, Columns.Units(0), Columns.Units(1)));
        foreach (int column in (int[])[0, 1])
        {
            double expected = Sigma * Sigma / Columns.Units(column);
            RequireVariance([.. Deviations(column)], expected, isExpected: true);
            // Negative controls: the sigma of a unit cell on both columns, and one that falls with c itself.
            RequireVariance([.. Deviations(column)], Sigma * Sigma, isExpected: column == 0);
            RequireVariance([.. Deviations(column)], expected / Columns.Units(column), isExpected: column == 0);
        }
    }

    /// <summary>The charge that the cells of one weight add beyond the nominal one: the sum of c * eps has the variance sigma^2 * sum of
    /// c.</summary>
    [Fact]
    public void A_digits_charge_deviates_by_the_unit_sigma_times_the_root_of_all_units()
    {
        double[] low = [.. Deviations(0)], high = [.. Deviations(1)];
        double[] charge = [.. low.Zip(high, (one, four) => one + 4 * four)];
        RequireVariance(charge, Sigma * Sigma * (1 + 4), isExpected: true);
        // Negative controls: columns that deviate alike, as those of equal capacitors scaled up, and a single unit.
        RequireVariance(charge, Sigma * Sigma * (1 + 16), isExpected: false);
        RequireVariance(charge, Sigma * Sigma, isExpected: false);
    }

    private static IEnumerable<double> Deviations(int column)
    {
        var sampler = new DieSampler(Macro, 3, layer: 0, columns: Columns);
        for (int output = 0; output < Outputs; output++)
            for (int row = 0; row < Rows; row++)
                yield return sampler.CellEpsQuanta(0, row, output * Columns.Count + column) / (double)AdcTransfer.QuantaPerCount;
    }

    private static void RequireVariance(double[] draws, double expected, bool isExpected)
    {
        double variance = draws.Sum(draw => draw * draw) / draws.Length, distance = variance / expected - 1;
        Assert.Equal(isExpected, Math.Abs(distance) <= Sigmas * Math.Sqrt(2.0 / draws.Length));
    }
}
