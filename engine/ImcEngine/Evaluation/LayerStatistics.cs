using System.Collections.Concurrent;
using ImcEngine.Data;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>The errors of one layer on the macro (ARITHMETIC §10).</summary>
/// <param name="Name">The layer's name.</param>
/// <param name="LocalSqnrDb">The SQNR of the layer's result against exact sums of the same inputs.</param>
/// <param name="CumulativeSqnrDb">The SQNR of the layer's result against that of the digital network.</param>
/// <param name="PartialSumSqnrDb">The SQNR of levels against partial sums, where a conversion has the square of its weight:
/// 4^(inputBit + weightBit) for single planes. On a non-ideal die or with a measured table it is taken from a sample of
/// conversions.</param>
/// <param name="ClippedFraction">The fraction of partial sums of the intended weights that lie more than half an LSB outside the ideal
/// ADC's end levels. It depends on network and range only, so it is equal on all dies that get the same codes.</param>
/// <param name="UnreachableCodes">The number of codes that no partial sum of this layer can give.</param>
/// <param name="ClampedFraction">The fraction of conversions with partial sums beyond a measured table, which took its end lines; null if
/// the layer does not clamp.</param>
public sealed record LayerStatistics(
    string Name, double LocalSqnrDb, double CumulativeSqnrDb, double PartialSumSqnrDb, double ClippedFraction, int UnreachableCodes,
    double? ClampedFraction = null)
{
    /// <summary>The number of output pixels and of images for which single conversions are computed; on a non-ideal die every conversion
    /// differs.</summary>
    private const int SampledPixels = 16, SampledImages = 8;

    /// <summary>Gathers the statistics in an instrumented run, which is not for timing.</summary>
    /// <param name="die">The die.</param>
    /// <param name="images">The images; a few are enough.</param>
    /// <param name="threads">The number of images at once; does not change the result.</param>
    /// <param name="progress">Receives the number of finished images.</param>
    /// <param name="cancellation">Stops the run.</param>
    /// <param name="noise">The seed and the repetition of the run's temporal noise.</param>
    public static IReadOnlyList<LayerStatistics> Gather(Die die, ImageSet images, int threads, Action<int>? progress = null,
        CancellationToken cancellation = default, NoiseSeed noise = default) =>
        [.. GatherWithSums(die, images, threads, progress, cancellation, noise).Select(layer => layer.Statistics)];

    /// <summary>As <see cref="Gather"/>, with the partial sums that the statistics are of.</summary>
    internal static IReadOnlyList<(LayerStatistics Statistics, ConvertedSums Sums)> GatherWithSums(Die die, ImageSet images, int threads,
        Action<int>? progress, CancellationToken cancellation, NoiseSeed noise)
    {
        var mapped = die.Mapped;
        var runner = new NetworkRunner(mapped, new(1, 1));
        int layers = mapped.Layers.Count, done = 0;
        var counted = new PartialSumHistograms(mapped, byRowGroup: [.. die.Layers.Select(layer => layer.Adcs.RowGroups.Count > 1)]);
        var local = new SqnrSums[images.Count, layers];
        var cumulative = new SqnrSums[images.Count, layers];
        var sampled = new short[Math.Min(images.Count, SampledImages), layers][];
        var results = new ConcurrentBag<Dictionary<int, float[]>>();
        Workers.For(images.Count, threads, cancellation, image =>
        {
            var digital = results.TryTake(out var kept) ? kept : mapped.Network.MacroLayers.ToDictionary(
                layer => layer.Result, layer => new float[layer.Geometry.OutputSize]);
            runner.Observe(images, image, null, tap: null, (tensor, result) =>
            {
                if (digital.TryGetValue(tensor, out var own)) result.CopyTo(own);
            });
            runner.ObserveErrors(images, image, die, (layer, state, exact, result) =>
            {
                var node = mapped.Network.MacroLayers[layer];
                counted.Add(layer, [state]);
                if (image < sampled.GetLength(0) && IsSampled(die, layer)) sampled[image, layer] = state.Codes(node.Inputs[0]).ToArray();
                (local[image, layer], cumulative[image, layer]) = SqnrSums.Measure(exact, digital[node.Result], result);
            }, noise);
            results.Add(digital);
            progress?.Invoke(Interlocked.Increment(ref done));
        });
        RowGroupHistograms[] histograms = [.. counted.Finish(threads).Select(histogram => histogram!)];
        SqnrSums PartialSums(int layer) => IsSampled(die, layer) ? Sample(die, layer, images, sampled, threads, noise)
            : OfIdealAdc(die.Layers[layer].Adcs, histograms[layer]);
        return [.. Enumerable.Range(0, layers)
            .Select(layer => (
                Summarize(die, layer, histograms[layer], Total(local, layer), Total(cumulative, layer), PartialSums(layer)),
                ConvertedSums.Of(die.Layers[layer].Adcs, histograms[layer])))];
    }

    private static bool IsSampled(Die die, int layer) =>
        !die.Layers[layer].Macro.Die.IsIdeal || die.ErrorsOf(layer) is not null || die.Layers[layer].Adcs.Table is not null;

    private static SqnrSums Sample(Die die, int layer, ImageSet images, short[,][] codes, int threads, NoiseSeed noise)
    {
        var probe = new DieProbe(die.Mapped.Layers[layer], die.Layers[layer].Macro, die.Layers[layer].Adcs, die.Seed, die.ErrorsOf(layer));
        var sums = new SqnrSums[codes.GetLength(0), 1];
        Workers.For(sums.Length, threads, CancellationToken.None,
            image => sums[image, 0] = probe.Sample(codes[image, layer], images.RecordIndex(image), noise, SampledPixels));
        return Total(sums, 0);
    }

    /// <summary>Adds the sums in image order, so that rounding does not depend on threads.</summary>
    private static SqnrSums Total(SqnrSums[,] sums, int layer)
    {
        var total = default(SqnrSums);
        for (int image = 0; image < sums.GetLength(0); image++) total += sums[image, layer];
        return total;
    }

    private static LayerStatistics Summarize(Die die, int layer, RowGroupHistograms histograms, SqnrSums local, SqnrSums cumulative,
        SqnrSums partialSums)
    {
        var adcs = die.Layers[layer].Adcs;
        int unreachable = adcs.RowGroups.Max(each => each.Transfers.Max(adc => adc.UnreachableCodes([.. each.ProducibleSums]).Length));
        var histogram = histograms.OfAll();
        return new(die.Mapped.Network.MacroLayers[layer].Name, local.SqnrDb, cumulative.SqnrDb, partialSums.SqnrDb,
            (double)adcs.RowGroups.Sum(each => Clipped(each, histograms.Of(each.RowGroups))) / histogram.Conversions, unreachable,
            adcs is { ClampsBeyondTable: true, Table: { } table }
                ? (double)ClampedShare.Beyond(table, histogram) / histogram.Conversions : null);
    }

    /// <summary>Computes the sums from the histogram alone, for ideal ADCs, whose code depends only on the partial sum.</summary>
    private static SqnrSums OfIdealAdc(LayerAdcs adcs, RowGroupHistograms histograms)
    {
        var total = default(SqnrSums);
        foreach (var each in adcs.RowGroups) total += OfIdealAdc(each, histograms.Of(each.RowGroups));
        return total;
    }

    private static SqnrSums OfIdealAdc(RowGroupAdcs adcs, ConversionHistogram histogram)
    {
        var total = default(SqnrSums);
        for (int i = 0; i < histogram.Inputs.Count; i++)
            for (int j = 0; j < histogram.Weights.Count; j++)
            {
                var adc = adcs.TransferOf(i, j, histogram.Weights.Count);
                if (adc.PassesSums) continue;
                var counts = histogram.CountsOf(i, j);
                for (int s = 0; s < counts.Length; s++)
                {
                    if (counts[s] == 0) continue;
                    int sum = s + histogram.LeastCounts;
                    total += SqnrSums.Measure(sum, adc.LevelCounts[adc.CodeOf((long)sum * Macro.AdcTransfer.QuantaPerCount)],
                        counts[s] * (double)histogram.WeightOfSquare(i, j));
                }
            }
        return total;
    }

    private static long Clipped(RowGroupAdcs adcs, ConversionHistogram histogram)
    {
        long clipped = 0;
        for (int i = 0; i < histogram.Inputs.Count; i++)
            for (int j = 0; j < histogram.Weights.Count; j++)
            {
                var adc = adcs.TransferOf(i, j, histogram.Weights.Count);
                if (adc.PassesSums) continue;
                var counts = histogram.CountsOf(i, j);
                double low = adc.LevelCounts.Min() - adc.LsbCounts / 2, high = adc.LevelCounts.Max() + adc.LsbCounts / 2;
                for (int s = 0; s < counts.Length; s++)
                    if (s + histogram.LeastCounts is var sum && (sum < low || sum > high)) clipped += counts[s];
            }
        return clipped;
    }
}
