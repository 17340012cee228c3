namespace ImcEngine.Evaluation.Intervals;

/// <summary>
/// The difference in accuracy of two ways of computing on the same n images. Only images that exactly one of them classifies correctly tell
/// them apart:
/// <code>
/// lost   the first is right, the second wrong          won   the first is wrong, the second right
///
/// whether they differ      P = min(1, 2 P(X &lt;= min(lost, won))),  X ~ Binomial(lost + won, 1/2)
///                          exact McNemar test, two-sided
/// by how much              all delta with |T(delta)| &lt;= z,  z = 1.95996...                               Tango's score interval
///
///     T(delta) = (lost - won - n delta) / sqrt(n (2 q + delta (1 - delta)))
///     q = (sqrt(B^2 - 8 n C) - B) / 4n,   B = -lost - won + (2n - lost + won) delta,   C = -won delta (1 - delta)
/// </code>
/// q is the maximum-likelihood probability of winning an image, given delta. T falls as delta grows, so each end is found by bisection.
/// Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample design,
/// Statistics in Medicine 17 (1998), 891-908.
/// </summary>
/// <param name="Lost">Images that the first alone classifies correctly.</param>
/// <param name="Won">Images that the second alone classifies correctly.</param>
/// <param name="Images">The number of all images, at least one.</param>
public readonly record struct PairedDifference(int Lost, int Won, int Images)
{
    private const double Significance = 0.05;

    /// <summary>Compares the classes that two ways of computing give.</summary>
    /// <param name="first">The classes that the first gives, one per image.</param>
    /// <param name="second">The classes that the second gives.</param>
    /// <param name="labels">The true classes.</param>
    /// <exception cref="ArgumentException">There are no images, or the three differ in length.</exception>
    public static PairedDifference Compare(ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty || first.Length != labels.Length || second.Length != labels.Length)
            throw new ArgumentException($"{first.Length}, {second.Length} and {labels.Length} classes cannot be compared; "
                + "all three must be for the same images, at least one.", nameof(first));
        int lost = 0, won = 0;
        for (int image = 0; image < labels.Length; image++)
        {
            bool firstIsRight = first[image] == labels[image], secondIsRight = second[image] == labels[image];
            if (firstIsRight && !secondIsRight) lost++;
            if (secondIsRight && !firstIsRight) won++;
        }
        return new(lost, won, labels.Length);
    }

    /// <summary>The accuracy that the second loses against the first: (lost - won) / images.</summary>
    public double Loss => (double)(Lost - Won) / Images;

    /// <summary>Whether the exact test rejects at 5 % that both are equally good. If not, neither is called better, whatever
    /// <see cref="Loss"/> is.</summary>
    public bool IsDistinguishable => ExactP < Significance;

    /// <summary>The probability of a split of the lost and won images at least as uneven as this one, if both are equally good.</summary>
    public double ExactP
    {
        get
        {
            int discordant = Lost + Won, fewer = Math.Min(Lost, Won);
            if (2 * fewer >= discordant) return 1;
            double term = Probability(discordant, fewer), sum = 0;
            for (int k = fewer; k >= 0 && term > 0; k--)
            {
                sum += term;
                term *= (double)k / (discordant - k + 1);
            }
            return Math.Min(1, 2 * sum);
        }
    }

    /// <summary>The 95 % interval of <see cref="Loss"/>, within -1 and 1.</summary>
    public Interval Interval95 => new(
        Lost == 0 && Won == Images ? -1 : EndWhere(Proportion.Normal95, -1, Loss),
        UpperBound(Proportion.Normal95));

    /// <summary>Returns the greatest delta with T(delta) &gt;= -score: with the normal quantile of 1 - alpha, the one-sided upper bound of
    /// <see cref="Loss"/> at the level alpha.</summary>
    internal double UpperBound(double score) => Won == 0 && Lost == Images ? 1 : EndWhere(-score, Loss, 1);

    /// <summary>Returns the comparison with first and second exchanged.</summary>
    public PairedDifference Reversed() => new(Won, Lost, Images);

    /// <summary>T(delta).</summary>
    internal double Score(double delta)
    {
        double distance = Lost - Won - Images * delta;
        double b = -Lost - Won + (2.0 * Images - Lost + Won) * delta, c = -Won * delta * (1 - delta);
        double q = (Math.Sqrt(Math.Max(0, b * b - 8.0 * Images * c)) - b) / (4.0 * Images);
        double variance = Images * (2 * q + delta * (1 - delta));
        return distance == 0 ? 0 : variance > 0 ? distance / Math.Sqrt(variance) : double.CopySign(double.PositiveInfinity, distance);
    }

    /// <summary>P(X = k) for n tosses of a fair coin. Halvings keep the product in range. Logarithms are avoided, because the results of a
    /// study must be the same bytes on every machine.</summary>
    private static double Probability(int n, int k)
    {
        double product = 1;
        int halvings = n;
        for (int i = 1; i <= k; i++)
        {
            product *= (double)(n - k + i) / i;
            for (; product > 1 && halvings > 0; halvings--) product /= 2;
        }
        for (; product > 0 && halvings > 0; halvings--) product /= 2;
        return product;
    }

    private double EndWhere(double score, double low, double high)
    {
        for (int step = 0; step < 64; step++)
        {
            double middle = (low + high) / 2;
            if (Score(middle) > score) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }
}
