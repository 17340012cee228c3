using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>Where along an axis the greatest or the least element stands, as <see cref="ExtremeIndexNode"/> says; prepared for a shape,
/// immutable and thread-safe. A NaN is passed over.</summary>
internal sealed class ExtremeIndex
{
    private readonly bool _isLeast, _takesLast;
    private readonly int _size, _stride, _inputs;
    private readonly int[] _firsts;

    /// <param name="shape">Of the input.</param>
    public ExtremeIndex(ExtremeIndexNode node, TensorShape shape)
    {
        (_isLeast, _takesLast) = (node.IsLeast, node.TakesLast);
        int[] strides = AxisOffsets.Strides(shape);
        (_size, _stride, _inputs) = (shape[node.Axis], strides[node.Axis], shape.Count);
        _firsts = AxisOffsets.Sums([.. Enumerable.Range(0, shape.Rank).Where(axis => axis != node.Axis)
            .Select(axis => AxisOffsets.Steps(shape[axis], strides[axis]))]);
    }

    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> result)
    {
        SpanChecks.Require(input, _inputs, nameof(input));
        SpanChecks.Require<float>(result, _firsts.Length, nameof(result));
        for (int i = 0; i < result.Length; i++)
        {
            int best = 0;
            for (int index = 1; index < _size; index++)
                if (Replaces(input[_firsts[i] + (index * _stride)], input[_firsts[i] + (best * _stride)])) best = index;
            result[i] = best;
        }
    }

    private bool Replaces(float next, float best) =>
        next == best ? _takesLast : _isLeast ? next < best : next > best;
}
