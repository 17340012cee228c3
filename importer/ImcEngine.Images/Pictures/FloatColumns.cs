namespace ImcEngine.Images.Pictures;

/// <summary>The pass over float32.</summary>
internal abstract class FloatColumns : IColumnResampling<float>
{
    public static void Resize(ReadOnlySpan<float> plane, ResamplingWeights weights, int width, Span<float> destination)
    {
        double[] sums = new double[width];
        for (int y = 0; y < weights.Outputs; y++)
        {
            var column = weights.Of(y);
            Array.Clear(sums);
            for (int i = 0; i < column.Length; i++)
                AddScaled(plane.Slice((weights.FirstOf(y) + i) * width, width), column[i], sums);
            var result = destination.Slice(y * width, width);
            for (int x = 0; x < result.Length; x++) result[x] = (float)sums[x];
        }
    }

    private static void AddScaled(ReadOnlySpan<float> line, double weight, Span<double> sums)
    {
        for (int x = 0; x < line.Length; x++) sums[x] += weight * line[x];
    }
}
