using ImcEngine.Mapping;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// A convolution whose weights and bias are tensors of the image, as <see cref="Graph.ComputedConvolutionNode"/> says.
/// <code>
/// result[o, y, x] = bias[o] + sum of input[c, i, j] weight[o, c, ky, kx]   with   i = y stride + ky dilation - pad, likewise j
/// </code>
/// Sums are in double, bias first, then in the order (channel in group, ky, kx) of positions inside the input, rounded to float32 once.
/// </summary>
internal static class ComputedConvolution
{
    /// <param name="bias">One number per output channel; empty for none.</param>
    /// <exception cref="ArgumentException">A span does not have the size of the geometry.</exception>
    public static void Run(ReadOnlySpan<float> input, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias, ConvGeometry geometry,
        Span<float> result)
    {
        SpanChecks.Require(input, geometry.InputSize, nameof(input));
        SpanChecks.Require(weights, (int)geometry.WeightCount, nameof(weights));
        SpanChecks.Require<float>(result, geometry.OutputSize, nameof(result));
        if (bias.Length > 0) SpanChecks.Require(bias, geometry.OutputChannels, nameof(bias));
        var sums = new double[geometry.OutputWidth];
        int plane = geometry.InputHeight * geometry.InputWidth, channels = geometry.GroupInputChannels;
        for (int output = 0; output < geometry.OutputChannels; output++)
        {
            var ofGroup = input.Slice(output / geometry.GroupOutputChannels * channels * plane, channels * plane);
            var kernel = weights.Slice(output * channels * geometry.Taps, channels * geometry.Taps);
            for (int y = 0; y < geometry.OutputHeight; y++)
            {
                Array.Fill(sums, bias.Length > 0 ? bias[output] : 0);
                SumRow(ofGroup, kernel, geometry, y, sums);
                var row = result.Slice(((output * geometry.OutputHeight) + y) * sums.Length, sums.Length);
                for (int x = 0; x < row.Length; x++) row[x] = (float)sums[x];
            }
        }
    }

    private static void SumRow(ReadOnlySpan<float> input, ReadOnlySpan<float> kernel, ConvGeometry geometry, int y, Span<double> sums)
    {
        for (int tap = 0; tap < kernel.Length; tap++)
        {
            var (rows, kx) = Math.DivRem(tap, geometry.KernelWidth);
            var (channel, ky) = Math.DivRem(rows, geometry.KernelHeight);
            int from = (y * geometry.StrideY) - geometry.PadTop + (ky * geometry.DilationY);
            if ((uint)from >= (uint)geometry.InputHeight) continue;
            AddProducts(input.Slice(((channel * geometry.InputHeight) + from) * geometry.InputWidth, geometry.InputWidth), kernel[tap],
                (kx * geometry.DilationX) - geometry.PadLeft, geometry.StrideX, sums);
        }
    }

    private static void AddProducts(ReadOnlySpan<float> row, double weight, int offset, int stride, Span<double> sums)
    {
        int first = offset >= 0 ? 0 : (-offset + stride - 1) / stride;
        for (int x = first, at = (first * stride) + offset; x < sums.Length && at < row.Length; x++, at += stride)
            sums[x] += weight * row[at];
    }
}
