using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// Says so where a float network is no better than chance, since the figures then tell nothing about the hardware. What usually is wrong is
/// tried on a sample: the order of the colours, and the order of the classes.
/// </summary>
internal static class ChanceDiagnosis
{
    private const int MostImages = 400;

    /// <param name="model">The float network, with its preprocessing.</param>
    /// <param name="network">The network on the macro, of the same classes.</param>
    /// <param name="images">The evaluated images.</param>
    /// <param name="floats">The float network's results on them.</param>
    /// <returns>What was found, in sentences; null if the float network is better than chance, or if the images have no labels.</returns>
    public static async Task<string?> FindAsync(ComparedModel model, Network network, ImageSet images, ComparedPass floats, int threads,
        CancellationToken cancellation)
    {
        double chance = 1.0 / network.Classes;
        if (!images.IsLabelled || floats.Accuracy.Interval95.Low > chance) return null;
        // Spread over all images, which may be sorted.
        int count = Math.Min(MostImages, images.Count);
        var sample = images.Chosen([.. Enumerable.Range(0, count).Select(i => (int)((long)i * images.Count / count))]);
        int[] ofFloat = await Classify(sample), labels = sample.Labels();
        var permuted = Permuted(ofFloat, labels);
        Proportion? bgr = images.Shape.Channels == 3
            ? Predictions.Equal(await Classify(sample.With(new ReversedChannels(sample.Records))), labels) : null;
        string told = $"The float network is right on {Percent(floats.Accuracy)} of {images.Count} images, no better than chance "
            + $"({chance.ToString("P1", CultureInfo.InvariantCulture)}): "
            + "this comparison says nothing about the hardware.";
        // A network that always says the same is right as often as its most frequent class in the data.
        double mostFrequent = labels.CountBy(label => label).Max(each => each.Value) / (double)labels.Length;
        if (bgr is { } swapped && Explains(swapped, chance))
            return $"{told} With red and blue exchanged it is right on {Percent(swapped)} of {sample.Count} images: "
                + "the network takes the other order of colours. Give the other --channels, rgb or bgr.";
        if (permuted is { } renamed && Explains(renamed, mostFrequent))
            return $"{told} With its outputs taken for the classes that they mostly stand for it is right on {Percent(renamed)} of "
                + $"{renamed.Of} images: the network has its classes in another order. Give that order with --labels.";
        return $"{told} Usually mean, std or scale are not those of the training (--mean, --std, --scale), the channels are in the order "
            + "BGR (--channels bgr), or the classes are in another order (--labels). Tried on a sample: "
            + $"{(bgr is { } tried ? $"red and blue exchanged {Percent(tried)}, " : "")}other class order {Percent(permuted)}.";

        async Task<int[]> Classify(ImageSet set)
        {
            var logits = await Task.Run(() => FloatMeasurement.Logits(model.Float, model.FloatPreprocessing.Preprocessing,
                network.Classes, set, threads, null, cancellation, mostAtOnce: ActivationMemory.MostImages(network)), cancellation);
            var classes = new int[set.Count];
            Predictions.Classify(logits, network.Classes, classes);
            return classes;
        }

        bool Explains(Proportion found, double byChance) =>
            found.Interval95.Low > 2 * byChance && found.Fraction > 2 * floats.Accuracy.Fraction;
    }

    /// <summary>Finds which class each output mostly stands for in one half of the images, and returns how often that is right in the other
    /// half; null for a single image.</summary>
    private static Proportion? Permuted(int[] predicted, int[] labels)
    {
        // The halves are scattered, since classes may stand in turn.
        var halves = Enumerable.Range(0, predicted.Length).ToLookup(image => (uint)image * 2654435761 >> 31 == 0);
        int[] learned = [.. halves[true]], tried = [.. halves[false]];
        if (tried.Length == 0) return null;
        var stands = learned.GroupBy(image => predicted[image])
            .ToDictionary(group => group.Key, group => group.GroupBy(image => labels[image]).MaxBy(label => label.Count())!.Key);
        return new(tried.Count(image => stands.TryGetValue(predicted[image], out int label) && label == labels[image]), tried.Length);
    }

    private static string Percent(Proportion? share) => share?.Fraction.ToString("P1", CultureInfo.InvariantCulture) ?? "-";
}
