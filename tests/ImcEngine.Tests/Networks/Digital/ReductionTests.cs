using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class ReductionTests
{
    public static IEnumerable<object[]> Cases() =>
        from kind in Enum.GetValues<ReduceKind>()
        from axes in new int[][] { [0], [1], [2], [0, 1], [0, 2], [1, 2], [0, 1, 2], [] }
        select new object[] { kind, axes };

    [Theory]
    [MemberData(nameof(Cases))]
    internal void Is_the_double_of_a_plain_loop_rounded_once(ReduceKind kind, int[] axes)
    {
        TensorShape shape = new(3, 4, 5);
        float[] input = Floats.Random(shape.Count, 3);
        if (kind == ReduceKind.LogSum) input = Array.ConvertAll(input, x => MathF.Abs(x) + 0.1f);
        var members = Enumerable.Range(0, shape.Count).GroupBy(at => Kept(at, axes)).OrderBy(group => group.Key)
            .Select(group => group.Select(at => (double)input[at]).ToArray()).ToArray();
        float[] result = new float[members.Length];
        new Reduction(new("reduce", [0], 1, kind, axes), shape).Run(input, result);
        for (int i = 0; i < result.Length; i++)
        {
            float expected = (float)Plain(kind, members[i]);
            Assert.InRange(result[i], MathF.BitDecrement(expected), MathF.BitIncrement(expected));
            if (kind is not (ReduceKind.LogSum or ReduceKind.LogSumExp)) Assert.Equal(expected, result[i]);
        }
    }

    [Fact]
    public void Not_a_number_makes_its_result_so()
    {
        foreach (var kind in Enum.GetValues<ReduceKind>())
        {
            float[] result = new float[2];
            new Reduction(new("reduce", [0], 1, kind, [1]), new(2, 2)).Run([1, float.NaN, 1, 2], result);
            Assert.Equal([true, false], Array.ConvertAll(result, float.IsNaN));
        }
    }

    [Fact]
    public void The_logarithm_of_a_sum_of_exponentials_does_not_overflow()
    {
        float[] result = new float[1];
        var reduction = new Reduction(new("reduce", [0], 1, ReduceKind.LogSumExp, [0]), new(2));
        reduction.Run([1e30f, 1e30f], result);
        Assert.Equal(1e30f, result[0]);
        reduction.Run([float.NegativeInfinity, float.NegativeInfinity], result);
        Assert.Equal(float.NegativeInfinity, result[0]);
    }

    [Fact]
    public void Spans_that_do_not_fit_are_refused()
    {
        var reduction = new Reduction(new("reduce", [0], 1, ReduceKind.Sum, [1]), new(2, 3));
        Assert.Throws<ArgumentException>(() => reduction.Run(new float[5], new float[2]));
        Assert.Throws<ArgumentException>(() => reduction.Run(new float[6], new float[3]));
    }

    /// <summary>Where an element's result lies, by its indices on the axes that stay.</summary>
    private static int Kept(int at, int[] axes)
    {
        int[] sizes = [3, 4, 5], index = [at / 20, at / 5 % 4, at % 5];
        int kept = 0;
        for (int axis = 0; axis < 3; axis++)
            if (!axes.Contains(axis)) kept = (kept * sizes[axis]) + index[axis];
        return kept;
    }

    private static double Plain(ReduceKind kind, double[] x) => kind switch
    {
        ReduceKind.Mean => x.Aggregate(0.0, (sum, each) => sum + each) / x.Length,
        ReduceKind.Sum => x.Aggregate(0.0, (sum, each) => sum + each),
        ReduceKind.Max => x.Max(),
        ReduceKind.Min => x.Min(),
        ReduceKind.Prod => x.Aggregate(1.0, (product, each) => product * each),
        ReduceKind.L1 => x.Aggregate(0.0, (sum, each) => sum + Math.Abs(each)),
        ReduceKind.L2 => Math.Sqrt(x.Aggregate(0.0, (sum, each) => sum + (each * each))),
        ReduceKind.SumSquare => x.Aggregate(0.0, (sum, each) => sum + (each * each)),
        ReduceKind.LogSum => Math.Log(x.Sum()),
        _ => Math.Log(x.Sum(Math.Exp)),
    };
}
