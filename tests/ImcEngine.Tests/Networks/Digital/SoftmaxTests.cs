using ImcEngine.Networks.Digital;


namespace ImcEngine.Tests.Networks.Digital;

public class SoftmaxTests
{
    [Theory]
    [InlineData(10, 3)]
    [InlineData(1000, 1)]
    [InlineData(1, 5)]
    public void Rows_are_the_softmax_in_double_rounded_to_float(int length, int rows)
    {
        float[] input = Floats.Random(length * rows, 1), result = new float[input.Length];
        Softmax.Run(input, length, result);
        for (int row = 0; row < rows; row++)
        {
            var part = input.Skip(row * length).Take(length).ToArray();
            double sum = part.Sum(x => Math.Exp((double)x - part.Max()));
            for (int i = 0; i < length; i++)
            {
                double exact = Math.Exp((double)part[i] - part.Max()) / sum;
                Assert.InRange(result[(row * length) + i], MathF.BitDecrement((float)exact), MathF.BitIncrement((float)exact));
            }
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Along_another_axis_it_is_that_of_the_gathered_rows(bool isLog)
    {
        const int Outer = 3, Length = 5, Inner = 4;
        float[] input = Floats.Random(Outer * Length * Inner, 7), result = new float[input.Length];
        Softmax.Run(input, Length, Inner, isLog, result);
        for (int outer = 0; outer < Outer; outer++)
            for (int inner = 0; inner < Inner; inner++)
            {
                int[] row = [.. Enumerable.Range(0, Length).Select(i => (((outer * Length) + i) * Inner) + inner)];
                double max = row.Max(i => input[i]), sum = row.Sum(i => Math.Exp(input[i] - max));
                foreach (int i in row)
                {
                    double exact = isLog ? input[i] - max - Math.Log(sum) : Math.Exp(input[i] - max) / sum;
                    Assert.InRange(result[i], MathF.BitDecrement((float)exact), MathF.BitIncrement((float)exact));
                }
            }
    }

    [Fact]
    public void Large_logits_neither_overflow_nor_lose_the_winner()
    {
        float[] result = new float[3];
        Softmax.Run([1e30f, 0, float.NegativeInfinity], 3, result);
        Assert.Equal([1, 0, 0], result);
    }

    [Fact]
    public void Spans_that_are_not_whole_rows_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Softmax.Run(new float[7], 3, new float[7]));
        Assert.Throws<ArgumentException>(() => Softmax.Run(new float[6], 3, new float[5]));
        Assert.Throws<ArgumentException>(() => Softmax.Run(new float[6], 0, new float[6]));
        Assert.Throws<ArgumentException>(() => Softmax.Run(new float[6], 2, 2, false, new float[6]));
    }
}
