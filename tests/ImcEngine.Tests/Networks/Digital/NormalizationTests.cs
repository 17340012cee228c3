using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class NormalizationTests
{
    [Theory]
    [InlineData(6, 6, 10)]
    [InlineData(3, 6, 10)]
    [InlineData(1, 6, 10)]
    [InlineData(10, 6, 1)]
    public void Parts_have_mean_and_deviation_taken_out_in_double(int parts, int parameters, int repeats)
    {
        float[] input = Floats.Random(60, 1), scale = Floats.Random(parameters, 2), shift = Floats.Random(parameters, 3),
            result = new float[60], expected = new float[60];
        int size = 60 / parts;
        for (int i = 0; i < expected.Length; i++)
        {
            double[] part = [.. input.Skip(i / size * size).Take(size).Select(x => (double)x)];
            double mean = part.Aggregate(0.0, (sum, x) => sum + x) / size;
            double variance = part.Aggregate(0.0, (sum, x) => sum + ((x - mean) * (x - mean))) / size;
            int p = i / repeats % parameters;
            expected[i] = (float)(((input[i] - mean) / Math.Sqrt(variance + 1e-3f) * scale[p]) + shift[p]);
        }
        Normalization.Run(input, new("norm", [0], 1, parts, 1e-3f, scale, shift, repeats), result);
        Floats.AssertSameBits(expected, result, "normalization");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(15)]
    public void A_response_is_divided_by_that_of_the_channels_around(int size)
    {
        float[] input = Floats.Random(7 * 6, 1), result = new float[input.Length];
        Normalization.LocalResponse(input, 7, new("lrn", [0], 1, size, 0.5f, 0.75f, 2), result);
        for (int i = 0; i < input.Length; i++)
        {
            int channel = i / 6;
            double squares = Enumerable.Range(0, 7).Where(near => Math.Abs(near - channel) <= size / 2)
                .Sum(near => (double)input[(near * 6) + (i % 6)] * input[(near * 6) + (i % 6)]);
            float exact = (float)(input[i] / Math.Pow(2 + (0.5 / size * squares), 0.75));
            Assert.InRange(result[i], MathF.BitDecrement(exact), MathF.BitIncrement(exact));
        }
    }

    [Fact]
    public void What_does_not_divide_is_refused()
    {
        NormalizationNode norm = new("norm", [0], 1, 2, 0, [1], [0], 1);
        LocalResponseNode response = new("lrn", [0], 1, 3, 1, 1, 1);
        Assert.Throws<ArgumentException>(() => Normalization.Run(new float[7], norm, new float[7]));
        Assert.Throws<ArgumentException>(() => Normalization.Run(new float[6], norm, new float[5]));
        Assert.Throws<ArgumentException>(() => Normalization.LocalResponse(new float[7], 2, response, new float[7]));
    }
}
