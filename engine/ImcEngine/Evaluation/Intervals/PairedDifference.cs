namespace ImcEngine.Evaluation.Intervals;

/// <summary>
/// Two ways of computing on the same n images. Only images that one of them classifies correctly and the other does not tell them apart:
/// <code>
/// lost   the first is right, the second wrong          won   the first is wrong, the second right
///
/// whether they differ      P = min(1, 2 P(X &lt;= min(lost, won))),  X ~ Binomial(lost + won, 1/2)
///                          exact McNemar test, two-sided
/// by how much              all delta with |T(delta)| &lt;= z,  z = 1.95996...                               score interval of Tango
///
///     T(delta) = (lost - won - n delta) / sqrt(n (2 q + delta (1 - delta)))
///     q = (sqrt(B^2 - 8 n C) - B) / 4n,   B = -lost - won + (2n - lost + won) delta,   C = -won delta (1 - delta)
/// </code>
/// q is the probability of winning an image that is most likely given delta. T falls as delta grows, so each end is found by halving.
/// Tango, Equivalence test and confidence interval for the difference in proportions for the paired-sample design,
/// Statistics in Medicine 17 (1998), 891-908.
/// </summary>
/// <param name="Lost">Images that the first alone classifies correctly.</param>
/// <param name="Won">Images that the second alone classifies correctly.</param>
/// <param name="Images">All of them, at least one.</param>
public readonly record struct PairedDifference(int Lost, int Won, int Images)
{
    private const double Significance = 0.05;

    /// <param name="first">Classes that the first names, one an image.</param>
    /// <param name="second">Those of the second.</param>
    /// <param name="labels">The true ones.</param>
    /// <exception cref="ArgumentException">There are no images, or the three differ in length.</exception>
    public static PairedDifference Compare(ReadOnlySpan<int> first, ReadOnlySpan<int> second, ReadOnlySpan<int> labels)
    {
        if (labels.IsEmpty || first.Length != labels.Length || second.Length != labels.Length)
            throw new ArgumentException($"{first.Length}, {second.Length} and {labels.Length} classes cannot be paired; "
                + "all must name the same images, at least one.", nameof(first));
        int lost = 0, won = 0;
        for (int image = 0; image < labels.Length; image++)
        {
            bool firstIsRight = first[image] == labels[image], secondIsRight = second[image] == labels[image];
            if (firstIsRight && !secondIsRight) lost++;
            if (secondIsRight && !firstIsRight) won++;
        }
        return new(lost, won, labels.Length);
    }

    /// <summary>Lost less won, of all images: what the second costs.</summary>
    public double Loss => (double)(Lost - Won) / Images;

    /// <summary>The exact test denies at 5 % that both are equally good;
    /// else neither is called better, whatever <see cref="Loss"/> is.</summary>
    public bool IsDistinguishable => ExactP < Significance;

    /// <summary>Probability of at least so uneven a split of the images that tell the two apart, were both equally good.</summary>
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

    /// <summary>Of <see cref="Loss"/>, within -1 and 1.</summary>
    public Interval Interval95 => new(
        Lost == 0 && Won == Images ? -1 : EndWhere(Proportion.Normal95, -1, Loss),
        Won == 0 && Lost == Images ? 1 : EndWhere(-Proportion.Normal95, Loss, 1));

    /// <summary>The same two the other way round.</summary>
    public PairedDifference Reversed() => new(Won, Lost, Images);

    /// <summary>T at a difference of the two.</summary>
    internal double Score(double delta)
    {
        double distance = Lost - Won - Images * delta;
        double b = -Lost - Won + (2.0 * Images - Lost + Won) * delta, c = -Won * delta * (1 - delta);
        double q = (Math.Sqrt(Math.Max(0, b * b - 8.0 * Images * c)) - b) / (4.0 * Images);
        double variance = Images * (2 * q + delta * (1 - delta));
        return distance == 0 ? 0 : variance > 0 ? distance / Math.Sqrt(variance) : double.CopySign(double.PositiveInfinity, distance);
    }

    /// <summary>P(X = k) of n tosses. Halvings keep the product of the binomial coefficient in range;
    /// no logarithms, for studies are the same bytes on every machine.</summary>
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
