namespace ImcEngine.Tests.Macro;

/// <summary>Distribution functions that the statistical tests need; independent of the engine's own polynomials.</summary>
internal static class Distributions
{
    public static double NormalCdf(double x)
    {
        double tail = 0.5 * UpperGamma(0.5, x * x / 2);
        return x < 0 ? tail : 1 - tail;
    }

    public static double NormalTwoSided(double z) => UpperGamma(0.5, z * z / 2);

    public static double ChiSquareUpper(double chiSquare, int degreesOfFreedom) => UpperGamma(degreesOfFreedom / 2.0, chiSquare / 2);

    /// <summary>Twice the smaller tail of a Poisson count.</summary>
    public static double PoissonTwoSided(long count, double mean)
    {
        double atMost = UpperGamma(count + 1, mean), atLeast = count == 0 ? 1 : 1 - UpperGamma(count, mean);
        return Math.Min(1, 2 * Math.Min(atMost, atLeast));
    }

    /// <summary>P(sqrt(n) D > t) for large n.</summary>
    public static double KolmogorovUpper(double t)
    {
        double sum = 0;
        for (int k = 1; k <= 200; k++) sum += (k % 2 == 1 ? 2 : -2) * Math.Exp(-2.0 * k * k * t * t);
        return t < 0.2 ? 1 : Math.Clamp(sum, 0, 1);
    }

    /// <summary>Q(a, x), the regularized upper incomplete gamma function:
    /// by its power series below x = a + 1, by Lentz's continued fraction above.</summary>
    public static double UpperGamma(double a, double x)
    {
        if (x <= 0) return 1;
        double front = Math.Exp(a * Math.Log(x) - x - LnGamma(a));
        if (x < a + 1)
        {
            double term = 1 / a, sum = term;
            for (int n = 1; n < 100_000 && term > sum * 1e-17; n++) sum += term *= x / (a + n);
            return 1 - front * sum;
        }
        double b = x + 1 - a, c = 1e300, d = 1 / b, fraction = d;
        for (int n = 1; n < 100_000; n++)
        {
            double numerator = -n * (n - a);
            b += 2;
            d = 1 / (numerator * d + b);
            c = b + numerator / c;
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < 1e-15) break;
        }
        return front * fraction;
    }

    private static double LnGamma(double x)
    {
        double shift = 0;
        for (; x < 12; x++) shift -= Math.Log(x);
        double z = 1 / (x * x);
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI)
            + (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z / 1680))) / x;
    }
}
