using ImcEngine.Networks.Digital;

namespace ImcEngine.Tests.Networks.Digital;

public class RearrangementTests
{
    /// <summary>Offsets of every kind over an input of 60: gaps, copies, repetitions, backwards, one axis and many.</summary>
    private static readonly int[][][] Cases =
    [
        [[0, 20, 40], [0, 5, 10, 15], [0, 1, 2, 3, 4]],
        [[0, 1, 2, 3, 4], [0, 20, 40], [0, 5, 10, 15]],
        [[20, 40], [0, 5, 10, 15], [0, 1, 2, 3, 4]],
        [[0, 20, 40], [15, 5], [3, 1]],
        [[0, 20, 40], [0, 5, 10, 15], [2, 3, 4]],
        [[0, 0, 0], [4, 4], [0, 20, 40]],
        [[7]],
        [[59, 58, 0]],
        [[0], [0], [0]],
        [[10, 20], [0], [0, 1, 2, 3]],
    ];

    [Fact]
    public void Every_element_comes_from_the_sum_of_its_offsets()
    {
        float[] input = Floats.Random(60, 1);
        foreach (int[][] offsets in Cases)
        {
            float[] result = new float[offsets.Aggregate(1, (product, axis) => product * axis.Length)], expected = new float[result.Length];
            for (int at = 0; at < expected.Length; at++)
            {
                int rest = at, from = 0;
                foreach (int[] axis in offsets.Reverse())
                {
                    (rest, int index) = Math.DivRem(rest, axis.Length);
                    from += axis[index];
                }
                expected[at] = input[from];
            }
            new Rearrangement(new("rearrange", [0], 1, offsets)).Run(input, result);
            Floats.AssertSameBits(expected, result, string.Join(' ', offsets.Select(axis => string.Join(',', axis))));
        }
    }

    [Fact]
    public void A_result_of_another_length_is_refused() =>
        Assert.Throws<ArgumentException>(() => new Rearrangement(new("rearrange", [0], 1, [[0, 1]])).Run(new float[2], new float[3]));
}
