using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cost;

/// <summary>The distribution of what a layer's columns sum, measured on images: its moments, from which the energy of arrays
/// follows.</summary>
internal sealed class DrivenProducts
{
    private readonly DrivenRowSums _rows;
    private readonly double[] _squaredSums;

    /// <param name="rows">The sums over driven rows.</param>
    /// <param name="squaredSums">The sum of s^2 over the conversions of a digit pair, without votes:
    /// <c>[inputDigit, weightDigit]</c>.</param>
    public DrivenProducts(DrivenRowSums rows, double[] squaredSums) => (_rows, _squaredSums) = (rows, squaredSums);

    public int Images => _rows.Images;

    /// <summary>Returns the rows that are driven for one image, summed over output pixels, row groups and input digits. Votes and further
    /// arrays of the same row are not counted.</summary>
    public double DrivenRows(LayerMap map) =>
        Enumerable.Range(0, map.InputDigits.Count).Sum(digit => (double)_rows.Driven(digit)) / Images;

    /// <summary>Returns the rows that are driven with one input digit for one image.</summary>
    public double DrivenRows(int inputDigit) => (double)_rows.Driven(inputDigit) / Images;

    /// <summary>Returns the mean of s^2 over all partial sums.</summary>
    public double MeanSquaredSum(LayerMap map) =>
        _squaredSums.Sum() / Images / ((double)map.Geometry.OutputSize * map.Groups.Length * map.DigitPairs);

    /// <summary>Returns the moments of the conversions of a digit pair for one image, without votes. Shares of 1 are the greatest input
    /// digit on a cell that holds the greatest number.</summary>
    /// <param name="weights">The layer's weights, <c>[outputChannel, channel in group, ky, kx]</c>.</param>
    public ChargeMoments Moments(LayerMap map, MacroSpec macro, int inputDigit, int weightDigit, ReadOnlySpan<short> weights)
    {
        double swing = Greatest(macro.InputDigitBits, map.InputFormat.Bits) * Greatest(macro.CellBits, map.WeightFormat.Bits);
        return new(_rows.SquaredShares(inputDigit, weightDigit, weights) / (swing * swing * Images),
            _squaredSums[inputDigit * map.WeightDigits.Count + weightDigit] / (swing * swing * Images));
    }

    private static double Greatest(int digitBits, int operandBits) => (1 << Math.Min(digitBits, operandBits)) - 1;
}
