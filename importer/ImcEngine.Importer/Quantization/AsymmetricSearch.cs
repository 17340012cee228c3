using ImcEngine.BitPlanes;
using ImcEngine.Macro;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Finds step and zero point of unipolar codes for numbers x that can be negative. The range always holds 0:
/// <code>
/// step = (high - low) / (2^b - 1)     zero point = round(-low / step)     code = clamp(round(x / step) + zero point, 0, 2^b - 1)
/// minmax       low = least x, high = largest x
/// percentile   the numbers between which p % of x lie, as many below as above
/// mse          the extremes times the part, of 64 even ones, of least sum over x of count * (x - step * (code - zero point))^2
/// </code>
/// Sums run in index order in double, so the result depends on nothing but the arguments.
/// </summary>
internal static class AsymmetricSearch
{
    private const int Parts = 64;

    /// <param name="elements">Finite numbers.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="percentile">For <see cref="QuantizationMethod.Percentile"/>: above 0, at most 100.</param>
    public static (float Step, int ZeroPoint) Find(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, OperandFormat format,
        QuantizationMethod method, double percentile)
    {
        double low = 0, high = 0;
        foreach (double element in elements) (low, high) = (Math.Min(low, element), Math.Max(high, element));
        if (method == QuantizationMethod.Percentile) (low, high) = Tails(elements, counts, percentile);
        if (high - low < StepSearch.StepOfZeros) return (StepSearch.StepOfZeros, 0);
        if (method != QuantizationMethod.Mse) return Grid(low, high, format);
        var best = Grid(low, high, format);
        double least = double.PositiveInfinity;
        for (int part = 1; part <= Parts; part++)
        {
            var grid = Grid(low * part / Parts, high * part / Parts, format);
            double error = SquaredError(elements, counts, grid, format);
            if (error < least) (best, least) = (grid, error);
        }
        return best;
    }

    private static (float Step, int ZeroPoint) Grid(double low, double high, OperandFormat format)
    {
        float step = Math.Max((float)((high - low) / format.MaxCode), StepSearch.StepOfZeros);
        return (step, (int)Math.Clamp(Math.Round(-low / step), 0, format.MaxCode));
    }

    private static double SquaredError(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, (float Step, int ZeroPoint) grid,
        OperandFormat format)
    {
        double sum = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            double code = Math.Clamp(Math.Round(elements[i] / grid.Step) + grid.ZeroPoint, 0, format.MaxCode);
            double error = elements[i] - (grid.Step * (code - grid.ZeroPoint));
            sum += counts[i] * (error * error);
        }
        return sum;
    }

    private static (double Low, double High) Tails(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, double percentile)
    {
        double[] sorted = elements.ToArray();
        long[] order = counts.ToArray();
        Array.Sort(sorted, order);
        double cut = (100 - percentile) / 200 * order.Sum();
        int low = 0, high = sorted.Length - 1;
        for (double seen = order[low]; seen <= cut && low < high; seen += order[++low]) { }
        for (double seen = order[high]; seen <= cut && high > low; seen += order[--high]) { }
        return (Math.Min(sorted[low], 0), Math.Max(sorted[high], 0));
    }
}
