namespace ImcEngine.Tests.Macro;

/// <summary>
/// How far mean and standard deviation of a sample may lie from those of a known discrete distribution. Bernstein's inequality, so it holds
/// for rare codes too: with probability 1 - alpha the mean of n draws, each within M of its expectation,
/// is off by at most sqrt(2 var L / n) + 2 M L / (3 n), L = ln(2 / alpha).
/// </summary>
internal sealed record SampleBounds(double Mean, double Variance, double FourthMoment, double Reach)
{
    private const double FamilyAlpha = 1e-4;

    public static SampleBounds Of((double Level, double P)[] distribution)
    {
        double total = distribution.Sum(d => d.P), mean = distribution.Sum(d => d.P * d.Level) / total;
        double Moment(int k) => distribution.Sum(d => d.P * Math.Pow(d.Level - mean, k)) / total;
        return new(mean, Moment(2), Moment(4), distribution.Max(d => Math.Abs(d.Level - mean)));
    }

    public static double Sigma(double[] sample)
    {
        double mean = sample.Average();
        return Math.Sqrt(sample.Sum(x => (x - mean) * (x - mean)) / sample.Length);
    }

    /// <summary>Asserts both; <paramref name="comparisons"/> is how many samples the whole test holds to its bounds (Bonferroni;
    /// each has two statistics).</summary>
    public void Require(double mean, double sigma, int draws, int comparisons, string what)
    {
        double l = Math.Log(2 * 2 * comparisons / FamilyAlpha), rounding = 1e-5 * Reach;
        double meanBound = Bound(Variance, Reach, draws, l) + rounding;
        // s^2 = mean of (x - Mean)^2 - (mean - Mean)^2; each (x - Mean)^2 lies in 0 .. Reach^2.
        double squaresBound = Bound(Math.Max(FourthMoment - Variance * Variance, 0), Reach * Reach, draws, l) + meanBound * meanBound
            + rounding * Reach;
        Assert.True(Math.Abs(mean - Mean) <= meanBound, $"{what}: mean {mean}, expected {Mean} within {meanBound}.");
        Assert.True(Math.Abs(sigma * sigma - Variance) <= squaresBound,
            $"{what}: sigma {sigma}, expected {Math.Sqrt(Variance)}; variance within {squaresBound}.");
    }

    private static double Bound(double variance, double reach, int draws, double l) =>
        Math.Sqrt(2 * variance * l / draws) + 2 * reach * l / (3 * draws);
}
