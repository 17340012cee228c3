using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Evaluation.MonteCarlo;

/// <summary>
/// The mean of a quantity over independent dies:
/// <code>
/// sigma^2 = sum (x - mean)^2 / (n - 1)      95 % interval: mean +- t(0.975, n - 1) * sigma / sqrt(n)
/// </code>
/// </summary>
/// <param name="Sigma">Of single dies; null of a single one.</param>
/// <param name="Interval95">Of the mean; null of a single die.</param>
public readonly record struct MeanEstimate(double Mean, double? Sigma, Interval? Interval95)
{
    /// <exception cref="ArgumentException">There is nothing to estimate from.</exception>
    public static MeanEstimate FromDies(IReadOnlyList<double> dies)
    {
        if (dies.Count == 0) throw new ArgumentException("A mean needs at least one die.", nameof(dies));
        double mean = Average(dies);
        if (dies.Count == 1) return new(mean, null, null);
        double sigma = Math.Sqrt(Variance(dies, mean));
        return new(mean, sigma, Around(mean, StudentT.Quantile95(dies.Count - 1) * sigma / Math.Sqrt(dies.Count)));
    }

    /// <summary>
    /// The mean of <paramref name="first"/> less that of <paramref name="second"/>, drawn independently (Welch):
    /// <code>
    /// a = sigma1^2 / n1, b = sigma2^2 / n2
    /// difference +- t(0.975, n) * sqrt(a + b),  n = (a + b)^2 / (a^2 / (n1 - 1) + b^2 / (n2 - 1))
    /// </code>
    /// It has no sigma of single dies.
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

    internal static double Average(IReadOnlyList<double> numbers)
    {
        double sum = 0;
        foreach (double number in numbers) sum += number;
        return sum / numbers.Count;
    }

    /// <summary>Unbiased.</summary>
    internal static double Variance(IReadOnlyList<double> numbers, double mean)
    {
        double sum = 0;
        foreach (double number in numbers) sum += (number - mean) * (number - mean);
        return sum / (numbers.Count - 1);
    }

    private static Interval Around(double centre, double half) => new(centre - half, centre + half);
}
