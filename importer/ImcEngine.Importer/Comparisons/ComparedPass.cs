using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// The results of one way of computing on the evaluated images. If the images have no labels, the classes that the float network names
/// stand in for them: what is then called accuracy is agreement with float.
/// </summary>
public sealed class ComparedPass
{
    /// <summary>With more classes than this, top-5 is worth stating.</summary>
    internal const int FewClasses = 10;

    private readonly float[] _logits;
    private readonly int[] _predicted, _labels;

    /// <param name="logits"><c>[image, class]</c></param>
    /// <param name="floats">The float network's results, for images without labels; null for the float network itself.</param>
    internal ComparedPass(float[] logits, ImageSet images, double imagesPerSecond, ComparedPass? floats)
    {
        _logits = logits;
        RequireFinite(logits, images.Count);
        _predicted = new int[images.Count];
        int classes = logits.Length / images.Count;
        Predictions.Classify(logits, classes, _predicted);
        _labels = images.IsLabelled ? images.Labels() : (floats ?? this)._predicted;
        Accuracy = Predictions.Equal(_predicted, _labels);
        if (images.IsLabelled && classes > FewClasses) Top5 = Predictions.WithinTop(5, logits, classes, _labels);
        ImagesPerSecond = imagesPerSecond;
    }

    /// <summary>The accuracy, an estimate from the images.</summary>
    public Proportion Accuracy { get; }

    /// <summary>The share of images whose label is among the five greatest logits;
    /// null with 10 classes or fewer, and without labels.</summary>
    public Proportion? Top5 { get; }

    public double Top1 => Accuracy.Fraction;

    /// <summary>Images per second, without the time that decoding pictures takes.</summary>
    public double ImagesPerSecond { get; }

    /// <summary>Checks that all logits are finite. The class is that of the greatest logit, which NaN and infinity do not decide.</summary>
    /// <exception cref="ImcException">Logits of an image are NaN or infinite.</exception>
    internal static void RequireFinite(float[] logits, int images)
    {
        int classes = logits.Length / images, broken = Enumerable.Range(0, images)
            .Count(image => logits.AsSpan(image * classes, classes).ContainsAnyExceptInRange(float.MinValue, float.MaxValue));
        if (broken > 0)
            throw new ImcException($"Logits of {broken} of {images} images are NaN or infinite, so that they name no class. "
                + "The network divides by 0, or its numbers overflow, "
                + "on these images: check its preprocessing (--mean, --std) and its weights.");
    }

    public double AgreementWith(ComparedPass other) => Predictions.EqualFraction(_predicted, other._predicted);

    /// <summary>Returns what this loses against another on the same images.</summary>
    public PairedDifference Against(ComparedPass other) => PairedDifference.Compare(other._predicted, _predicted, _labels);

    public float LargestDifferenceFrom(ComparedPass other) => _logits.Zip(other._logits, (a, b) => Math.Abs(a - b)).Max();

    /// <summary>Returns the SQNR of the logits in dB: the signal is the other's, the noise is what these differ by.</summary>
    public double SqnrDbAgainst(ComparedPass other) => SqnrSums.Measure(other._logits, _logits).SqnrDb;

    /// <summary>The same of one of several outputs.</summary>
    internal double SqnrDbAgainst(ComparedPass other, OutputPart output)
    {
        int row = _logits.Length / _predicted.Length;
        var sums = default(SqnrSums);
        for (int first = output.First; first < _logits.Length; first += row)
            sums += SqnrSums.Measure(other._logits.AsSpan(first, output.Count), _logits.AsSpan(first, output.Count));
        return sums.SqnrDb;
    }

    internal DieRun ToDieRun() => new(Top1, LogitsSha256());

    public string LogitsSha256() => LogitsHash.Compute(_logits);
}
