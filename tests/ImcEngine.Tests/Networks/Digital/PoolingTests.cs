using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class PoolingTests
{
    /// <summary>Input height and width, result height and width, then the node's fields.</summary>
    public static IEnumerable<object?[]> Pools()
    {
        var pools = new TheoryData<int[], PoolNode>();
        foreach (var kind in Enum.GetValues<PoolKind>())
        {
            pools.Add([8, 8, 4, 4], new("2x2", [0], 1, kind, 2, 2, 2, 2, 0, 0));
            pools.Add([11, 14, 6, 7], new("3x3 stride 2 pad 1", [0], 1, kind, 3, 3, 2, 2, 1, 1));
            pools.Add([7, 5, 7, 5], new("3x3 stride 1 pad 1", [0], 1, kind, 3, 3, 1, 1, 1, 1));
            pools.Add([9, 10, 3, 4], new("uneven", [0], 1, kind, 2, 4, 3, 2, 0, 1));
            pools.Add([9, 9, 7, 7], new("dilated", [0], 1, kind, 3, 2, 1, 1, 1, 0, DilationY: 2, DilationX: 2));
            pools.Add([23, 45, 8, 15], new("3x3 stride 3 dilated", [0], 1, kind, 3, 3, 3, 3, 2, 2, DilationY: 2, DilationX: 2));
            pools.Add([5, 5, 3, 3], new("ceiling", [0], 1, kind, 2, 2, 2, 2, 0, 0));
            pools.Add([6, 5, 3, 3], new("ceiling that counts pads", [0], 1, kind, 3, 3, 3, 2, 1, 1, CountedBottom: 0, CountedRight: 1));
            pools.Add([7, 7, 4, 4], new("dilated, counts pads", [0], 1, kind, 2, 3, 2, 2, 1, 1, DilationY: 3, DilationX: 2,
                CountedBottom: 1, CountedRight: 2));
            pools.Add([2, 2, 3, 3], new("kernel beyond the input", [0], 1, kind, 4, 4, 1, 1, 2, 2));
            pools.Add([1, 1, 1, 1], new("one element", [0], 1, kind, 1, 1, 1, 1, 0, 0));
        }
        return pools;
    }

    [Theory]
    [MemberData(nameof(Pools))]
    internal void A_pool_gives_the_bits_of_a_plain_loop(int[] sizes, PoolNode node)
    {
        TensorShape inputShape = new(3, sizes[0], sizes[1]), resultShape = new(3, sizes[2], sizes[3]);
        float[] input = Floats.Random(inputShape.Count, 1), expected = new float[resultShape.Count], result = new float[resultShape.Count];
        for (int i = 0; i < expected.Length; i++)
        {
            var (channel, pixel) = Math.DivRem(i, sizes[2] * sizes[3]);
            expected[i] = Window(input.AsSpan(channel * sizes[0] * sizes[1]), sizes[0], sizes[1], node, pixel / sizes[3], pixel % sizes[3]);
        }
        Pooling.Pool(input, inputShape, node, resultShape, result);
        Floats.AssertSameBits(expected, result, $"{node.Kind} {node.Name}");
    }

    [Theory]
    [InlineData(512, 16)]
    [InlineData(3, 49)]
    [InlineData(1, 1)]
    public void Global_average_sums_in_index_order_and_divides_once(int channels, int size)
    {
        float[] input = Floats.Random(channels * size, 1), expected = new float[channels], result = new float[channels];
        for (int i = 0; i < input.Length; i++) expected[i / size] += input[i];
        for (int channel = 0; channel < channels; channel++) expected[channel] /= size;
        Pooling.GlobalAverage(input, channels, result);
        Floats.AssertSameBits(expected, result, "global average");
    }

    [Fact]
    public void A_maximum_of_zeros_is_positive_if_one_of_them_is()
    {
        // In windows of 2x1 the positive zero lies above, below, nowhere.
        float[] input = [.. Enumerable.Range(0, 2 * 27).Select(i => (i % 27 % 3, i / 27) is (0, 0) or (1, 1) ? 0f : -0f)];
        var result = new float[27];
        Pooling.Pool(input, new(1, 2, 27), new("max", [0], 1, PoolKind.Max, 2, 1, 1, 1, 0, 0), new(1, 1, 27), result);
        Floats.AssertSameBits([.. Enumerable.Range(0, 27).Select(x => x % 3 < 2 ? 0f : -0f)], result, "zeros");
    }

    [Fact]
    public void Not_a_number_makes_its_windows_so_and_no_others()
    {
        foreach (var kind in Enum.GetValues<PoolKind>())
        {
            float[] result = new float[3];
            Pooling.Pool([1, 2, float.NaN, 4, 5, 6], new(1, 1, 6), new("pool", [0], 1, kind, 1, 2, 1, 2, 0, 0), new(1, 1, 3), result);
            Assert.Equal([false, true, false], Array.ConvertAll(result, float.IsNaN));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var node = new PoolNode("pool", [0], 1, PoolKind.Max, 2, 2, 2, 2, 0, 0);
        Assert.Throws<ArgumentException>(() => Pooling.Pool(new float[48], new(3, 4, 4), node, new(2, 2, 2), new float[8]));
        Assert.Throws<ArgumentException>(() => Pooling.Pool(new float[48], new(3, 16), node, new(3, 2, 2), new float[12]));
        Assert.Throws<ArgumentException>(() => Pooling.Pool(new float[48], new(3, 4, 4), node, new(3, 2, 2), new float[11]));
        Assert.Throws<ArgumentException>(() => Pooling.GlobalAverage(new float[7], 2, new float[2]));
    }

    private static float Window(ReadOnlySpan<float> plane, int height, int width, PoolNode node, int resultY, int resultX)
    {
        float sum = 0, max = float.NegativeInfinity;
        int inside = 0, counted = 0;
        for (int ky = 0; ky < node.KernelHeight; ky++)
            for (int kx = 0; kx < node.KernelWidth; kx++)
            {
                int y = (resultY * node.StrideY) - node.PadTop + (ky * node.DilationY),
                    x = (resultX * node.StrideX) - node.PadLeft + (kx * node.DilationX);
                if (y < height + (node.CountedBottom ?? int.MaxValue / 2) && x < width + (node.CountedRight ?? int.MaxValue / 2)) counted++;
                if (y < 0 || y >= height || x < 0 || x >= width) continue;
                sum += plane[(y * width) + x];
                max = Math.Max(max, plane[(y * width) + x]);
                inside++;
            }
        return node.Kind switch
        {
            PoolKind.Max => max,
            PoolKind.Average => sum / inside,
            _ => sum / counted,
        };
    }
}
