using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// <see cref="TransposedConvolutionNode"/>, result by result, prepared for two shapes; immutable and thread-safe.
/// <code>
/// result[o, y, x] = bias[o] + sum of input[c, i, j] weight[c, o, ky, kx]   with   i stride + ky dilation - pad = y, likewise j and x
/// </code>
/// Sums are in double, channel by channel and then along the kernel, rounded to float32 once.
/// </summary>
internal sealed class TransposedConvolution
{
    private readonly TransposedConvolutionNode _node;
    private readonly TensorShape _input, _result;
    private readonly (int Kernel, int From)[][] _rows, _columns;

    public TransposedConvolution(TransposedConvolutionNode node, TensorShape input, TensorShape result)
    {
        (_node, _input, _result) = (node, Plane(input), Plane(result));
        _rows = Sources(_result[1], _input[1], node.KernelHeight, node.StrideY, node.PadTop, node.DilationY);
        _columns = Sources(_result[2], _input[2], node.KernelWidth, node.StrideX, node.PadLeft, node.DilationX);
    }

    /// <exception cref="ArgumentException">A span does not have the length of its shape.</exception>
    public void Run(ReadOnlySpan<float> input, Span<float> result)
    {
        SpanChecks.Require(input, _input.Count, nameof(input));
        SpanChecks.Require<float>(result, _result.Count, nameof(result));
        int at = 0;
        for (int output = 0; output < _result[0]; output++)
            foreach (var row in _rows)
                foreach (var column in _columns)
                    result[at++] = (float)((_node.Bias?[output] ?? 0d) + Sum(input, output, row, column));
    }

    private double Sum(ReadOnlySpan<float> input, int output, (int Kernel, int From)[] row, (int Kernel, int From)[] column)
    {
        int channels = _input[0] / _node.Groups, ofGroup = _result[0] / _node.Groups, first = output / ofGroup * channels;
        double sum = 0;
        for (int channel = first; channel < first + channels; channel++)
            foreach (var (ky, i) in row)
                foreach (var (kx, j) in column)
                    sum += (double)input[(((channel * _input[1]) + i) * _input[2]) + j]
                        * _node.Weights[(((((channel * ofGroup) + (output % ofGroup)) * _node.KernelHeight) + ky) * _node.KernelWidth)
                            + kx];
        return sum;
    }

    private static TensorShape Plane(TensorShape shape) => shape.Rank == 2 ? new(shape[0], 1, shape[1]) : shape;

    /// <summary>For each index of a result's axis, the kernel's and the input's that meet there.</summary>
    private static (int Kernel, int From)[][] Sources(int size, int from, int kernel, int stride, int pad, int dilation)
    {
        var sources = new (int, int)[size][];
        for (int at = 0; at < size; at++)
            sources[at] = [.. Enumerable.Range(0, kernel).Select(k => (Kernel: k, Place: at + pad - (k * dilation)))
                .Where(each => each.Place >= 0 && each.Place % stride == 0 && each.Place / stride < from)
                .Select(each => (each.Kernel, each.Place / stride))];
        return sources;
    }
}
