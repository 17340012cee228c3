using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>Operators that divide by a measure of what lies around an element; in double in index order, rounded to float32 once.</summary>
internal static class Normalization
{
    /// <summary>
    /// (x - mean) / sqrt(variance + epsilon) * scale + shift over each of equal parts of the tensor;
    /// the variance is the mean of (x - mean)².
    /// </summary>
    /// <exception cref="ArgumentException">The input does not divide into the parts, or the result has another length.</exception>
    public static void Run(ReadOnlySpan<float> input, NormalizationNode node, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        if (node.Parts <= 0 || input.Length % node.Parts != 0)
            throw new ArgumentException($"{input.Length} elements do not divide into {node.Parts} parts.", nameof(input));
        int size = input.Length / node.Parts;
        for (int first = 0; first < input.Length; first += size)
        {
            var part = input.Slice(first, size);
            double sum = 0, squares = 0;
            foreach (float x in part) sum += x;
            double mean = sum / size;
            foreach (float x in part) squares += (x - mean) * (x - mean);
            double deviation = Math.Sqrt((squares / size) + node.Epsilon);
            for (int i = first; i < first + size; i++)
            {
                int parameter = i / node.Repeats % node.Scale.Length;
                result[i] = (float)(((input[i] - mean) / deviation * node.Scale[parameter]) + node.Shift[parameter]);
            }
        }
    }

    /// <summary>
    /// x / (bias + alpha / size * sum of x² over the channels around)^beta;
    /// of <c>size</c> channels (size - 1) / 2 lie before, rounded down.
    /// </summary>
    /// <param name="channels">Leading axis.</param>
    /// <exception cref="ArgumentException">The input does not divide into the channels, or the result has another length.</exception>
    public static void LocalResponse(ReadOnlySpan<float> input, int channels, LocalResponseNode node, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        if (channels <= 0 || input.Length % channels != 0)
            throw new ArgumentException($"{input.Length} elements do not divide into {channels} channels.", nameof(input));
        int pixels = input.Length / channels;
        for (int channel = 0; channel < channels; channel++)
        {
            int first = Math.Max(0, channel - ((node.Size - 1) / 2)), last = Math.Min(channels - 1, channel + (node.Size / 2));
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                double squares = 0;
                for (int near = first; near <= last; near++)
                {
                    double x = input[(near * pixels) + pixel];
                    squares += x * x;
                }
                int at = (channel * pixels) + pixel;
                result[at] = (float)(input[at] / RealFunctions.Power(node.Bias + (node.Alpha / (double)node.Size * squares), node.Beta));
            }
        }
    }
}
