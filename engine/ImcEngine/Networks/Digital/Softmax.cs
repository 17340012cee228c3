namespace ImcEngine.Networks.Digital;

/// <summary>
/// exp(x - max) / sum over the last axis, computed in double in index order and rounded to float32 once. Before that rounding the relative
/// error is at most 1e-11 for up to 10,000 elements per row. The exponential of a difference below -700 is taken as 0.
/// </summary>
internal static class Softmax
{
    private const double Ln2 = 0.693147180559945309417;
    private const double LeastExponent = -700;

    /// <summary>The coefficients 1/k!, k = 11 .. 0.</summary>
    private static ReadOnlySpan<double> Taylor =>
        [
            1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1,
        ];

    /// <summary>Computes the softmax of every row.</summary>
    /// <param name="input">Rows of <paramref name="rowLength"/> elements.</param>
    /// <param name="rowLength">The size of the last axis.</param>
    /// <param name="result">May be the input's own span.</param>
    /// <exception cref="ArgumentException">The input does not consist of whole rows, or the result has another length.</exception>
    public static void Run(ReadOnlySpan<float> input, int rowLength, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        if (rowLength <= 0 || input.Length % rowLength != 0)
            throw new ArgumentException($"{input.Length} elements are not rows of {rowLength}.", nameof(input));
        for (int first = 0; first < input.Length; first += rowLength)
            RunRow(input.Slice(first, rowLength), result.Slice(first, rowLength));
    }

    private static void RunRow(ReadOnlySpan<float> input, Span<float> result)
    {
        float max = input[0];
        foreach (float x in input) max = x > max ? x : max;
        double sum = 0;
        foreach (float x in input) sum += Exponential((double)x - max);
        for (int i = 0; i < result.Length; i++) result[i] = (float)(Exponential((double)input[i] - max) / sum);
    }

    /// <summary>e^x = 2^n e^r, n = round(x / ln 2), |r| at most 0.347:
    /// the relative error of the Taylor polynomial of degree 11 is at most 1e-14.</summary>
    internal static double Exponential(double x)
    {
        if (x < LeastExponent) return 0;
        double n = Math.Round(x / Ln2), r = x - (n * Ln2), sum = 0;
        foreach (double coefficient in Taylor) sum = (sum * r) + coefficient;
        return sum * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }
}
