using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Evaluation.MonteCarlo;

/// <summary>
/// The mean of a quantity over independent dies:
/// <code>
/// sigma^2 = sum (x - mean)^2 / (n - 1)      95 % interval: mean +- t(0.975, n - 1) * sigma / sqrt(n)
/// </code>
/// </summary>
/// <param name="Mean">The mean.</param>
/// <param name="Sigma">Sigma of single dies; null if there is only one.</param>
/// <param name="Interval95">The 95 % interval of the mean; null if there is only one die.</param>
public readonly record struct MeanEstimate(double Mean, double? Sigma, Interval? Interval95)
{
    /// <summary>Estimates the mean from the numbers of single dies.</summary>
    /// <exception cref="ArgumentException">There are no dies.</exception>
    public static MeanEstimate FromDies(IReadOnlyList<double> dies)
    {
        if (dies.Count == 0) throw new ArgumentException("A mean needs at least one die.", nameof(dies));
        return OfSample(dies);
    }

    /// <summary>Estimates the mean over images, each with its own mean over several runs, by the same formula. The interval holds for other
    /// images on the same dies.</summary>
    /// <exception cref="ArgumentException">There are no images.</exception>
    internal static MeanEstimate FromImages(IReadOnlyList<double> images)
    {
        if (images.Count == 0) throw new ArgumentException("A mean needs at least one image.", nameof(images));
        return OfSample(images);
    }

    /// <summary>
    /// Estimates the mean of <paramref name="first"/> minus that of <paramref name="second"/>, which are drawn independently (Welch):
    /// <code>
    /// a = sigma1^2 / n1, b = sigma2^2 / n2
    /// difference +- t(0.975, n) * sqrt(a + b),  n = (a + b)^2 / (a^2 / (n1 - 1) + b^2 / (n2 - 1))
    /// </code>
    /// The result has no sigma of single dies.
    /// </summary>
    public static MeanEstimate OfDifference(IReadOnlyList<double> first, IReadOnlyList<double> second)
    {
        double difference = Average(first) - Average(second);
        if (first.Count < 2 || second.Count < 2) return new(difference, null, null);
        double a = Variance(first, Average(first)) / first.Count, b = Variance(second, Average(second)) / second.Count;
        if (a + b == 0) return new(difference, null, new(difference, difference));
        double freedom = (a + b) * (a + b) / (a * a / (first.Count - 1) + b * b / (second.Count - 1));
        return new(difference, null, Around(difference, StudentT.Quantile95(freedom) * Math.Sqrt(a + b)));
    }

    /// <summary>Returns the same estimate of a quantity that has a least and a greatest possible number: the interval ends there.</summary>
    internal MeanEstimate Within(double least, double most) => Interval95 is not { } interval ? this
        : this with { Interval95 = new(Math.Max(interval.Low, least), Math.Min(interval.High, most)) };

    internal static double Average(IReadOnlyList<double> numbers)
    {
        double sum = 0;
        foreach (double number in numbers) sum += number;
        return sum / numbers.Count;
    }

    /// <summary>The unbiased variance.</summary>
    internal static double Variance(IReadOnlyList<double> numbers, double mean)
    {
        double sum = 0;
        foreach (double number in numbers) sum += (number - mean) * (number - mean);
        return sum / (numbers.Count - 1);
    }

    private static MeanEstimate OfSample(IReadOnlyList<double> numbers)
    {
        double mean = Average(numbers);
        if (numbers.Count == 1) return new(mean, null, null);
        double sigma = Math.Sqrt(Variance(numbers, mean));
        return new(mean, sigma, Around(mean, StudentT.Quantile95(numbers.Count - 1) * sigma / Math.Sqrt(numbers.Count)));
    }

    private static Interval Around(double centre, double half) => new(centre - half, centre + half);
}
