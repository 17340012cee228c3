using ImcEngine.Networks.Digital;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Tests.Networks.Digital;

public class VariadicOperatorTests
{
    private static readonly TensorShape[][] Shapes =
    [
        [new(3, 4, 5)],
        [new(3, 4, 5), new(3, 4, 5)],
        [new(3, 4, 5), new(3, 1, 1), new(1, 4, 5), new(5), new()],
        [new(1, 1, 5), new(3, 4, 1), new(3, 4, 5)],
        [new(37), new(37), new(1)],
    ];

    [Fact]
    public void Operands_are_taken_in_order_by_a_plain_loop()
    {
        foreach (var kind in Enum.GetValues<VariadicKind>())
            foreach (var shapes in Shapes)
            {
                float[][] operands = [.. shapes.Select((shape, i) => Floats.Random(shape.Count, i + 1))];
                var whole = new Broadcast(shapes).ResultShape;
                float[] expected = new float[whole.Count], result = new float[whole.Count];
                for (int at = 0; at < expected.Length; at++) expected[at] = Plain(kind, shapes, operands, whole, at);
                var combined = new VariadicOperator(kind, shapes);
                for (int i = 0; i < operands.Length; i++) combined.Take(i, operands[i], result);
                Floats.AssertSameBits(expected, result, $"{kind} of {shapes.Length}");
            }
    }

    [Fact]
    public void Not_a_number_stays()
    {
        foreach (var kind in Enum.GetValues<VariadicKind>())
        {
            float[] result = new float[2];
            var combined = new VariadicOperator(kind, new TensorShape(2), new TensorShape(2));
            combined.Take(0, [float.NaN, 1], result);
            combined.Take(1, [1, float.NaN], result);
            Assert.All(result, x => Assert.True(float.IsNaN(x)));
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new VariadicOperator(VariadicKind.Sum, new TensorShape(2), new TensorShape(3)));
        Assert.Throws<ArgumentException>(() => new VariadicOperator(VariadicKind.Sum, new TensorShape(2)).Take(0, [1, 2], new float[3]));
    }

    private static float Plain(VariadicKind kind, TensorShape[] shapes, float[][] operands, TensorShape whole, int at)
    {
        float all = 0;
        for (int i = 0; i < operands.Length; i++)
        {
            float x = operands[i][Position(shapes[i], whole, at)];
            all = i == 0 ? x : kind switch
            {
                VariadicKind.Max => MathF.Max(all, x),
                VariadicKind.Min => MathF.Min(all, x),
                _ => all + x,
            };
        }
        return kind == VariadicKind.Mean ? all / operands.Length : all;
    }

    private static int Position(TensorShape operand, TensorShape whole, int at)
    {
        int position = 0, stride = 1;
        for (int back = 1; back <= whole.Rank; back++)
        {
            (at, int index) = Math.DivRem(at, whole[whole.Rank - back]);
            if (back > operand.Rank) continue;
            int size = operand[operand.Rank - back];
            position += size == 1 ? 0 : index * stride;
            stride *= size;
        }
        return position;
    }
}
