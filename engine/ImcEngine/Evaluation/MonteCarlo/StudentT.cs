namespace ImcEngine.Evaluation.MonteCarlo;

/// <summary>
/// Student's t distribution with n degrees of freedom, where n is a positive real number:
/// <code>
/// P(|T| > t) = I_x(n / 2, 1 / 2),  x = n / (n + t^2)      I: regularized incomplete beta function
/// </code>
/// I is computed by Lentz's continued fraction (Press et al., Numerical Recipes, 3rd edition, section 6.4).
/// </summary>
internal static class StudentT
{
    private const double Confidence = 0.95;

    /// <summary>t(0.975, n): |T| is below it with a probability of 95 %.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is less than 1 degree of freedom.</exception>
    public static double Quantile95(double degreesOfFreedom) => Quantile(1 - Confidence, degreesOfFreedom);

    /// <summary>The number that |T| exceeds with this probability; T exceeds it with half of the probability.</summary>
    /// <param name="twoSided">A probability between 0 and 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is less than 1 degree of freedom.</exception>
    public static double Quantile(double twoSided, double degreesOfFreedom)
    {
        if (!(degreesOfFreedom >= 1))
            throw new ArgumentOutOfRangeException(nameof(degreesOfFreedom), degreesOfFreedom,
                "Student's t needs at least 1 degree of freedom here.");
        double low = 0, high = 16;
        while (TwoSided(high, degreesOfFreedom) > twoSided) high *= 2;
        for (int step = 0; step < 64; step++)
        {
            double middle = (low + high) / 2;
            if (TwoSided(middle, degreesOfFreedom) > twoSided) low = middle;
            else high = middle;
        }
        return (low + high) / 2;
    }

    /// <summary>P(|T| > t).</summary>
    public static double TwoSided(double t, double degreesOfFreedom) =>
        IncompleteBeta(degreesOfFreedom / (degreesOfFreedom + t * t), degreesOfFreedom / 2, 0.5);

    private static double IncompleteBeta(double x, double a, double b)
    {
        if (x <= 0) return 0;
        if (x >= 1) return 1;
        double front = Math.Exp(LnGamma(a + b) - LnGamma(a) - LnGamma(b) + a * Math.Log(x) + b * Math.Log(1 - x));
        return x < (a + 1) / (a + b + 2) ? front * Fraction(x, a, b) / a : 1 - front * Fraction(1 - x, b, a) / b;
    }

    private static double Fraction(double x, double a, double b)
    {
        double c = 1, d = 1 / (1 - (a + b) * x / (a + 1)), fraction = d;
        for (int m = 1; m < 10_000; m++)
        {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
                odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / (1 + even * d);
            c = 1 + even / c;
            fraction *= c * d;
            d = 1 / (1 + odd * d);
            c = 1 + odd / c;
            fraction *= c * d;
            if (Math.Abs(c * d - 1) < 1e-15) break;
        }
        return fraction;
    }

    /// <summary>Stirling's series, after x is raised to where the series is accurate.</summary>
    private static double LnGamma(double x)
    {
        double shift = 0;
        for (; x < 12; x++) shift -= Math.Log(x);
        double z = 1 / (x * x);
        return shift + (x - 0.5) * Math.Log(x) - x + 0.5 * Math.Log(2 * Math.PI)
            + (1.0 / 12 - z * (1.0 / 360 - z * (1.0 / 1260 - z / 1680))) / x;
    }
}
