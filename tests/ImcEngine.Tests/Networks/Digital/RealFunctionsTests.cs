using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

/// <summary>The engine's own polynomials against the platform's functions of double, which are good to a few units of 2^-53.</summary>
public class RealFunctionsTests
{
    /// <summary>From denormal to infinite, both signs, evenly in the bits; and closely around where formulas change.</summary>
    private static IEnumerable<float> Everywhere()
    {
        foreach (float special in new[] { 0f, -0f, 1, -1, float.Epsilon, -float.Epsilon, float.MaxValue, float.MinValue,
            float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1.17549435e-38f })
            yield return special;
        for (uint bits = 0; bits < 0x7F80_0000; bits += 5_003)
        {
            yield return BitConverter.UInt32BitsToSingle(bits);
            yield return -BitConverter.UInt32BitsToSingle(bits);
        }
        foreach (float centre in new[] { 0.34657359f, 0.41421356f, 0.70710678f, 1, 1.41421356f, 2, 2.8284271f, 40, 88.722839f, 103.97208f })
            for (int ulp = -50; ulp <= 50; ulp++)
            {
                float near = BitConverter.Int32BitsToSingle(BitConverter.SingleToInt32Bits(centre) + ulp);
                yield return near;
                yield return -near;
            }
    }

    private static readonly Dictionary<FunctionKind, (double A, double B, Func<double, double> Exact)> Cases = new()
    {
        [FunctionKind.Elu] = (0.7, 0, x => x > 0 ? x : 0.7 * ExpM1(x)),
        [FunctionKind.Selu] = (1.67326319217681884765625, 1.05070102214813232421875,
            x => 1.05070102214813232421875 * (x > 0 ? x : 1.67326319217681884765625 * ExpM1(x))),
        [FunctionKind.Celu] = (2.5, 0, x => Math.Max(0, x) + Math.Min(0, 2.5 * ExpM1(x / 2.5))),
        [FunctionKind.ThresholdedRelu] = (1.5, 0, x => x > 1.5 || double.IsNaN(x) ? x : 0),
        [FunctionKind.Sigmoid] = (0, 0, x => 1 / (1 + Math.Exp(-x))),
        [FunctionKind.HardSigmoid] = (0.2f, 0.5f, x => Math.Clamp((0.2f * x) + 0.5f, 0, 1)),
        [FunctionKind.HardSwish] = (0, 0, x => x * Math.Clamp((x / 6) + 0.5, 0, 1)),
        [FunctionKind.Mish] = (0, 0, x => x * Math.Tanh(LogP1(Math.Exp(x)))),
        [FunctionKind.Softplus] = (0, 0, x => Math.Max(x, 0) + LogP1(Math.Exp(-Math.Abs(x)))),
        [FunctionKind.Softsign] = (0, 0, x => double.IsInfinity(x) ? Math.Sign(x) : x / (1 + Math.Abs(x))),
        [FunctionKind.Tanh] = (0, 0, Math.Tanh),
        [FunctionKind.Erf] = (0, 0, Erf),
        [FunctionKind.Gelu] = (0, 0, x => 0.5 * x * Erfc(-x / Math.Sqrt(2))),
        [FunctionKind.GeluTanh] = (0, 0, x => x / (1 + Math.Exp(-2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x))))),
        [FunctionKind.Swish] = (1.3, 0, x => x / (1 + Math.Exp(-1.3 * x))),
        [FunctionKind.Exp] = (0, 0, Math.Exp),
        [FunctionKind.Log] = (0, 0, Math.Log),
        [FunctionKind.Pow] = (0.75, 0, x => Math.Pow(x, 0.75)),
    };

    public static TheoryData<string> Kinds => [.. Enum.GetNames<FunctionKind>()];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Is_the_nearest_float32_or_the_one_beside_it(string name)
    {
        var kind = Enum.Parse<FunctionKind>(name);
        var (a, b, exact) = Cases[kind];
        var function = Functions.Of(kind, a, b);
        float[] inputs = [.. Everywhere()], results = new float[inputs.Length];
        Functions.Apply(inputs, function, results);
        for (int i = 0; i < inputs.Length; i++) AssertNear(exact(inputs[i]), results[i], inputs[i], name);
    }

    [Theory]
    [InlineData(FunctionKind.Elu)]
    [InlineData(FunctionKind.Selu)]
    [InlineData(FunctionKind.Celu)]
    [InlineData(FunctionKind.HardSwish)]
    [InlineData(FunctionKind.Mish)]
    [InlineData(FunctionKind.Softsign)]
    [InlineData(FunctionKind.Tanh)]
    [InlineData(FunctionKind.Erf)]
    [InlineData(FunctionKind.Gelu)]
    [InlineData(FunctionKind.GeluTanh)]
    [InlineData(FunctionKind.Swish)]
    internal void Both_zeros_stay(FunctionKind kind)
    {
        float[] results = new float[2];
        Functions.Apply([0f, -0f], Functions.Of(kind, 1, 1), results);
        Floats.AssertSameBits([0f, -0f], results, $"{kind}");
    }

    [Fact]
    public void Spans_of_two_lengths_are_refused() =>
        Assert.Throws<ArgumentException>(() => Functions.Apply(new float[3], x => x, new float[4]));

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(-1)]
    [InlineData(0.5)]
    [InlineData(-0.5)]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(-65)]
    [InlineData(66)]
    [InlineData(1e-3)]
    [InlineData(1e9)]
    [InlineData(-3.3333)]
    public void Powers_are_those_of_IEEE_754(double exponent)
    {
        foreach (float x in Everywhere())
            AssertNear(Math.Pow(x, exponent), (float)RealFunctions.Power(x, exponent), x, $"power {exponent}");
    }

    [Fact]
    public void Squares_are_exact_before_they_are_rounded()
    {
        foreach (float x in Everywhere().Where(float.IsFinite))
            Assert.Equal((double)x * x, RealFunctions.Power(x, 2));
    }

    [Fact]
    public void The_exponential_is_within_its_documented_error()
    {
        for (double x = -699.9; x <= 709; x += 0.0137)
            Assert.True(Math.Abs(RealFunctions.Exponential(x) / Math.Exp(x) - 1) <= 1e-12, $"e^{x}");
        Assert.Equal(1, RealFunctions.Exponential(0));
        Assert.Equal(0, RealFunctions.Exponential(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, RealFunctions.Exponential(double.PositiveInfinity));
        Assert.True(double.IsNaN(RealFunctions.Exponential(double.NaN)));
    }

    [Fact]
    public void The_complement_of_the_error_function_keeps_its_digits()
    {
        for (double x = 0; x < 26; x += 0.0173)
            Assert.True(Math.Abs((RealFunctions.ErrorComplement(x) / Erfc(x)) - 1) <= 1e-10, $"erfc({x})");
    }

    private static void AssertNear(double exact, float actual, float x, string what)
    {
        float nearest = (float)exact;
        bool isNear = float.IsNaN(nearest) ? float.IsNaN(actual)
            : actual == nearest || actual == MathF.BitDecrement(nearest) || actual == MathF.BitIncrement(nearest);
        if (!isNear) Assert.Fail($"{what} of {x:G9} is {actual:G9}, exactly {exact:G17}.");
    }

    private static double ExpM1(double x) => Math.Abs(x) < 1e-2
        ? x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4 * (1 + (x / 5 * (1 + (x / 6)))))))))) : Math.Exp(x) - 1;

    private static double LogP1(double x) => x < 1e-4 ? x - (x * x / 2) + (x * x * x / 3) : Math.Log(1 + x);

    private static double Erf(double x) => double.IsNaN(x) ? x : x < 0 ? -Erf(-x) : x < 0.5 ? ErfNear0(x) : 1 - Erfc(x);

    private static double ErfNear0(double x)
    {
        double sum = 0, term = x;
        for (int n = 0; n < 30; n++, term *= -x * x / n) sum += term / ((2 * n) + 1);
        return 2 / Math.Sqrt(Math.PI) * sum;
    }

    /// <summary>erfc x = 2/pi e^-x² integral of e^(-x² tan² t) over t from 0 to pi/2, for x above 0 (Craig), by the trapezoidal rule
    /// in another variable: 1/pi e^-x² x integral of e^-s² / (s² + x²) over all s.</summary>
    private static double Erfc(double x)
    {
        if (double.IsNaN(x)) return x;
        if (x < 0) return 2 - Erfc(-x);
        if (x < 0.5) return 1 - ErfNear0(x);
        if (x > 27) return 0;
        const double Step = 1.0 / 64;
        double sum = 0;
        for (int k = -512; k <= 512; k++)
        {
            double s = k * Step;
            sum += Math.Exp(-s * s) / ((s * s) + (x * x));
        }
        return sum * Step * x / Math.PI * Math.Exp(-x * x);
    }
}
