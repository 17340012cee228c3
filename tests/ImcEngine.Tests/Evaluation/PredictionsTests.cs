using ImcEngine.Evaluation;

namespace ImcEngine.Tests.Evaluation;

public class PredictionsTests
{
    [Theory]
    [InlineData(new[] { 1f, 3f, 2f }, 1)]
    [InlineData(new[] { 1f, 3f, 3f }, 1)]
    [InlineData(new[] { -5f, -7f, -2f }, 2)]
    [InlineData(new[] { -0f, 0f }, 0)]
    [InlineData(new[] { float.NaN, -1f, float.NaN }, 1)]
    [InlineData(new[] { float.NaN, float.NaN }, 0)]
    [InlineData(new[] { float.NegativeInfinity, float.NegativeInfinity }, 0)]
    [InlineData(new[] { 1f, float.PositiveInfinity, float.PositiveInfinity }, 1)]
    public void The_first_of_the_greatest_logits_wins(float[] logits, int expected) =>
        Assert.Equal(expected, Predictions.ArgMax(logits));

    [Fact]
    public void Every_image_has_the_class_of_its_own_row()
    {
        var predictions = new int[3];
        Predictions.Classify([1, 2, 3, 9, 8, 7, 4, 6, 5], 3, predictions);
        Assert.Equal([2, 0, 1], predictions);
        Assert.Throws<ArgumentException>(() => Predictions.Classify(new float[8], 3, predictions));
        Assert.Throws<ArgumentException>(() => Predictions.Classify(new float[9], 0, predictions));
    }

    [Fact]
    public void The_fraction_counts_equal_classes_at_equal_places()
    {
        Assert.Equal(0.75, Predictions.EqualFraction([1, 2, 3, 4], [1, 2, 3, 3]));
        Assert.Equal(0, Predictions.EqualFraction([1, 2], [2, 1]));
        Assert.Throws<ArgumentException>(() => Predictions.EqualFraction([1], [1, 2]));
        Assert.Throws<ArgumentException>(() => Predictions.EqualFraction([], []));
    }
}
