namespace ImcEngine.Importer.Lowering;

/// <summary>Sums of products of constants: floats are summed in double, in order, and rounded once; integers are exact or refused.
/// </summary>
internal static class ConstantProducts
{
    /// <summary>Products of all sums together.</summary>
    private const long MostProducts = 1L << 28;

    public static ConstantValue Einsum(NodeView node, ConstantValue[] operands)
    {
        var equation = EinsumEquation.Read(node, Array.ConvertAll(operands, operand => operand.Dims));
        string summed =
            string.Concat(equation.Operands.SelectMany(letters => letters).Distinct().Where(each => !equation.Result.Contains(each)));
        int[] Sizes(string letters) => [.. letters.Select(letter => equation.Sizes[letter])];
        return Sum(node, operands, Sizes(equation.Result), Sizes(summed), operand =>
        {
            int[] strides = ConstantShapes.Strides(operands[operand].Dims);
            int[] Of(string letters) => [.. letters.Select(letter => equation.Operands[operand].IndexOf(letter))
                .Select(axis => axis < 0 ? 0 : strides[axis])];
            return (Of(equation.Result), Of(summed));
        });
    }

    public static ConstantValue MatMul(NodeView node, ConstantValue left, ConstantValue right)
    {
        node.AllowAttributes();
        node.Require(left.Dims.Length > 0 && right.Dims.Length > 0, "an operand is one number; it must be a vector or matrices");
        // A vector is a matrix of one row or one column, which the result does not have.
        int[] a = left.Dims is [var k] ? [1, k] : left.Dims, b = right.Dims is [var l] ? [l, 1] : right.Dims;
        node.Require(a[^1] == b[^2], $"shapes [{string.Join(", ", left.Dims)}] and [{string.Join(", ", right.Dims)}] are of no product");
        int[] front = Broadcasting.Shape(a.AsSpan(..^2), b.AsSpan(..^2))
            ?? throw node.Error($"shapes [{string.Join(", ", left.Dims)}] and [{string.Join(", ", right.Dims)}] do not broadcast");
        int[] Front(int[] dims) => [.. Enumerable.Range(0, front.Length).Select(axis => axis - front.Length + dims.Length - 2)
            .Select(own => own < 0 || dims[own] == 1 ? 0 : ConstantShapes.Strides(dims)[own])];
        var product = Sum(node, [left, right], [.. front, a[^2], b[^1]], [a[^1]], operand => operand == 0
            ? ([.. Front(a), a[^1], 0], [1]) : ([.. Front(b), 0, 1], [b[^1]]));
        return product with
        {
            Dims = [.. front, .. left.Dims.Length == 1 ? [] : new[] { a[^2] }, .. right.Dims.Length == 1 ? [] : new[] { b[^1] }],
        };
    }

    /// <param name="dims">Shape of the result.</param>
    /// <param name="summed">Sizes over which each of its elements is a sum.</param>
    /// <param name="strides">How far an operand's elements lie apart along the axes of the result, and along those summed.</param>
    private static ConstantValue Sum(NodeView node, ConstantValue[] operands, int[] dims, int[] summed,
        Func<int, (int[] OfResult, int[] OfSum)> strides)
    {
        var first = operands[0];
        foreach (var operand in operands)
        {
            ConstantArithmetic.RequireNumbers(node, operand);
            node.Require(operand.Type == first.Type, $"it mixes {first.Type} and {operand.Type}");
        }
        int count = ConstantFolder.BoundedCount(node, dims, operands.Max(operand => operand.Count));
        int terms = ConstantShapes.Product(summed);
        node.Require((long)count * terms <= MostProducts, $"it sums {(long)count * terms} products; at most {MostProducts} are supported");
        int[][] ofResult = [.. operands.Select((_, i) => Broadcasting.Walk(dims, strides(i).OfResult))];
        int[][] ofSum = [.. operands.Select((_, i) => Broadcasting.Walk(summed, strides(i).OfSum))];
        T[] Sums<T>(Func<int, T[]> elements, Func<T, T, T> times, Func<T, T, T> plus) where T : struct
        {
            T[][] of = [.. operands.Select((_, i) => elements(i))];
            var sums = new T[count];
            for (int at = 0; at < count; at++)
                for (int term = 0; term < terms; term++)
                {
                    T product = of[0][ofResult[0][at] + ofSum[0][term]];
                    for (int i = 1; i < of.Length; i++) product = times(product, of[i][ofResult[i][at] + ofSum[i][term]]);
                    sums[at] = plus(sums[at], product);
                }
            return sums;
        }
        if (first.Integers is not null)
            return ConstantArithmetic.Integers(node, first.Name, dims,
                Sums(i => operands[i].Integers!, (x, y) => checked(x * y), (x, y) => checked(x + y)), first.Type);
        double[] doubles = Sums(i => operands[i].ToDoubles(), (x, y) => x * y, (x, y) => x + y);
        return first.Floats is not null ? ConstantValue.OfFloats(first.Name, dims, Array.ConvertAll(doubles, sum => (float)sum))
            : ConstantArithmetic.Unrounded(node, first.Name, dims, doubles, first.Type);
    }
}
