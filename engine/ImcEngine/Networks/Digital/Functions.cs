using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Functions of one element with up to two parameters a and b, computed in double and rounded to float32 once. What cancels in a formula
/// is written so that it does not: the result is the nearest float32 of the exact one, or the one beside it.
/// A NaN stays one.
/// </summary>
internal static class Functions
{
    private const double SquareRootOfHalf = 0.707106781186547524401, SquareRootOf2OverPi = 0.797884560802865355880;

    /// <summary>From here on e^x is so large that Mish equals x in double.</summary>
    private const double MishIsIdentity = 40;

    /// <summary>The result may be the input's own span.</summary>
    /// <exception cref="ArgumentException">The spans differ in length.</exception>
    public static void Apply(ReadOnlySpan<float> input, Func<double, double> function, Span<float> result)
    {
        SpanChecks.Require(result, input.Length, nameof(result));
        for (int i = 0; i < result.Length; i++) result[i] = (float)function(input[i]);
    }

    public static Func<double, double> Of(FunctionKind kind, double a, double b) => kind switch
    {
        FunctionKind.Elu => x => x > 0 ? x : a * RealFunctions.ExponentialLessOne(x),
        FunctionKind.Selu => x => b * (x > 0 ? x : a * RealFunctions.ExponentialLessOne(x)),
        FunctionKind.Celu => x => x > 0 ? x : a * RealFunctions.ExponentialLessOne(x / a),
        FunctionKind.ThresholdedRelu => x => x > a || double.IsNaN(x) ? x : 0,
        FunctionKind.Sigmoid => RealFunctions.Sigmoid,
        FunctionKind.HardSigmoid => x => Clamp((a * x) + b),
        FunctionKind.HardSwish => x => x * Clamp((x / 6) + 0.5),
        FunctionKind.Mish => Mish,
        FunctionKind.Softplus => RealFunctions.Softplus,
        FunctionKind.Softsign => x => double.IsInfinity(x) ? Math.CopySign(1, x) : x / (1 + Math.Abs(x)),
        FunctionKind.Tanh => RealFunctions.Tangent,
        FunctionKind.Erf => RealFunctions.ErrorFunction,
        FunctionKind.Gelu => x => 0.5 * x * RealFunctions.ErrorComplement(-x * SquareRootOfHalf),
        FunctionKind.GeluTanh => x => x * RealFunctions.Sigmoid(2 * SquareRootOf2OverPi * (x + (0.044715 * x * x * x))),
        FunctionKind.Swish => x => x * RealFunctions.Sigmoid(a * x),
        FunctionKind.Exp => RealFunctions.Exponential,
        FunctionKind.Log => RealFunctions.Logarithm,
        FunctionKind.Pow => x => RealFunctions.Power(x, a),
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not a function of one element."),
    };

    private static double Clamp(double x) => Math.Max(0, Math.Min(1, x));

    /// <summary>x tanh(ln(1 + e^x)) = x w / (w + 2), w = e^x (e^x + 2).</summary>
    private static double Mish(double x)
    {
        if (x > MishIsIdentity) return x;
        double e = RealFunctions.Exponential(x), w = e * (e + 2);
        return x * (w / (w + 2));
    }
}
