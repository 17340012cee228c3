using System.Numerics.Tensors;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// An elementwise arithmetic operation or comparison of two operands with NumPy broadcasting, prepared for their shapes; immutable and
/// thread-safe. Every element is one correctly rounded float32 operation, a power that of <see cref="RealFunctions"/>.
/// Comparisons give 1 or 0, and 0 if an operand is NaN.
/// </summary>
internal sealed class BinaryOperator
{
    private readonly BinaryKind _kind;
    private readonly Broadcast _broadcast;

    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public BinaryOperator(BinaryKind kind, TensorShape left, TensorShape right)
    {
        _kind = kind;
        _broadcast = new(left, right);
    }

    public TensorShape ResultShape => _broadcast.ResultShape;

    /// <summary>Computes the result.</summary>
    /// <param name="left">The left operand.</param>
    /// <param name="right">The right operand.</param>
    /// <param name="result">May be the span of an operand of the same shape.</param>
    public void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        SpanChecks.Require(result, ResultShape.Count, nameof(result));
        for (int run = 0; run < _broadcast.Runs; run++)
            RunOnce(_broadcast.Operand(0, left, run), _broadcast.Operand(1, right, run),
                result.Slice(run * _broadcast.RunLength, _broadcast.RunLength));
    }

    private void RunOnce(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        switch (_kind)
        {
            case BinaryKind.Add: Add(left, right, result); break;
            case BinaryKind.Sub: Subtract(left, right, result); break;
            case BinaryKind.Mul: Multiply(left, right, result); break;
            case BinaryKind.Div: Divide(left, right, result); break;
            case BinaryKind.Equal: Compare<IsEqual>(left, right, result); break;
            case BinaryKind.Greater: Compare<IsGreater>(left, right, result); break;
            case BinaryKind.GreaterOrEqual: Compare<IsGreaterOrEqual>(left, right, result); break;
            case BinaryKind.Less: Compare<IsGreater>(right, left, result); break;
            case BinaryKind.Pow: Power(left, right, result); break;
            case BinaryKind.LessOrEqual: Compare<IsGreaterOrEqual>(right, left, result); break;
            default: throw new ArgumentOutOfRangeException(nameof(result), _kind, "Not a binary operator.");
        }
    }

    private static void Add(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        if (left.Length == right.Length) TensorPrimitives.Add(left, right, result);
        else if (left.Length == 1) TensorPrimitives.Add(right, left[0], result);
        else TensorPrimitives.Add(left, right[0], result);
    }

    private static void Subtract(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        if (left.Length == right.Length) TensorPrimitives.Subtract(left, right, result);
        else if (left.Length == 1) TensorPrimitives.Subtract(left[0], right, result);
        else TensorPrimitives.Subtract(left, right[0], result);
    }

    private static void Multiply(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        if (left.Length == right.Length) TensorPrimitives.Multiply(left, right, result);
        else if (left.Length == 1) TensorPrimitives.Multiply(right, left[0], result);
        else TensorPrimitives.Multiply(left, right[0], result);
    }

    private static void Divide(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        if (left.Length == right.Length) TensorPrimitives.Divide(left, right, result);
        else if (left.Length == 1) TensorPrimitives.Divide(left[0], right, result);
        else TensorPrimitives.Divide(left, right[0], result);
    }

    private static void Power(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        for (int i = 0; i < result.Length; i++)
            result[i] = (float)RealFunctions.Power(left[left.Length == 1 ? 0 : i], right[right.Length == 1 ? 0 : i]);
    }

    private static void Compare<TComparison>(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
        where TComparison : IComparison
    {
        int leftStep = left.Length == 1 ? 0 : 1, rightStep = right.Length == 1 ? 0 : 1;
        for (int i = 0; i < result.Length; i++) result[i] = TComparison.Holds(left[i * leftStep], right[i * rightStep]) ? 1 : 0;
    }

    private interface IComparison
    {
        static abstract bool Holds(float left, float right);
    }

    private readonly struct IsEqual : IComparison
    {
        public static bool Holds(float left, float right) => left == right;
    }

    private readonly struct IsGreater : IComparison
    {
        public static bool Holds(float left, float right) => left > right;
    }

    private readonly struct IsGreaterOrEqual : IComparison
    {
        public static bool Holds(float left, float right) => left >= right;
    }
}
