using System.Numerics;
using System.Numerics.Tensors;
using System.Reflection;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ImcEngine.Tests.Architecture;

/// <summary>Never run: one violation of each kind, for the scanner to find, and one method with none.</summary>
internal static class PlantedViolations
{
    public static double Logarithm(double x) => Math.Log10(x);
    public static float SingleExponential(float x) => MathF.Exp(x);
    public static double PowerOfTheNumberType(double x) => double.Pow(x, 3);
    public static T GenericTangent<T>(T x) where T : IHyperbolicFunctions<T> => T.Tanh(x);
    public static double InAClosure(double[] x) => x.Max(item => Math.Sin(item));
    public static IEnumerable<double> InAnIterator(double x) { yield return Math.Cbrt(x); }
    public static Func<double, double> AsADelegate() => Math.Atan;
    public static double LocalFunction(double x) { return Inner(x); static double Inner(double y) => Math.Exp(y); }
    public static float Fused(float x) => MathF.FusedMultiplyAdd(x, x, x);
    public static float EstimatedMultiplyAdd(float x) => float.MultiplyAddEstimate(x, x, x);
    public static float Interpolated(float x) => float.Lerp(x, x, x);
    public static Vector256<float> FusedVector(Vector256<float> x) => Vector256.FusedMultiplyAdd(x, x, x);
    public static Vector256<float> FusedInstruction(Vector256<float> x) => Fma.MultiplyAdd(x, x, x);
    public static Vector512<float> FusedWideInstruction(Vector512<float> x) => Avx512F.FusedMultiplyAdd(x, x, x);
    public static float EstimatedReciprocal(float x) => MathF.ReciprocalEstimate(x);
    public static Vector128<float> ReciprocalInstruction(Vector128<float> x) => Sse.ReciprocalSqrt(x);
    public static float SumOfSpan(ReadOnlySpan<float> x) => TensorPrimitives.Sum(x);
    public static float DotOfSpans(ReadOnlySpan<float> x) => TensorPrimitives.Dot(x, x);
    public static void ExponentialsOfSpan(ReadOnlySpan<float> x, Span<float> y) => TensorPrimitives.Exp(x, y);
    public static float SumOfLanes(Vector256<float> x) => Vector256.Sum(x);
    public static double DotOfLanes(Vector<double> x) => Vector.Dot(x, x);
    public static T SumOfAnyLanes<T>(Vector512<T> x) => Vector512.Sum(x);
    public static float FixedSizeVector(Vector3 x) => x.Length();
    public static int Randomness() => new Random(1).Next();
    public static MethodInfo? MethodOfAName() => typeof(Math).GetMethod("Exp");
    public static MethodInfo[] MethodsOfAType() => typeof(Math).GetMethods();
    public static MethodInfo? GetterOfAName() => typeof(Vector3).GetProperty("Length")?.GetMethod;
    public static MethodInfo? MethodForEmission() => ((Func<double, double>)Math.Tanh).Method;

    public static double Permitted(ReadOnlySpan<float> x, Span<float> y, Vector256<int> lanes)
    {
        TensorPrimitives.Multiply(x, y, y);
        return Math.Sqrt(y[TensorPrimitives.IndexOfMax(x)]) + Math.Round(y[0]) + Vector256.Sum(lanes) + BitOperations.Log2(17);
    }
}
