using ImcEngine.Data;
using ImcEngine.Kernels.Plain;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>Conversions of one layer, and how many of them had partial sums that its measured table does not hold.</summary>
public sealed record ClampedLayer(string Name, long Clamped, long Conversions)
{
    public double Fraction => (double)Clamped / Conversions;
}

/// <summary>
/// How many conversions took the end lines of a measured table because <c>adc.beyondTable</c> is <c>clamp</c> (ARITHMETIC §5), counted over
/// a few images: those layers' partial sums are summed as integers, without ADC or noise, on the codes that the die's network gives them.
/// </summary>
/// <param name="Images">Counted over so many, the first.</param>
/// <param name="Layers">Those with partial sums beyond their table.</param>
public sealed record ClampedShare(int Images, IReadOnlyList<ClampedLayer> Layers)
{
    /// <summary>Images where no other number is asked for: a share needs no more, and counting is slower than running.</summary>
    public const int UsualImages = 8;

    /// <summary>Of all conversions of the layers that may clamp.</summary>
    public double Fraction => (double)Layers.Sum(layer => layer.Clamped) / Layers.Sum(layer => layer.Conversions);

    /// <summary>Null where every table holds every sum that its layer can make, or none may clamp.</summary>
    /// <param name="threads">Images at once; changes no figure.</param>
    public static ClampedShare? Measure(Die die, ImageSet images, int threads, CancellationToken cancellation = default,
        NoiseSeed noise = default)
    {
        int[] clamping = [.. Enumerable.Range(0, die.Layers.Count).Where(layer => TableOf(die.Layers[layer].Adcs) is not null)];
        if (clamping.Length == 0) return null;
        var mapped = die.Mapped;
        var runner = new NetworkRunner(mapped, new(1, 1));
        var histograms = clamping.ToDictionary(layer => layer, layer => ConversionHistogram.For(mapped.Layers[layer]));
        Workers.For(images.Count, threads, cancellation, image => runner.Observe(images.Image(image), die, (layer, codes, _) =>
        {
            if (histograms.TryGetValue(layer, out var histogram)) histogram.AddLayer(mapped.Layers[layer], codes);
        }, null, images.RecordIndex(image), noise));
        return new(images.Count, [.. clamping.Select(layer => new ClampedLayer(
            mapped.Network.MacroLayers[layer].Name, Beyond(TableOf(die.Layers[layer].Adcs)!, histograms[layer]),
            histograms[layer].Conversions))]);
    }

    internal static long Beyond(MeasuredTable table, ConversionHistogram histogram)
    {
        long beyond = 0;
        for (int i = 0; i < histogram.InputFormat.Bits; i++)
            for (int j = 0; j < histogram.WeightFormat.Bits; j++)
            {
                var counts = histogram.CountsOf(i, j);
                for (int s = 0; s < counts.Length; s++)
                    if (table.IsBeyond(s + histogram.LeastCounts)) beyond += counts[s];
            }
        return beyond;
    }

    private static MeasuredTable? TableOf(LayerAdcs adcs) =>
        adcs is { ClampsBeyondTable: true, Table: { } table } && adcs.ProducibleSums is [var least, .., var most]
            && (table.IsBeyond(least) || table.IsBeyond(most)) ? table : null;
}
