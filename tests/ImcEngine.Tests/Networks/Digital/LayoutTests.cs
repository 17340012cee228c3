using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class LayoutTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public void Parts_lie_side_by_side_along_the_axis(int axis)
    {
        int[] lengths = [2, 1, 3];
        int[] sizes = [4, 3, 5];
        sizes[axis] = lengths.Sum();
        TensorShape whole = new(sizes);
        float[] expected = Floats.Random(whole.Count, 1), result = new float[whole.Count];
        int first = 0;
        foreach (int length in lengths)
        {
            var partSizes = (int[])sizes.Clone();
            partSizes[axis] = length;
            var partShape = new TensorShape(partSizes);
            Layout.ConcatPart<float>(Part(expected, sizes, partSizes, axis, first), partShape, axis, first, whole, result);
            first += length;
        }
        Assert.Equal(expected, result);
    }

    [Fact]
    public void A_pad_surrounds_every_channel_with_the_constant()
    {
        TensorShape inputShape = new(2, 3, 4), resultShape = new(2, 6, 9);
        var node = new PadNode("pad", [0], 1, 1, 3, -7);
        float[] input = Floats.Random(inputShape.Count, 2), result = new float[resultShape.Count];
        Layout.Pad<float>(input, inputShape, node.Top, node.Left, node.Constant, resultShape, result);
        for (int channel = 0; channel < 2; channel++)
            for (int y = 0; y < 6; y++)
                for (int x = 0; x < 9; x++)
                {
                    bool isInside = y >= 1 && y < 4 && x >= 3 && x < 7;
                    Assert.Equal(isInside ? input[(((channel * 3) + y - 1) * 4) + x - 3] : -7, result[(((channel * 6) + y) * 9) + x]);
                }
    }

    [Fact]
    public void Parts_and_pads_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Layout.ConcatPart<float>(new float[6], new(2, 3), 0, 3, new(4, 3), new float[12]));
        Assert.Throws<ArgumentException>(() => Layout.ConcatPart<float>(new float[6], new(3, 2), 0, 0, new(4, 3), new float[12]));
        Assert.Throws<ArgumentException>(() => Layout.ConcatPart<float>(new float[6], new(2, 3), 2, 0, new(4, 3), new float[12]));
        Assert.Throws<ArgumentException>(
            () => Layout.Pad<float>(new float[4], new(1, 2, 2), 2, 0, 0, new(1, 3, 3), new float[9]));
    }

    private static float[] Part(float[] whole, int[] sizes, int[] partSizes, int axis, int first)
    {
        var part = new float[partSizes[0] * partSizes[1] * partSizes[2]];
        int i = 0;
        for (int a = 0; a < partSizes[0]; a++)
            for (int b = 0; b < partSizes[1]; b++)
                for (int c = 0; c < partSizes[2]; c++)
                {
                    int[] index = [a, b, c];
                    index[axis] += first;
                    part[i++] = whole[(((index[0] * sizes[1]) + index[1]) * sizes[2]) + index[2]];
                }
        return part;
    }
}
