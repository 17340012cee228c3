using ImcEngine.Mapping;
using ImcEngine.Networks.Digital;

namespace ImcEngine.Tests.Networks.Digital;

public class ComputedConvolutionTests
{
    /// <summary>The definition, tap by tap with every position of the padded input.</summary>
    [Theory]
    [InlineData(1, 1, 1, 0)]
    [InlineData(2, 2, 1, 1)]
    [InlineData(2, 1, 2, 3)]
    [InlineData(1, 3, 2, 2)]
    public void Is_the_sum_of_its_definition(int groups, int stride, int dilation, int pad)
    {
        var geometry = new ConvGeometry
        {
            InputChannels = 4, InputHeight = 6, InputWidth = 7, OutputChannels = 2 * groups, KernelHeight = 3, KernelWidth = 2,
            StrideY = stride, StrideX = stride, DilationY = dilation, DilationX = dilation, PadTop = pad, PadLeft = pad,
            PadBottom = 1, PadRight = 1, Groups = groups,
        }.Validated("c");
        float[] x = Floats.Random(geometry.InputSize, 1), weights = Floats.Random((int)geometry.WeightCount, 2),
            bias = Floats.Random(geometry.OutputChannels, 3), result = new float[geometry.OutputSize];
        ComputedConvolution.Run(x, weights, bias, geometry, result);
        for (int at = 0; at < result.Length; at++)
        {
            int output = at / geometry.OutputPixels, y = at % geometry.OutputPixels / geometry.OutputWidth,
                column = at % geometry.OutputWidth;
            double sum = bias[output];
            for (int w = 0; w < geometry.GroupInputChannels * 6; w++)
            {
                int i = (y * stride) + (w % 6 / 2 * dilation) - pad, j = (column * stride) + (w % 2 * dilation) - pad;
                if (i < 0 || j < 0 || i >= 6 || j >= 7) continue;
                int channel = (output / 2 * geometry.GroupInputChannels) + (w / 6);
                sum += (double)x[(((channel * 6) + i) * 7) + j] * weights[(output * geometry.GroupInputChannels * 6) + w];
            }
            Assert.Equal((float)sum, result[at]);
        }
    }

    [Fact]
    public void Without_a_bias_a_sum_starts_at_0()
    {
        var geometry = ConvGeometry.Linear(2, 1);
        var result = new float[1];
        ComputedConvolution.Run([3, 4], [2, 0.5f], [], geometry, result);
        Assert.Equal([8], result);
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        var geometry = ConvGeometry.Linear(2, 3);
        Assert.Throws<ArgumentException>(() => ComputedConvolution.Run(new float[1], new float[6], [], geometry, new float[3]));
        Assert.Throws<ArgumentException>(() => ComputedConvolution.Run(new float[2], new float[5], [], geometry, new float[3]));
        Assert.Throws<ArgumentException>(() => ComputedConvolution.Run(new float[2], new float[6], new float[2], geometry, new float[3]));
        Assert.Throws<ArgumentException>(() => ComputedConvolution.Run(new float[2], new float[6], [], geometry, new float[2]));
    }
}
