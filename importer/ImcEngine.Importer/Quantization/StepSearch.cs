using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using OperandEncoding = ImcEngine.BitPlanes.OperandEncoding;

namespace ImcEngine.Importer.Quantization;

/// <summary>
/// Finds the step of a quantizer from weighted numbers x:
/// <code>
/// minmax       step = largest |x| / D
/// percentile   step = (least t with at least p % of |x| at or below t) / D
/// mse          step of least sum over x of count * (x - step * code(x / step))^2, among 64 even parts of the largest step,
///              then among 32 around the best
/// 1-bit bipolar, any method: step = mean |x|, which is its step of least squared error
/// </code>
/// Sums run in index order in double, so the result depends on nothing but the arguments.
/// </summary>
internal static class StepSearch
{
    private const int CoarseParts = 64;
    private const int FineParts = 16;

    /// <summary>The step if all numbers are 0: small enough that a bipolar code, which is never 0, adds nothing.</summary>
    public const float StepOfZeros = 1f / (1L << 62);

    /// <param name="elements">Finite numbers; negative ones count as 0 in a unipolar format.</param>
    /// <param name="counts">How often each occurs.</param>
    /// <param name="format">Format of the codes.</param>
    /// <param name="method">See the type.</param>
    /// <param name="percentile">For <see cref="QuantizationMethod.Percentile"/>: above 0, at most 100.</param>
    public static float Find(
        ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, OperandFormat format, QuantizationMethod method, double percentile)
    {
        double peak = 0;
        foreach (double element in elements) peak = Math.Max(peak, Magnitude(element, format));
        if (peak < StepOfZeros) return StepOfZeros;
        if (format is { Encoding: OperandEncoding.Bipolar, Bits: 1 }) return (float)MeanMagnitude(elements, counts);
        return method switch
        {
            QuantizationMethod.MinMax => (float)(peak / format.Denominator),
            QuantizationMethod.Percentile =>
                (float)(Math.Max(PercentileMagnitude(elements, counts, format, percentile), StepOfZeros) / format.Denominator),
            _ => (float)LeastSquares(elements, counts, format, peak / format.Denominator),
        };
    }

    /// <summary>Returns the code nearest to x / step; halves go to the even code, or in a bipolar format to the even digit.</summary>
    public static int Code(double element, double step, OperandFormat format)
    {
        double scaled = element / step;
        if (format.Encoding != OperandEncoding.Bipolar)
            return (int)Math.Clamp(Math.Round(scaled), format.MinCode, format.MaxCode);
        if (format.Bits == 1) return element >= 0 ? 1 : -1;
        return 2 * (int)Math.Clamp(Math.Round((scaled + format.Denominator) / 2), 0, format.Denominator) - format.Denominator;
    }

    private static double LeastSquares(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, OperandFormat format, double largest)
    {
        double best = largest, least = double.PositiveInfinity;
        for (int part = 1; part <= CoarseParts; part++) Try(largest * part / CoarseParts, elements, counts);
        double middle = best;
        for (int part = -FineParts; part <= FineParts; part++)
            if (part != 0) Try(middle + largest * part / (CoarseParts * (FineParts + 1)), elements, counts);
        return best;

        void Try(double step, ReadOnlySpan<double> elements, ReadOnlySpan<long> counts)
        {
            if (step <= 0) return;
            double error = SquaredError(elements, counts, step, format, least);
            if (error < least) (best, least) = (step, error);
        }
    }

    /// <summary>Returns the squared error; stops as soon as <paramref name="enough"/> is reached.</summary>
    private static double SquaredError(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, double step, OperandFormat format,
        double enough)
    {
        double sum = 0;
        for (int i = 0; i < elements.Length && sum < enough; i++)
        {
            double error = elements[i] - step * Code(elements[i], step, format);
            sum += counts[i] * (error * error);
        }
        return sum;
    }

    private static double MeanMagnitude(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts)
    {
        double sum = 0;
        long total = 0;
        for (int i = 0; i < elements.Length; i++)
        {
            sum += counts[i] * Math.Abs(elements[i]);
            total += counts[i];
        }
        return sum / total;
    }

    private static double PercentileMagnitude(ReadOnlySpan<double> elements, ReadOnlySpan<long> counts, OperandFormat format,
        double percentile)
    {
        if (!(percentile > 0 && percentile <= 100))
            throw new ImcException($"Percentile {percentile} was given; allowed are numbers above 0, at most 100.");
        var magnitudes = new double[elements.Length];
        for (int i = 0; i < magnitudes.Length; i++) magnitudes[i] = Magnitude(elements[i], format);
        long[] order = counts.ToArray();
        Array.Sort(magnitudes, order);
        double needed = percentile / 100 * order.Sum();
        long seen = 0;
        int at = -1;
        while (at < magnitudes.Length - 1 && (at < 0 || seen < needed)) seen += order[++at];
        return magnitudes[at];
    }

    private static double Magnitude(double element, OperandFormat format) =>
        format.Encoding == OperandEncoding.Unipolar ? Math.Max(element, 0) : Math.Abs(element);
}
