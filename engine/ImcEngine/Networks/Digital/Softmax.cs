namespace ImcEngine.Networks.Digital;

/// <summary>
/// exp(x - max) / sum along an axis, or its logarithm x - max - ln(sum), in double in index order, rounded to float32 once: within 1e-11
/// relative of the exact value before that rounding, for up to 10,000 elements a row. Differences below -700 count as 0.
/// </summary>
internal static class Softmax
{
    /// <summary>Computes the softmax over the last axis.</summary>
    /// <param name="rowLength">Size of the last axis.</param>
    /// <param name="result">May be the input's own span.</param>
    /// <exception cref="ArgumentException">The input is not whole rows, or the result has another length.</exception>
    public static void Run(ReadOnlySpan<float> input, int rowLength, Span<float> result) =>
        Run(input, rowLength, inner: 1, isLog: false, result);

    /// <param name="rowLength">Size of the axis.</param>
    /// <param name="inner">How far apart its elements lie: the product of the sizes behind it.</param>
    /// <param name="isLog">The logarithm of it.</param>
    /// <param name="result">May be the input's own span.</param>
    /// <exception cref="ArgumentException">The input is not whole rows, or the result has another length.</exception>
    public static void Run(ReadOnlySpan<float> input, int rowLength, int inner, bool isLog, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        if (rowLength <= 0 || inner <= 0 || input.Length % ((long)rowLength * inner) != 0)
            throw new ArgumentException($"{input.Length} elements are not rows of {rowLength}, {inner} side by side.", nameof(input));
        for (int outer = 0; outer < input.Length; outer += rowLength * inner)
            for (int first = outer; first < outer + inner; first++)
                RunRow(input[first..], rowLength, inner, isLog, result[first..]);
    }

    private static void RunRow(ReadOnlySpan<float> input, int length, int step, bool isLog, Span<float> result)
    {
        float max = input[0];
        for (int i = 0; i < length; i++) max = input[i * step] > max ? input[i * step] : max;
        double sum = 0;
        for (int i = 0; i < length; i++) sum += RealFunctions.Exponential((double)input[i * step] - max);
        double logarithm = isLog ? RealFunctions.Logarithm(sum) : 0;
        for (int i = 0; i < length; i++)
        {
            double x = (double)input[i * step] - max;
            result[i * step] = (float)(isLog ? x - logarithm : RealFunctions.Exponential(x) / sum);
        }
    }
}
