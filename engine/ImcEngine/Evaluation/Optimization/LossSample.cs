using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation.Optimization;

/// <summary>
/// The loss of a setting on a sample of images (<see cref="Goal"/>), with its bounds over images:
/// <code>
/// one die          lost minus won images, Tango's score interval (<see cref="PairedDifference"/>)
/// several dies     x = an image's loss, mean over the dies;  mean +- t(n - 1) s / sqrt(n), s^2 the sample variance of x;
///                  where s is 0, mean -+ ln(alpha) / n, since an event that n images do not show may still exist
/// </code>
/// Bounds of several dies hold for these dies; the share of good dies is an estimate about others.
/// </summary>
internal sealed class LossSample
{
    private readonly PairedDifference? _ofOneDie;
    private readonly double _standardError;

    /// <param name="reference">Whether the reference is right, per image.</param>
    /// <param name="correct">Whether the setting is right, <c>[die][image]</c>.</param>
    /// <exception cref="ArgumentException">There are no dies or no images, or their numbers differ.</exception>
    public LossSample(bool[] reference, IReadOnlyList<bool[]> correct)
    {
        if (reference.Length == 0 || correct.Count == 0 || correct.Any(die => die.Length != reference.Length))
            throw new ArgumentException($"{correct.Count} dies cannot be compared with a reference of {reference.Length} images; "
                + "every die needs the images of the reference, at least one.", nameof(correct));
        (Images, Dies) = (reference.Length, correct.Count);
        OfDies = [.. correct.Select(die => Difference(reference, die).Loss)];
        if (Dies == 1)
        {
            _ofOneDie = Difference(reference, correct[0]);
            Loss = OfDies[0];
            return;
        }
        double[] losses = new double[Images];
        for (int image = 0; image < Images; image++)
            losses[image] = (reference[image] ? 1 : 0) - ((double)correct.Count(die => die[image]) / Dies);
        Loss = MeanEstimate.Average(losses);
        _standardError = Images > 1 ? Math.Sqrt(MeanEstimate.Variance(losses, Loss) / Images) : double.PositiveInfinity;
    }

    public int Images { get; }

    public int Dies { get; }

    /// <summary>The mean loss.</summary>
    public double Loss { get; }

    /// <summary>The loss of each die.</summary>
    public IReadOnlyList<double> OfDies { get; }

    /// <summary>The 95 % interval of <see cref="Loss"/>.</summary>
    public Interval Interval95 => _ofOneDie is { } paired ? paired.Interval95 : Around(0.025);

    /// <summary>Returns the one-sided upper bound of the loss: the true one exceeds it with a probability of at most alpha.</summary>
    public double UpperBound(double alpha) => _ofOneDie is { } paired ? paired.UpperBound(NormalQuantile(alpha))
        : Around(alpha).High;

    /// <summary>Returns the share of dies that lose at most this much.</summary>
    public Proportion GoodDies(double mostLoss) => new(OfDies.Count(loss => loss <= mostLoss), Dies);

    /// <summary>Returns how many images the bound would need, if the proportions stayed as they are; null if no number of images
    /// suffices.</summary>
    public long? ImagesFor(double mostLoss, double alpha)
    {
        if (Loss >= mostLoss) return null;
        if (_ofOneDie is not { } paired) return Needed(Quantile(alpha), mostLoss);
        double times = 1;
        while (Scaled(paired, times).UpperBound(NormalQuantile(alpha)) > mostLoss)
        {
            times *= 1.02;
            if (times * Images > int.MaxValue / 4) return null;
        }
        return Scaled(paired, times).Images;
    }

    private long? Needed(double quantile, double mostLoss) =>
        Math.Ceiling(Images * Square(_standardError * quantile / (mostLoss - Loss))) is var images && images < long.MaxValue
            ? (long)Math.Max(images, 2) : null;

    private static double Square(double x) => x * x;

    private static PairedDifference Scaled(PairedDifference paired, double times) =>
        new((int)Math.Round(paired.Lost * times), (int)Math.Round(paired.Won * times), (int)Math.Ceiling(paired.Images * times));

    private Interval Around(double alpha)
    {
        double half = _standardError > 0 ? Quantile(alpha) * _standardError : -Gaussian.Ln(alpha) / Images;
        return double.IsFinite(half) ? new(Math.Max(-1, Loss - half), Math.Min(1, Loss + half)) : new(-1, 1);
    }

    private double Quantile(double alpha) => StudentT.Quantile(2 * alpha, Math.Max(1, Images - 1));

    /// <summary>The standard normal variate that is exceeded with probability alpha.</summary>
    private static double NormalQuantile(double alpha) => -Gaussian.Normal((uint)Math.Round(alpha * (1L << 32) - 0.5));

    private static PairedDifference Difference(bool[] reference, bool[] correct) => new(
        reference.Zip(correct).Count(image => image.First && !image.Second),
        reference.Zip(correct).Count(image => !image.First && image.Second),
        reference.Length);
}
