using ImcEngine.Networks.Graph;


namespace ImcEngine.Networks.Digital;

/// <summary>Chooses <c>condition ? then : otherwise</c> for each element, with NumPy broadcasting of all three, prepared for their shapes;
/// immutable and thread-safe.</summary>
internal sealed class WhereOperator
{
    private readonly Broadcast _broadcast;

    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public WhereOperator(TensorShape condition, TensorShape then, TensorShape otherwise) => _broadcast = new(condition, then, otherwise);

    public TensorShape ResultShape => _broadcast.ResultShape;

    /// <summary>Computes the result.</summary>
    /// <param name="condition">0 is false, anything else is true.</param>
    /// <param name="then">The elements where the condition is true.</param>
    /// <param name="otherwise">The elements where it is false.</param>
    /// <param name="result">May be the span of an operand of the same shape.</param>
    public void Run(ReadOnlySpan<float> condition, ReadOnlySpan<float> then, ReadOnlySpan<float> otherwise, Span<float> result)
    {
        SpanChecks.Require(result, ResultShape.Count, nameof(result));
        for (int run = 0; run < _broadcast.Runs; run++)
            RunOnce(
                _broadcast.Operand(0, condition, run), _broadcast.Operand(1, then, run), _broadcast.Operand(2, otherwise, run),
                result.Slice(run * _broadcast.RunLength, _broadcast.RunLength));
    }

    private static void RunOnce(ReadOnlySpan<float> condition, ReadOnlySpan<float> then, ReadOnlySpan<float> otherwise, Span<float> result)
    {
        int conditionStep = condition.Length == 1 ? 0 : 1, thenStep = then.Length == 1 ? 0 : 1,
            otherwiseStep = otherwise.Length == 1 ? 0 : 1;
        for (int i = 0; i < result.Length; i++)
            result[i] = condition[i * conditionStep] != 0 ? then[i * thenStep] : otherwise[i * otherwiseStep];
    }
}
