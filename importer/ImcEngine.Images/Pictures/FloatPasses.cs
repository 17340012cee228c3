namespace ImcEngine.Images.Pictures;

/// <summary>The passes over float32.</summary>
internal abstract class FloatPasses : IResamplingPasses<float>
{
    public static void AlongRows(ReadOnlySpan<float> lines, ResamplingWeights weights, int width, Span<float> destination)
    {
        for (int x = 0; x < weights.Outputs; x++)
        {
            var line = weights.Of(x);
            for (int from = weights.FirstOf(x), to = x; to < destination.Length; from += width, to += weights.Outputs)
            {
                var pixels = lines.Slice(from, line.Length);
                double sum = 0;
                for (int i = 0; i < line.Length; i++) sum += line[i] * pixels[i];
                destination[to] = (float)sum;
            }
        }
    }

    public static void AlongColumns(ReadOnlySpan<float> plane, ResamplingWeights weights, int width, Span<float> destination)
    {
        double[] sums = new double[width];
        for (int y = 0; y < weights.Outputs; y++)
        {
            var column = weights.Of(y);
            Array.Clear(sums);
            for (int i = 0; i < column.Length; i++)
            {
                double weight = column[i];
                var line = plane.Slice((weights.FirstOf(y) + i) * width, width);
                for (int x = 0; x < line.Length; x++) sums[x] += weight * line[x];
            }
            var result = destination.Slice(y * width, width);
            for (int x = 0; x < result.Length; x++) result[x] = (float)sums[x];
        }
    }
}
