using ImcEngine.Data;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Evaluation;

/// <summary>The class that logits name, and how often two sources name the same.</summary>
public static class Predictions
{
    /// <summary>Index of the greatest logit, the first of equal ones (+0 and -0 are equal);
    /// a NaN never wins, and 0 where nothing does.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        float most = float.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
            if (logits[i] > most) (best, most) = (i, logits[i]);
        return best;
    }

    /// <param name="logits"><c>[image, class]</c></param>
    /// <param name="predictions"><c>[image]</c></param>
    /// <exception cref="ArgumentException">The logits are not one row of <paramref name="classes"/> per prediction.</exception>
    public static void Classify(ReadOnlySpan<float> logits, int classes, Span<int> predictions)
    {
        if (classes <= 0 || logits.Length != (long)predictions.Length * classes)
            throw new ArgumentException($"{logits.Length} logits are not {predictions.Length} rows of {classes} classes.", nameof(logits));
        for (int image = 0; image < predictions.Length; image++)
            predictions[image] = ArgMax(logits.Slice(image * classes, classes));
    }

    /// <summary>Top-1: how many images' greatest logit is that of their label.</summary>
    /// <param name="logits"><c>[image, class]</c>, as <c>NetworkRunner.Run</c> returns them.</param>
    /// <param name="images">The images that they are of; their class names tell the number of classes.</param>
    /// <exception cref="ArgumentException">The logits are not one row of the images' classes per image.</exception>
    public static Proportion Accuracy(ReadOnlySpan<float> logits, ImageSet images)
    {
        var classes = new int[images.Count];
        Classify(logits, images.ClassNames.Length, classes);
        return Equal(classes, images.Labels());
    }

    /// <summary>The fraction of images for which both name the same class:
    /// top-1 where one is the labels, agreement where both are predictions.</summary>
    /// <exception cref="ArgumentException">There are no images, or the two differ in length.</exception>
    public static double EqualFraction(ReadOnlySpan<int> first, ReadOnlySpan<int> second) => Equal(first, second).Fraction;

    /// <summary>As <see cref="EqualFraction"/>, with the number of images: an accuracy is an estimate from them.</summary>
    /// <exception cref="ArgumentException">As <see cref="EqualFraction"/>.</exception>
    public static Proportion Equal(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length || first.IsEmpty)
            throw new ArgumentException($"{first.Length} and {second.Length} classes cannot be compared; "
                + "both must name the same images, at least one.", nameof(first));
        int equal = 0;
        for (int image = 0; image < first.Length; image++)
            if (first[image] == second[image]) equal++;
        return new(equal, first.Length);
    }
}
