namespace ImcEngine.Tests.Macro;

/// <summary>
/// Is a stream of numbers independent standard normal? Collects it, then gives the p-value of every statistic:
/// moments 1 to 6 (z, with its skewness corrected by the first Cornish-Fisher term), counts beyond 2 .. 4.5 sigma (Poisson),
/// Kolmogorov-Smirnov and chi-square on a histogram, and for neighbours in the stream their correlation and a 16 x 16 contingency table.
/// </summary>
internal sealed class NormalSample
{
    private const int Bins = 8192;
    private const double Reach = 6.5;
    private const int Sides = 16;

    private static readonly double[] BinCdf =
        [.. Enumerable.Range(0, Bins + 1).Select(i => Distributions.NormalCdf(i * (2 * Reach / Bins) - Reach))];
    private static readonly double[] TailSigmas = [2, 3, 3.5, 4, 4.5];

    private readonly double[] _powers = new double[7];
    private readonly long[] _histogram = new long[Bins];
    private readonly long[] _beyond = new long[2 * TailSigmas.Length];
    private readonly long[] _pairs = new long[Sides * Sides];
    private long _count, _pairCount;
    private double _products, _last = double.NaN;

    public void Add(double x)
    {
        AddAlone(x);
        if (!double.IsNaN(_last)) AddPair(_last, x);
        _last = x;
    }

    /// <summary>Two draws of which only their being neighbours matters.</summary>
    public void AddPair(double x, double y)
    {
        _pairCount++;
        _products += x * y;
        _pairs[Side(x) * Sides + Side(y)]++;
    }

    public void AddAlone(double x)
    {
        _count++;
        double power = 1;
        for (int k = 1; k <= 6; k++) _powers[k] += power *= x;
        _histogram[Bin(x)]++;
        for (int t = 0; t < TailSigmas.Length; t++)
        {
            if (x > TailSigmas[t]) _beyond[2 * t]++;
            if (x < -TailSigmas[t]) _beyond[2 * t + 1]++;
        }
    }

    public IEnumerable<(string Statistic, double P)> PValues()
    {
        for (int k = 1; k <= 6; k++) yield return ($"moment {k}", MomentP(k));
        for (int t = 0; t < _beyond.Length; t++)
            yield return ($"{(t % 2 == 0 ? "above +" : "below -")}{TailSigmas[t / 2]} sigma",
                Distributions.PoissonTwoSided(_beyond[t], _count * Distributions.NormalCdf(-TailSigmas[t / 2])));
        yield return ("Kolmogorov-Smirnov", KolmogorovP());
        yield return ("chi-square", ChiSquareP());
        foreach (var pair in PairPValues()) yield return pair;
    }

    public IEnumerable<(string Statistic, double P)> PairPValues()
    {
        yield return ("correlation of neighbours", Distributions.NormalTwoSided(_products / Math.Sqrt(_pairCount)));
        yield return ("contingency of neighbours", ContingencyP());
    }

    private static int Bin(double x) => Math.Clamp((int)Math.Floor((x + Reach) * (Bins / (2 * Reach))), 0, Bins - 1);

    private static int Side(double x) => Math.Min((int)(BinCdf[Bin(x)] * Sides), Sides - 1);

    private double MomentP(int k)
    {
        double mean = NormalMoment(k), variance = NormalMoment(2 * k) - mean * mean;
        double third = NormalMoment(3 * k) - 3 * mean * NormalMoment(2 * k) + 2 * mean * mean * mean;
        double skewness = third / Math.Pow(variance, 1.5) / Math.Sqrt(_count),
            z = (_powers[k] / _count - mean) / Math.Sqrt(variance / _count);
        return Distributions.NormalTwoSided(z - skewness / 6 * (z * z - 1));
    }

    /// <summary>E x^k: (k - 1)!! for even k, else 0.</summary>
    private static double NormalMoment(int k)
    {
        double moment = k % 2 == 0 ? 1 : 0;
        for (int factor = k - 1; factor > 1; factor -= 2) moment *= factor;
        return moment;
    }

    private double KolmogorovP()
    {
        double distance = 0;
        long below = 0;
        for (int i = 0; i < Bins - 1; i++)
        {
            below += _histogram[i];
            distance = Math.Max(distance, Math.Abs((double)below / _count - BinCdf[i + 1]));
        }
        return Distributions.KolmogorovUpper(distance * Math.Sqrt(_count));
    }

    private double ChiSquareP()
    {
        // Bins are joined until each expects at least 1/256 of the sample, or 100 draws where that is more.
        double chiSquare = 0, expected = 0, least = Math.Max(100, _count / 256.0);
        long seen = 0, seenInAll = 0;
        double expectedInAll = 0;
        int cells = 0;
        for (int i = 0; i < Bins; i++)
        {
            expected += _count * ((i == Bins - 1 ? 1 : BinCdf[i + 1]) - (i == 0 ? 0 : BinCdf[i]));
            seen += _histogram[i];
            bool restIsEnough = _count - expectedInAll - expected >= least;
            if ((expected < least || !restIsEnough) && i < Bins - 1) continue;
            chiSquare += (seen - expected) * (seen - expected) / expected;
            (expectedInAll, seenInAll, cells) = (expectedInAll + expected, seenInAll + seen, cells + 1);
            (expected, seen) = (0, 0);
        }
        Assert.Equal(_count, seenInAll);
        return Distributions.ChiSquareUpper(chiSquare, cells - 1);
    }

    private double ContingencyP()
    {
        double[] first = new double[Sides], second = new double[Sides];
        for (int i = 0; i < _pairs.Length; i++)
        {
            first[i / Sides] += _pairs[i];
            second[i % Sides] += _pairs[i];
        }
        double chiSquare = 0;
        for (int i = 0; i < _pairs.Length; i++)
        {
            double expected = first[i / Sides] * second[i % Sides] / _pairCount;
            if (expected > 0) chiSquare += (_pairs[i] - expected) * (_pairs[i] - expected) / expected;
        }
        return Distributions.ChiSquareUpper(chiSquare, (Sides - 1) * (Sides - 1));
    }
}
