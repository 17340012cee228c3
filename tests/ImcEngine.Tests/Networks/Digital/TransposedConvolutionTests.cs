using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class TransposedConvolutionTests
{
    /// <summary>Every input pixel spreads the kernel: the definition, written the other way round.</summary>
    [Theory]
    [InlineData(1, 2, 1, 0)]
    [InlineData(2, 1, 2, 1)]
    [InlineData(2, 3, 1, 2)]
    public void Is_what_input_pixels_spread(int groups, int stride, int dilation, int pad)
    {
        TensorShape input = new(4, 3, 2), shape = new(2 * groups, 7, 6);
        float[] x = Floats.Random(input.Count, 1), weights = Floats.Random(4 * 2 * 3 * 2, 2), bias = Floats.Random(2 * groups, 3);
        var node = new TransposedConvolutionNode("t", [0], 1, groups, 3, 2, stride, stride, pad, pad, dilation, dilation, weights, bias);
        var expected = new double[shape.Count];
        for (int i = 0; i < expected.Length; i++) expected[i] = bias[i / 42];
        for (int c = 0; c < 4; c++)
            for (int i = 0; i < 6; i++)
                for (int o = 0; o < 2; o++)
                    for (int k = 0; k < 6; k++)
                    {
                        int y = (i / 2 * stride) + (k / 2 * dilation) - pad, at = (i % 2 * stride) + (k % 2 * dilation) - pad;
                        if (y < 0 || y >= 7 || at < 0 || at >= 6) continue;
                        int output = (c / (4 / groups) * 2) + o;
                        expected[(output * 42) + (y * 6) + at] += (double)x[(c * 6) + i] * weights[(((c * 2) + o) * 6) + k];
                    }
        var result = new float[shape.Count];
        new TransposedConvolution(node, input, shape).Run(x, result);
        for (int i = 0; i < result.Length; i++) Assert.Equal((float)expected[i], result[i], 1e-4f);
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        var node = new TransposedConvolutionNode("t", [0], 1, 1, 1, 1, 1, 1, 0, 0, 1, 1, [1], null);
        var convolution = new TransposedConvolution(node, new(1, 2, 2), new(1, 2, 2));
        Assert.Throws<ArgumentException>(() => convolution.Run(new float[3], new float[4]));
        Assert.Throws<ArgumentException>(() => convolution.Run(new float[4], new float[3]));
    }
}
