namespace ImcEngine.Evaluation.Intervals;

/// <summary>
/// A counted share, such as the share of correctly classified images or of good dies, with its 95 % interval according to Wilson, Probable
/// inference, the law of succession, and statistical inference, J. Am. Stat. Assoc. 22 (1927), z = <see cref="Normal95"/>:
/// <code>
/// (p + z^2 / 2n +- z sqrt(p (1 - p) / n + z^2 / 4n^2)) / (1 + z^2 / n)
/// </code>
/// </summary>
public readonly record struct Proportion(int Count, int Of)
{
    /// <summary>A standard normal variate lies within plus and minus this number with a probability of 95 %.</summary>
    internal const double Normal95 = 1.959963984540054;

    public double Fraction => (double)Count / Of;

    public Interval Interval95
    {
        get
        {
            double p = Fraction, z2 = Normal95 * Normal95, scale = 1 + z2 / Of;
            double centre = (p + z2 / (2.0 * Of)) / scale, half = Normal95 * Math.Sqrt(p * (1 - p) / Of + z2 / (4.0 * Of * Of)) / scale;
            return new(Count == 0 ? 0 : centre - half, Count == Of ? 1 : centre + half);
        }
    }
}
