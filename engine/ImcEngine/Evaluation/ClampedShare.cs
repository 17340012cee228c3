using ImcEngine.Data;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>The conversions of one layer, and how many of them had partial sums beyond its measured table.</summary>
public sealed record ClampedLayer(string Name, long Clamped, long Conversions)
{
    public double Fraction => (double)Clamped / Conversions;
}

/// <summary>
/// The share of conversions that took an end line of a measured table because <c>adc.beyondTable</c> is <c>clamp</c> (ARITHMETIC §5),
/// counted over a few images. The partial sums are computed as integers, without ADC or noise, from the input codes that the layers get on
/// the die.
/// </summary>
/// <param name="Images">The number of images that were counted, from the first.</param>
/// <param name="Layers">The layers that can have partial sums beyond their table.</param>
public sealed record ClampedShare(int Images, IReadOnlyList<ClampedLayer> Layers)
{
    /// <summary>The default number of images. A share needs no more.</summary>
    public const int UsualImages = 8;

    /// <summary>The clamped share of all conversions of these layers.</summary>
    public double Fraction => (double)Layers.Sum(layer => layer.Clamped) / Layers.Sum(layer => layer.Conversions);

    /// <summary>Counts clamped conversions. Returns null if every table covers all sums of its layer, or if no ADC clamps.</summary>
    /// <param name="die">The die.</param>
    /// <param name="images">The images to count.</param>
    /// <param name="threads">The number of threads; does not change the result.</param>
    /// <param name="cancellation">Stops the count.</param>
    /// <param name="noise">The seed and the repetition of temporal noise.</param>
    public static ClampedShare? Measure(Die die, ImageSet images, int threads, CancellationToken cancellation = default,
        NoiseSeed noise = default)
    {
        int[] clamping = [.. Enumerable.Range(0, die.Layers.Count).Where(layer => Clamps(die.Layers[layer].Adcs))];
        if (clamping.Length == 0) return null;
        var mapped = die.Mapped;
        var counted = new PartialSumHistograms(mapped, clamping);
        new NetworkRunner(mapped, new(threads)).ObserveInputs(images, die, counted.Add, null, cancellation, noise);
        var histograms = counted.Finish(threads).Select(layer => layer?.OfAll()).ToArray();
        return new(images.Count, [.. clamping.Select(layer => new ClampedLayer(
            mapped.Network.MacroLayers[layer].Name, Beyond(TableOf(die.Layers[layer].Adcs)!, histograms[layer]!),
            histograms[layer]!.Conversions))]);
    }

    /// <summary>Whether a layer can have partial sums beyond its measured table, which take its end lines.</summary>
    internal static bool Clamps(LayerAdcs adcs) => TableOf(adcs) is not null;

    internal static long Beyond(MeasuredTable table, ConversionHistogram histogram)
    {
        long beyond = 0;
        for (int i = 0; i < histogram.Inputs.Count; i++)
            for (int j = 0; j < histogram.Weights.Count; j++)
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
