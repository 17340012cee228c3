using ImcEngine.Mapping;

namespace ImcEngine.Reference;

/// <summary>
/// ARITHMETIC §11 (a): acc[o, y, x] = sum over channel in group, ky, kx of input code * weight code, padding 0, in int64. It is what every
/// macro layer sums to when its ADC is transparent. It uses no mapping, bit-plane or kernel code.
/// </summary>
internal static class PlainConvolution
{
    /// <param name="input"><c>[channel, y, x]</c>.</param>
    /// <param name="weights"><c>[outputChannel, channel in group, ky, kx]</c>.</param>
    /// <returns><c>[outputChannel, y, x]</c>.</returns>
    public static long[] Run(ConvGeometry geometry, ReadOnlySpan<short> input, ReadOnlySpan<short> weights)
    {
        var g = geometry;
        var acc = new long[g.OutputSize];
        int n = 0;
        for (int o = 0; o < g.OutputChannels; o++)
            for (int oy = 0; oy < g.OutputHeight; oy++)
                for (int ox = 0; ox < g.OutputWidth; ox++) acc[n++] = Sum(g, input, weights, o, oy, ox);
        return acc;
    }

    private static long Sum(ConvGeometry g, ReadOnlySpan<short> input, ReadOnlySpan<short> weights, int o, int oy, int ox)
    {
        int firstChannel = o / g.GroupOutputChannels * g.GroupInputChannels;
        long sum = 0;
        for (int c = 0; c < g.GroupInputChannels; c++)
            for (int ky = 0; ky < g.KernelHeight; ky++)
                for (int kx = 0; kx < g.KernelWidth; kx++)
                {
                    int y = (oy * g.StrideY) + (ky * g.DilationY) - g.PadTop, x = (ox * g.StrideX) + (kx * g.DilationX) - g.PadLeft;
                    if (y < 0 || y >= g.InputHeight || x < 0 || x >= g.InputWidth) continue;
                    int inputCode = input[((firstChannel + c) * g.InputHeight + y) * g.InputWidth + x];
                    int weightCode = weights[((o * g.GroupInputChannels + c) * g.KernelHeight + ky) * g.KernelWidth + kx];
                    sum += (long)inputCode * weightCode;
                }
        return sum;
    }
}
