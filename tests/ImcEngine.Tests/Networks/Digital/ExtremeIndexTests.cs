using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class ExtremeIndexTests
{
    private static float[] Run(int axis, bool isLeast, bool takesLast)
    {
        var node = new ExtremeIndexNode("extreme", [0], 1, axis, isLeast, takesLast);
        var result = new float[axis == 0 ? 3 : 2];
        new ExtremeIndex(node, new(2, 3)).Run([4, 7, 7, 4, 1, 9], result);
        return result;
    }

    [Fact]
    public void Of_equal_elements_the_first_or_the_last_is_taken()
    {
        Assert.Equal([1, 2], Run(axis: 1, isLeast: false, takesLast: false));
        Assert.Equal([2, 2], Run(axis: 1, isLeast: false, takesLast: true));
        Assert.Equal([0, 0, 1], Run(axis: 0, isLeast: false, takesLast: false));
        Assert.Equal([1, 0, 1], Run(axis: 0, isLeast: false, takesLast: true));
        Assert.Equal([0, 1], Run(axis: 1, isLeast: true, takesLast: true));
        Assert.Equal([0, 1, 0], Run(axis: 0, isLeast: true, takesLast: false));
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        var extreme = new ExtremeIndex(new("extreme", [0], 1, 0, false, false), new(2, 3));
        Assert.Throws<ArgumentException>(() => extreme.Run(new float[5], new float[3]));
        Assert.Throws<ArgumentException>(() => extreme.Run(new float[6], new float[2]));
    }
}
