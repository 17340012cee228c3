using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Each element of <c>[.., y, x]</c> a weighted sum of elements of its plane: sum over ty and tx of wy wx input, in double in that order,
/// rounded to float32 once.
/// </summary>
internal static class Interpolation
{
    /// <param name="height">Of the input's planes.</param>
    /// <param name="width">Of the input's planes.</param>
    /// <exception cref="ArgumentException">The input is not whole planes, or the result has another length.</exception>
    public static void Run(ReadOnlySpan<float> input, int height, int width, ResizeNode node, Span<float> result)
    {
        if (height <= 0 || width <= 0 || input.Length % (height * width) != 0)
            throw new ArgumentException($"{input.Length} elements are not planes of {height}x{width}.", nameof(input));
        SpanChecks.Require<float>(result, input.Length / (height * width) * node.Y.Size * node.X.Size, nameof(result));
        int at = 0;
        for (int plane = 0; plane < input.Length; plane += height * width)
            for (int y = 0; y < node.Y.Size; y++)
                for (int x = 0; x < node.X.Size; x++)
                    result[at++] = (float)Sum(input.Slice(plane, height * width), width, node, y * node.Y.Taps, x * node.X.Taps);
    }

    private static double Sum(ReadOnlySpan<float> plane, int width, ResizeNode node, int firstY, int firstX)
    {
        double sum = 0;
        for (int ty = firstY; ty < firstY + node.Y.Taps; ty++)
        {
            var row = plane.Slice(node.Y.Indices[ty] * width, width);
            double ofRow = 0;
            for (int tx = firstX; tx < firstX + node.X.Taps; tx++) ofRow += row[node.X.Indices[tx]] * node.X.Weights[tx];
            sum += ofRow * node.Y.Weights[ty];
        }
        return sum;
    }
}
