using ImcEngine.Cost;
using ImcEngine.Data;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Evaluation;

/// <summary>Measures what the columns of each layer sum on images, in the digital network: driven rows, and the squares of partial
/// sums.</summary>
internal static class DrivenProductsMeasurement
{
    /// <param name="mapped">The network on its arrays.</param>
    /// <param name="images">The images; a few are enough.</param>
    /// <param name="threads">The number of images at once; does not change the result.</param>
    /// <param name="progress">Receives the number of finished images.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <returns>One for each layer on the macro.</returns>
    public static IReadOnlyList<DrivenProducts> Measure(MappedNetwork mapped, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default)
    {
        mapped.Network.RequireImages(images);
        var runner = new NetworkRunner(mapped, new(1, 1));
        var histograms = new PartialSumHistograms(mapped);
        DrivenRowSums[] rows = [.. mapped.Layers.Select(layer => new DrivenRowSums(layer.Map))];
        int done = 0;
        Workers.For(images.Count, threads, cancellation, image =>
        {
            runner.Observe(images, image, null, (layer, codes, _) =>
            {
                histograms.Add(layer, codes);
                var own = new DrivenRowSums(mapped.Layers[layer].Map);
                own.Add(codes);
                lock (rows[layer]) rows[layer].Add(own);
            });
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        var counted = histograms.Finish(threads);
        return [.. rows.Select((sums, layer) => new DrivenProducts(sums, SquaredSums(counted[layer]!.OfAll())))];
    }

    /// <summary>Returns the sum of s^2 over the conversions of each digit pair.</summary>
    private static double[] SquaredSums(ConversionHistogram histogram)
    {
        double[] sums = new double[histogram.Inputs.Count * histogram.Weights.Count];
        for (int pair = 0; pair < sums.Length; pair++)
        {
            var counts = histogram.CountsOf(pair / histogram.Weights.Count, pair % histogram.Weights.Count);
            for (int i = 0; i < counts.Length; i++)
            {
                double s = i + histogram.LeastCounts;
                sums[pair] += counts[i] * (s * s);
            }
        }
        return sums;
    }
}
