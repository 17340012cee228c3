namespace ImcEngine.Randomness;

/// <summary>
/// g(u): the standard normal variate whose lower tail probability is p = (u + 1/2) / 2^32. It uses only operations that round the same on
/// every machine (+ - * / and square root).
/// <code>
/// q = p - 1/2,  |q| &lt;= 0.425:  g = q A(r) / B(r),              r = 0.425^2 - q^2
/// else:                        g = sign(q) C(r) / D(r),         r = sqrt(-ln(min(p, 1 - p))) - 1.6
/// </code>
/// Coefficients: M. J. Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution",
/// Applied Statistics 37 (1988) 477-484, procedure PPND16.
/// The third region of the algorithm (tails below e^-25) is never needed: the smallest tail of 32 bits is 2^-33, so |g| &lt;= 6.338. g is
/// odd about u = 2^31 - 1/2 and strictly increasing: one step of u changes g by at least 5.8e-10, while its relative error is below 1e-15
/// (tested).
/// </summary>
internal static class Gaussian
{
    private const double Ln2 = 0.693147180559945309417;

    /// <summary>Returns g(u).</summary>
    public static double Normal(uint u)
    {
        // Both operations are exact: u + 1/2 has 33 bits.
        double q = ((double)u - 2147483647.5) * (1.0 / 4294967296.0);
        if (q >= -0.425 && q <= 0.425) return Central(q);
        uint tail = u < 0x80000000u ? u : ~u;
        double g = Tail((tail + 0.5) * (1.0 / 4294967296.0));
        return q < 0 ? -g : g;
    }

    private static double Central(double q)
    {
        double r = 0.180625 - q * q;
        double numerator =
            ((((((2.5090809287301226727e3 * r + 3.3430575583588128105e4) * r + 6.7265770927008700853e4) * r + 4.5921953931549871457e4) * r
            + 1.3731693765509461125e4) * r + 1.9715909503065514427e3) * r + 1.3314166789178437745e2) * r + 3.3871328727963666080;
        double denominator =
            ((((((5.2264952788528545610e3 * r + 2.8729085735721942674e4) * r + 3.9307895800092710610e4) * r + 2.1213794301586595867e4) * r
            + 5.3941960214247511077e3) * r + 6.8718700749205790830e2) * r + 4.2313330701600911252e1) * r + 1.0;
        return q * numerator / denominator;
    }

    private static double Tail(double p)
    {
        double r = Math.Sqrt(-Ln(p)) - 1.6;
        double numerator =
            ((((((7.74545014278341407640e-4 * r + 2.27238449892691845833e-2) * r + 2.41780725177450611770e-1) * r + 1.27045825245236838258)
                * r
            + 3.64784832476320460504) * r + 5.76949722146069140550) * r + 4.63033784615654529590) * r + 1.42343711074968357734;
        double denominator =
            ((((((1.05075007164441684324e-9 * r + 5.47593808499534494600e-4) * r + 1.51986665636164571966e-2) * r
                + 1.48103976427480074590e-1) * r
            + 6.89767334985100004550e-1) * r + 1.67638483018380384940) * r + 2.05319162663775882187) * r + 1.0;
        return numerator / denominator;
    }

    /// <summary>
    /// Returns the natural logarithm of a positive normal number. With x = 2^e f, f in [1/sqrt 2, sqrt 2), and s = (f - 1) / (f + 1), ln x
    /// = e ln 2 + 2 (s + s^3/3 + s^5/5 + ...).
    /// </summary>
    internal static double Ln(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double f = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        if (f >= 1.41421356237309504880)
        {
            f *= 0.5;
            exponent++;
        }
        double s = (f - 1.0) / (f + 1.0), z = s * s;
        double series = ((((((((((z * (1.0 / 21.0) + 1.0 / 19.0) * z + 1.0 / 17.0) * z + 1.0 / 15.0) * z + 1.0 / 13.0) * z + 1.0 / 11.0) * z
            + 1.0 / 9.0) * z + 1.0 / 7.0) * z + 1.0 / 5.0) * z + 1.0 / 3.0) * z);
        return exponent * Ln2 + (2.0 * s + 2.0 * s * series);
    }
}
