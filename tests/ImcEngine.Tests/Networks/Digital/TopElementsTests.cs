using ImcEngine.Networks.Digital;

namespace ImcEngine.Tests.Networks.Digital;

public class TopElementsTests
{
    private static float[] Run(int axis, int count, bool isLeast, bool givesPlaces, params float[] input)
    {
        var result = new float[count * (axis == 0 ? 3 : 2)];
        new TopElements(new("top", [0], 1, axis, count, isLeast, givesPlaces), new(2, 3)).Run(input, result);
        return result;
    }

    [Fact]
    public void Elements_come_in_order_and_of_equal_ones_the_first_comes_first()
    {
        float[] input = [4, 7, 7, -4, 1, -9];
        Assert.Equal([7, 7, 1, -4], Run(1, 2, isLeast: false, givesPlaces: false, input));
        Assert.Equal([1, 2, 1, 0], Run(1, 2, isLeast: false, givesPlaces: true, input));
        Assert.Equal([4, 7, -9, -4], Run(1, 2, isLeast: true, givesPlaces: false, input));
        Assert.Equal([0, 1, 2, 0], Run(1, 2, isLeast: true, givesPlaces: true, input));
        Assert.Equal([4, 7, 7, -4, 1, -9], Run(0, 2, isLeast: false, givesPlaces: false, input));
        Assert.Equal([1, 1, 1, 0, 0, 0], Run(0, 2, isLeast: true, givesPlaces: true, input));
    }

    [Fact]
    public void Minus_zero_equals_zero_and_NaN_comes_last()
    {
        float[] input = [0, -0f, float.NaN, -0f, 0, -float.NaN];
        Assert.Equal([0, 1, 2, 0, 1, 2], Run(1, 3, isLeast: false, givesPlaces: true, input));
        Assert.Equal([0, 1, 2, 0, 1, 2], Run(1, 3, isLeast: true, givesPlaces: true, input));
        float[] infinite = [float.NegativeInfinity, float.NaN, float.PositiveInfinity, float.NaN, -1, 1];
        Assert.Equal([2, 0, 1, 2, 1, 0], Run(1, 3, isLeast: false, givesPlaces: true, infinite));
        Assert.Equal([0, 2, 1, 1, 2, 0], Run(1, 3, isLeast: true, givesPlaces: true, infinite));
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        var top = new TopElements(new("top", [0], 1, 0, 1, false, false), new(2, 3));
        Assert.Throws<ArgumentException>(() => top.Run(new float[5], new float[3]));
        Assert.Throws<ArgumentException>(() => top.Run(new float[6], new float[2]));
    }
}
