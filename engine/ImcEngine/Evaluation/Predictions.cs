using ImcEngine.Data;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Evaluation;

/// <summary>Predicted classes, and how often two sources predict the same class.</summary>
public static class Predictions
{
    /// <summary>Returns the index of the greatest logit, the first of equal ones (+0 and -0 are equal). A NaN never wins; if no logit wins,
    /// the index is 0.</summary>
    public static int ArgMax(ReadOnlySpan<float> logits)
    {
        int best = 0;
        float most = float.NegativeInfinity;
        for (int i = 0; i < logits.Length; i++)
            if (logits[i] > most) (best, most) = (i, logits[i]);
        return best;
    }

    /// <summary>Writes the predicted class of every image.</summary>
    /// <param name="logits">The logits, <c>[image, class]</c>.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="predictions">Receives the classes, <c>[image]</c>.</param>
    /// <exception cref="ArgumentException">The logits are not one row of <paramref name="classes"/> per prediction.</exception>
    public static void Classify(ReadOnlySpan<float> logits, int classes, Span<int> predictions)
    {
        if (classes <= 0 || logits.Length != (long)predictions.Length * classes)
            throw new ArgumentException($"{logits.Length} logits are not {predictions.Length} rows of {classes} classes.", nameof(logits));
        for (int image = 0; image < predictions.Length; image++)
            predictions[image] = ArgMax(logits.Slice(image * classes, classes));
    }

    /// <summary>Returns the top-1 accuracy: the share of images whose greatest logit is that of their label.</summary>
    /// <param name="logits">The logits, <c>[image, class]</c>, as <c>NetworkRunner.Run</c> returns them.</param>
    /// <param name="images">The images of these logits; their class names give the number of classes.</param>
    /// <exception cref="ArgumentException">The logits are not one row of the images' classes per image.</exception>
    public static Proportion Accuracy(ReadOnlySpan<float> logits, ImageSet images)
    {
        var classes = new int[images.Count];
        Classify(logits, images.ClassNames.Length, classes);
        return Equal(classes, images.Labels());
    }

    /// <summary>Returns the share of images whose label is among the greatest logits. Of equal logits the first counts as greater, as in
    /// <see cref="ArgMax"/>.</summary>
    /// <param name="places">How many of the greatest logits count.</param>
    /// <param name="logits">The logits, <c>[image, class]</c>.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="labels">One label per image.</param>
    public static Proportion WithinTop(int places, ReadOnlySpan<float> logits, int classes, ReadOnlySpan<int> labels)
    {
        int within = 0;
        for (int image = 0; image < labels.Length; image++)
        {
            var own = logits.Slice(image * classes, classes);
            float labelled = own[labels[image]];
            int before = 0;
            for (int other = 0; other < classes; other++)
                if (own[other] > labelled || (own[other] == labelled && other < labels[image])) before++;
            if (before < places) within++;
        }
        return new(within, labels.Length);
    }

    /// <summary>Returns the fraction of images for which both give the same class. If one of them is the labels, it is the top-1 accuracy;
    /// if both are predictions, their agreement.</summary>
    /// <exception cref="ArgumentException">There are no images, or the two differ in length.</exception>
    public static double EqualFraction(ReadOnlySpan<int> first, ReadOnlySpan<int> second) => Equal(first, second).Fraction;

    /// <summary>Like <see cref="EqualFraction"/>, but returns the counts, which an interval needs.</summary>
    /// <exception cref="ArgumentException">As <see cref="EqualFraction"/>.</exception>
    public static Proportion Equal(ReadOnlySpan<int> first, ReadOnlySpan<int> second)
    {
        if (first.Length != second.Length || first.IsEmpty)
            throw new ArgumentException($"{first.Length} and {second.Length} classes cannot be compared; "
                + "both must be for the same images, at least one.", nameof(first));
        int equal = 0;
        for (int image = 0; image < first.Length; image++)
            if (first[image] == second[image]) equal++;
        return new(equal, first.Length);
    }
}
