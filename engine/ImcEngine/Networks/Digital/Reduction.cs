using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// One number of all elements that differ only in the reduced axes, in double in index order, rounded to float32 once;
/// prepared for a shape, immutable and thread-safe. A NaN makes its result NaN.
/// </summary>
internal sealed class Reduction
{
    private readonly ReduceKind _kind;
    private readonly int[] _firsts, _members;
    private readonly int _inputs;

    /// <param name="shape">Of the input.</param>
    public Reduction(ReduceNode node, TensorShape shape)
    {
        _kind = node.Kind;
        _inputs = shape.Count;
        int[] strides = AxisOffsets.Strides(shape);
        int[] Offsets(bool reduced) =>
            AxisOffsets.Sums([.. Enumerable.Range(0, shape.Rank).Where(axis => node.Axes.Contains(axis) == reduced)
                .Select(axis => AxisOffsets.Steps(shape[axis], strides[axis]))]);
        _firsts = Offsets(reduced: false);
        _members = Offsets(reduced: true);
    }

    /// <exception cref="ArgumentException">A span has another length.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> result)
    {
        SpanChecks.Require(input, _inputs, nameof(input));
        SpanChecks.Require<float>(result, _firsts.Length, nameof(result));
        for (int i = 0; i < result.Length; i++)
            result[i] = (float)(_kind == ReduceKind.LogSumExp ? LogSumExp(input[_firsts[i]..]) : Reduce(input[_firsts[i]..], _kind));
    }

    private double Reduce(ReadOnlySpan<float> input, ReduceKind kind)
    {
        double all = kind switch { ReduceKind.Max => double.NegativeInfinity, ReduceKind.Min => double.PositiveInfinity,
            ReduceKind.Prod => 1, _ => 0 };
        foreach (int member in _members) all = With(kind, all, input[member]);
        return kind switch
        {
            ReduceKind.Mean => all / _members.Length,
            ReduceKind.L2 => Math.Sqrt(all),
            ReduceKind.LogSum => RealFunctions.Logarithm(all),
            _ => all,
        };
    }

    private static double With(ReduceKind kind, double all, double x) => kind switch
    {
        ReduceKind.Max => Math.Max(all, x),
        ReduceKind.Min => Math.Min(all, x),
        ReduceKind.Prod => all * x,
        ReduceKind.L1 => all + Math.Abs(x),
        ReduceKind.L2 or ReduceKind.SumSquare => all + (x * x),
        _ => all + x,
    };

    private double LogSumExp(ReadOnlySpan<float> input)
    {
        double max = Reduce(input, ReduceKind.Max), sum = 0;
        if (double.IsInfinity(max)) return max;
        foreach (int member in _members) sum += RealFunctions.Exponential(input[member] - max);
        return max + RealFunctions.Logarithm(sum);
    }
}
