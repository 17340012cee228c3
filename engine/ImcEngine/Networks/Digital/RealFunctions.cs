namespace ImcEngine.Networks.Digital;

/// <summary>
/// Functions of a real number in double, of + - * / and operations on bits alone, so that every CPU gives the same bits (ARITHMETIC §6).
/// Each is within 1e-11 relative of the exact value wherever that is a normal float32 or rounds to a denormal one; rounded to float32 it is
/// the nearest number or the one beside it. Infinities and NaN give what the limit is.
/// <code>
/// e^x        2^n e^r, n = round(x / ln 2), |r| at most 0.347: Taylor polynomial of degree 11
/// ln x       e ln 2 + ln m, m from 1/sqrt 2 to sqrt 2: ln m = 2 artanh((m - 1) / (m + 1)) as a series of 10 terms
/// erf x      2/sqrt pi e^-x² sum x^(2k+1) 2^k / (1 * 3 * .. (2k+1)) below 2, all terms of one sign
/// erfc x     e^-x² / (x sqrt pi) / (1 + q/(1 + 2q/(1 + 3q/..))), q = 1/(2x²), from 2 on
/// </code>
/// </summary>
internal static class RealFunctions
{
    private const double Ln2 = 0.693147180559945309417, SquareRootOf2 = 1.41421356237309504880, SquareRootOfPi = 1.77245385090551602730;
    private const double LeastExponent = -700, MostExponent = 709;

    /// <summary>From here on erf is a difference from 1; the series below has 28 terms, the fraction above 32 levels.</summary>
    private const double SeriesEnd = 2;

    private const int FractionLevels = 32;

    /// <summary>Powers up to this are products, exact where these are.</summary>
    private const int MostProducts = 64;

    /// <summary>1/k!, k = 11 .. 0.</summary>
    private static ReadOnlySpan<double> Taylor =>
        [
            1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320, 1.0 / 5040, 1.0 / 720, 1.0 / 120, 1.0 / 24, 1.0 / 6, 1.0 / 2, 1, 1,
        ];

    /// <summary>1/(2k+1), k = 9 .. 0.</summary>
    private static ReadOnlySpan<double> AreaTangent =>
        [1.0 / 19, 1.0 / 17, 1.0 / 15, 1.0 / 13, 1.0 / 11, 1.0 / 9, 1.0 / 7, 1.0 / 5, 1.0 / 3, 1];

    /// <summary>2^k / (1 * 3 * .. (2k+1)), k = 27 .. 0.</summary>
    private static readonly double[] ErrorSeries = MakeErrorSeries(28);

    /// <summary>e^x; 0 below -700, infinite above 709.</summary>
    public static double Exponential(double x)
    {
        if (x < LeastExponent) return 0;
        if (x > MostExponent) return double.PositiveInfinity;
        double n = Math.Round(x / Ln2);
        return Polynomial(Taylor, x - (n * Ln2)) * BitConverter.Int64BitsToDouble(((long)n + 1023) << 52);
    }

    /// <summary>e^x - 1, all digits near 0.</summary>
    public static double ExponentialLessOne(double x) =>
        Math.Abs(x) < Ln2 / 2 ? Polynomial(Taylor[..^1], x) * x : Exponential(x) - 1;

    /// <summary>ln x; NaN below 0. Not for denormal doubles, which no float32 is.</summary>
    public static double Logarithm(double x)
    {
        if (!(x > 0)) return x == 0 ? double.NegativeInfinity : double.NaN;
        if (x == double.PositiveInfinity) return x;
        long bits = BitConverter.DoubleToInt64Bits(x);
        long exponent = (bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0xF_FFFF_FFFF_FFFF) | (1023L << 52));
        if (mantissa > SquareRootOf2)
        {
            mantissa /= 2;
            exponent++;
        }
        return (exponent * Ln2) + TwiceAreaTangent((mantissa - 1) / (mantissa + 1));
    }

    /// <summary>ln(1 + x), x at least 0, all digits near 0.</summary>
    public static double LogarithmOfOnePlus(double x) =>
        x < SquareRootOf2 - 1 ? TwiceAreaTangent(x / (x + 2)) : Logarithm(x + 1);

    /// <summary>1 / (1 + e^-x).</summary>
    public static double Sigmoid(double x) => 1 / (1 + Exponential(-x));

    public static double Tangent(double x)
    {
        double less = ExponentialLessOne(-2 * Math.Abs(x));
        return Math.CopySign(less / (less + 2), x);
    }

    /// <summary>ln(1 + e^x).</summary>
    public static double Softplus(double x) => Math.Max(x, 0) + LogarithmOfOnePlus(Exponential(-Math.Abs(x)));

    public static double ErrorFunction(double x) =>
        Math.Abs(x) < SeriesEnd ? ErrorSum(x) : Math.CopySign(1 - ComplementAbove(Math.Abs(x)), x);

    /// <summary>1 - erf(x), all digits where x is large.</summary>
    public static double ErrorComplement(double x) =>
        x >= SeriesEnd ? ComplementAbove(x) : 1 - ErrorFunction(x);

    /// <summary>x^y as IEEE 754's pow.</summary>
    public static double Power(double x, double y)
    {
        if (y % 1 == 0 && Math.Abs(y) <= MostProducts) return y < 0 ? 1 / Product(x, (int)-y) : Product(x, (int)y);
        double magnitude = x == 1 || x == -1 ? 1 : Exponential(y * Logarithm(Math.Abs(x)));
        bool isNegative = x < 0 || (x == 0 && double.IsNegative(x));
        if (!isNegative) return double.IsNaN(x) ? x : magnitude;
        if (y % 1 != 0) return x == 0 || double.IsInfinity(x) ? magnitude : double.NaN;
        return y % 2 == 0 ? magnitude : -magnitude;
    }

    private static double Product(double x, int factors)
    {
        double product = 1;
        for (double square = x; factors > 0; factors >>= 1, square *= square)
            if ((factors & 1) != 0) product *= square;
        return product;
    }

    private static double TwiceAreaTangent(double x) => Polynomial(AreaTangent, x * x) * (2 * x);

    private static double ErrorSum(double x) => Polynomial(ErrorSeries, x * x) * Exponential(-x * x) * (2 / SquareRootOfPi * x);

    private static double ComplementAbove(double x)
    {
        if (x == double.PositiveInfinity) return 0;
        double q = 1 / (2 * x * x), fraction = 1;
        for (int level = FractionLevels; level > 0; level--) fraction = 1 + (level * q / fraction);
        return Exponential(-x * x) / (x * SquareRootOfPi * fraction);
    }

    /// <param name="coefficients">From the highest power to the lowest.</param>
    private static double Polynomial(ReadOnlySpan<double> coefficients, double x)
    {
        double sum = 0;
        foreach (double coefficient in coefficients) sum = (sum * x) + coefficient;
        return sum;
    }

    private static double[] MakeErrorSeries(int terms)
    {
        var series = new double[terms];
        series[^1] = 1;
        for (int k = 1; k < terms; k++) series[^(k + 1)] = series[^k] * 2 / ((2 * k) + 1);
        return series;
    }
}
