using ImcEngine.Evaluation;

namespace ImcEngine.Tests.Evaluation;

public class SqnrSumsTests
{
    [Fact]
    public void A_tenth_of_the_signal_as_error_is_20_dB()
    {
        var sums = SqnrSums.Measure([10, -20, 0], [11, -18, 0]);
        Assert.Equal(new SqnrSums(500, 5), sums);
        Assert.Equal(20, sums.SqnrDb, 12);
    }

    [Fact]
    public void Parts_add_up_to_the_whole_and_a_weight_counts_as_so_many()
    {
        Assert.Equal(SqnrSums.Measure([3, 5, 5], [2, 7, 7]), SqnrSums.Measure([3], [2]) + SqnrSums.Measure(5, 7, weight: 2));
    }

    [Fact]
    public void Squares_of_large_floats_do_not_overflow()
    {
        Assert.Equal(60, SqnrSums.Measure([1e30f], [1.001e30f]).SqnrDb, 2);
    }

    [Fact]
    public void No_noise_is_infinitely_good_and_noise_alone_infinitely_bad()
    {
        Assert.Equal(double.PositiveInfinity, SqnrSums.Measure([1, 2], [1, 2]).SqnrDb);
        Assert.Equal(double.PositiveInfinity, default(SqnrSums).SqnrDb);
        Assert.Equal(double.NegativeInfinity, SqnrSums.Measure([0], [1]).SqnrDb);
    }

    [Fact]
    public void Sums_against_two_spans_are_those_against_each_to_the_last_bit()
    {
        float[] first = Numbers(0.3f), second = Numbers(0.7f), actual = Numbers(1.1f);
        Assert.Equal((SqnrSums.Measure(first, actual), SqnrSums.Measure(second, actual)), SqnrSums.Measure(first, second, actual));

        static float[] Numbers(float phase) => [.. Enumerable.Range(0, 1000).Select(i => MathF.Sin(i * 1.7f + phase) * (1 + i % 7))];
    }

    [Fact]
    public void Spans_of_different_length_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SqnrSums.Measure(new float[2], new float[3], new float[3]));
        Assert.Throws<ArgumentException>(() => SqnrSums.Measure(new float[3], new float[2], new float[3]));
        Assert.Throws<ArgumentException>(() => SqnrSums.Measure(new float[2], new float[3]));
    }
}
