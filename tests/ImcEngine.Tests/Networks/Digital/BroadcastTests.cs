using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class BroadcastTests
{
    public static TheoryData<int[], int[]> Shapes() => new()
    {
        { [5, 4, 3], [5, 4, 3] },
        { [5, 4, 3], [5, 1, 1] },
        { [5, 1, 1], [5, 4, 3] },
        { [5, 4, 3], [] },
        { [], [5, 4, 3] },
        { [5, 4, 3], [1] },
        { [5, 4, 3], [3] },
        { [5, 4, 3], [4, 1] },
        { [5, 1, 3], [1, 4, 1] },
        { [2, 1, 4, 1], [3, 1, 5] },
        { [1, 1, 1], [1, 1, 1] },
        { [], [] },
        { [2, 1, 3], [1, 2, 1, 1] },
        { [37], [37] },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_binary_operator_broadcasts_as_index_arithmetic_says(int[] leftSizes, int[] rightSizes)
    {
        TensorShape left = new(leftSizes), right = new(rightSizes), shape = ShapeOf(left, right);
        float[] a = Floats.Random(left.Count, 1), b = Floats.Random(right.Count, 2);
        foreach (var kind in Enum.GetValues<BinaryKind>())
        {
            var op = new BinaryOperator(kind, left, right);
            Assert.Equal(shape, op.ResultShape);
            float[] expected = new float[shape.Count], result = new float[shape.Count];
            for (int i = 0; i < expected.Length; i++) expected[i] = Plain(kind, a[IndexIn(left, shape, i)], b[IndexIn(right, shape, i)]);
            op.Run(a, b, result);
            Floats.AssertSameBits(Canonical(expected), Canonical(result), $"{kind} of {left} and {right}");
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Where_broadcasts_its_three_operands(int[] first, int[] second)
    {
        TensorShape small = new(first), other = new(second), shape = ShapeOf(small, other);
        foreach (var (condition, then, otherwise) in (ReadOnlySpan<(TensorShape, TensorShape, TensorShape)>)[(small, other, small),
            (other, small, small), (small, small, other), (shape, new(), new())])
        {
            float[] c = Floats.Random(condition.Count, 3), t = Floats.Random(then.Count, 4), o = Floats.Random(otherwise.Count, 5);
            for (int i = 0; i < c.Length; i += 2) c[i] = 0;
            var op = new WhereOperator(condition, then, otherwise);
            Assert.Equal(shape, op.ResultShape);
            float[] expected = new float[shape.Count], result = new float[shape.Count];
            for (int i = 0; i < expected.Length; i++)
                expected[i] = c[IndexIn(condition, shape, i)] != 0 ? t[IndexIn(then, shape, i)] : o[IndexIn(otherwise, shape, i)];
            op.Run(c, t, o, result);
            Floats.AssertSameBits(expected, result, $"{condition} ? {then} : {otherwise}");
        }
    }

    [Fact]
    public void Equal_shapes_are_one_run_and_a_constant_per_channel_one_run_a_channel()
    {
        Assert.Equal(1, new Broadcast(new TensorShape(64, 8, 8), new TensorShape(64, 8, 8)).Runs);
        Assert.Equal(1, new Broadcast(new TensorShape(64, 8, 8), new TensorShape(1)).Runs);
        Assert.Equal(64, new Broadcast(new TensorShape(64, 8, 8), new TensorShape(64, 1, 1)).Runs);
    }

    [Fact]
    public void Comparisons_with_not_a_number_are_false_and_zeros_are_equal()
    {
        float[] left = [float.NaN, 1, 0], right = [1, float.NaN, -0.0f], result = new float[3];
        foreach (var (kind, ofZeros) in (ReadOnlySpan<(BinaryKind, float)>)[(BinaryKind.Equal, 1), (BinaryKind.Greater, 0),
            (BinaryKind.GreaterOrEqual, 1), (BinaryKind.Less, 0), (BinaryKind.LessOrEqual, 1)])
        {
            new BinaryOperator(kind, new(3), new(3)).Run(left, right, result);
            Assert.Equal([0, 0, ofZeros], result);
        }
    }

    [Fact]
    public void The_result_may_be_an_operand()
    {
        float[] x = Floats.Random(75, 7), expected = Array.ConvertAll(x, element => 2 - element);
        new BinaryOperator(BinaryKind.Sub, new(), new(75)).Run([2], x, x);
        Floats.AssertSameBits(expected, x, "in place");
    }

    [Fact]
    public void Shapes_that_do_not_broadcast_are_refused_with_both_shapes_named()
    {
        var error = Assert.Throws<ArgumentException>(() => new BinaryOperator(BinaryKind.Add, new(5, 4), new(3, 1, 3)));
        Assert.Contains("[5, 4] and [3, 1, 3]", error.Message);
    }

    private static float Plain(BinaryKind kind, float a, float b) => kind switch
    {
        BinaryKind.Add => a + b,
        BinaryKind.Sub => a - b,
        BinaryKind.Mul => a * b,
        BinaryKind.Div => a / b,
        BinaryKind.Equal => a == b ? 1 : 0,
        BinaryKind.Greater => a > b ? 1 : 0,
        BinaryKind.GreaterOrEqual => a >= b ? 1 : 0,
        BinaryKind.Less => a < b ? 1 : 0,
        BinaryKind.Pow => (float)RealFunctions.Power(a, b),
        _ => a <= b ? 1 : 0,
    };

    /// <summary>0 / 0 may carry either sign of NaN.</summary>
    private static float[] Canonical(float[] elements) => Array.ConvertAll(elements, x => float.IsNaN(x) ? float.NaN : x);

    private static TensorShape ShapeOf(TensorShape left, TensorShape right)
    {
        int rank = Math.Max(left.Rank, right.Rank);
        var sizes = new int[rank];
        for (int fromEnd = 1; fromEnd <= rank; fromEnd++)
            sizes[rank - fromEnd] =
                Math.Max(fromEnd <= left.Rank ? left[left.Rank - fromEnd] : 1, fromEnd <= right.Rank ? right[right.Rank - fromEnd] : 1);
        return new(sizes);
    }

    private static int IndexIn(TensorShape operand, TensorShape result, int resultIndex)
    {
        int index = 0, stride = 1;
        for (int fromEnd = 1; fromEnd <= result.Rank; fromEnd++)
        {
            (resultIndex, int position) = Math.DivRem(resultIndex, result[result.Rank - fromEnd]);
            if (fromEnd > operand.Rank) continue;
            int size = operand[operand.Rank - fromEnd];
            index += (size == 1 ? 0 : position) * stride;
            stride *= size;
        }
        return index;
    }
}
