using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class InterpolationTests
{
    [Fact]
    public void Each_element_is_the_weighted_sum_of_its_taps()
    {
        float[] input = Floats.Random(2 * 3 * 4, 1), result = new float[2 * 2 * 3], expected = new float[result.Length];
        AxisTaps y = new(2, [0, 1, 2, 2], [0.25, 0.75, 0.5, 0.5]), x = new(1, [3, 0, 3], [1, 2, -1]);
        for (int i = 0; i < expected.Length; i++)
        {
            int plane = i / 6, row = i / 3 % 2, column = i % 3;
            double sum = 0;
            for (int tap = 0; tap < 2; tap++)
                sum += input[(((plane * 3) + y.Indices[(row * 2) + tap]) * 4) + x.Indices[column]] * x.Weights[column]
                    * y.Weights[(row * 2) + tap];
            expected[i] = (float)sum;
        }
        Interpolation.Run(input, 3, 4, new("resize", [0], 1, y, x), result);
        Floats.AssertSameBits(expected, result, "resize");
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        ResizeNode node = new("resize", [0], 1, new(1, [0], [1]), new(1, [0], [1]));
        Assert.Throws<ArgumentException>(() => Interpolation.Run(new float[5], 2, 2, node, new float[1]));
        Assert.Throws<ArgumentException>(() => Interpolation.Run(new float[4], 2, 2, node, new float[2]));
    }
}
