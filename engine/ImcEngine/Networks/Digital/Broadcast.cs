using ImcEngine.Networks.Graph;


namespace ImcEngine.Networks.Digital;

/// <summary>
/// NumPy broadcasting of operands, prepared once. The result is cut into runs of consecutive elements. Within a run each operand either
/// advances by one element or stays at one.
/// <code>
/// [64, 8, 8] with [64, 1, 1]    64 runs of 64: operand 0 advances, operand 1 stays
/// equal shapes                  one run
/// </code>
/// </summary>
internal sealed class Broadcast
{
    private readonly int[][] _offsets;
    private readonly bool[] _advances;

    /// <exception cref="ArgumentException">The shapes do not broadcast.</exception>
    public Broadcast(params ReadOnlySpan<TensorShape> operands)
    {
        ResultShape = ShapeOf(operands);
        var strides = new int[operands.Length][];
        for (int i = 0; i < operands.Length; i++) strides[i] = Strides(operands[i], ResultShape);
        int runAxes = RunAxes(ResultShape, strides);
        RunLength = 1;
        for (int axis = ResultShape.Rank - runAxes; axis < ResultShape.Rank; axis++) RunLength *= ResultShape[axis];
        Runs = ResultShape.Count / RunLength;
        _offsets = Array.ConvertAll(strides, s => OffsetsOfRuns(ResultShape, s, runAxes, Runs));
        _advances = Array.ConvertAll(strides, s => RunAdvances(ResultShape, s, runAxes));
    }

    public TensorShape ResultShape { get; }
    public int Runs { get; }
    public int RunLength { get; }

    /// <summary>Returns an operand's elements for a run: <see cref="RunLength"/> elements, or one that applies to the whole run.</summary>
    public ReadOnlySpan<float> Operand(int index, ReadOnlySpan<float> elements, int run) =>
        elements.Slice(_offsets[index][run], _advances[index] ? RunLength : 1);

    private static TensorShape ShapeOf(ReadOnlySpan<TensorShape> operands)
    {
        int rank = 0;
        foreach (var shape in operands) rank = Math.Max(rank, shape.Rank);
        var sizes = new int[rank];
        Array.Fill(sizes, 1);
        foreach (var shape in operands)
            for (int axis = 0; axis < shape.Rank; axis++)
            {
                ref int size = ref sizes[rank - shape.Rank + axis];
                if (size == 1) size = shape[axis];
                else if (shape[axis] != 1 && shape[axis] != size)
                    throw new ArgumentException($"Shapes {string.Join(" and ", operands.ToArray().AsEnumerable())} do not broadcast: "
                        + $"sizes {size} and {shape[axis]} on one axis; allowed are equal sizes or 1.");
            }
        return new(sizes);
    }

    /// <summary>Returns the operand's stride along each axis of the result; 0 on axes along which it is broadcast.</summary>
    private static int[] Strides(TensorShape operand, TensorShape result)
    {
        var strides = new int[result.Rank];
        int stride = 1;
        for (int axis = operand.Rank - 1; axis >= 0; axis--)
        {
            if (operand[axis] != 1) strides[result.Rank - operand.Rank + axis] = stride;
            stride *= operand[axis];
        }
        return strides;
    }

    /// <summary>Returns how many of the last axes form one run: each operand moves along all of them or along none.</summary>
    private static int RunAxes(TensorShape result, int[][] strides)
    {
        int axes = 0;
        var moves = new bool?[strides.Length];
        for (int axis = result.Rank - 1; axis >= 0; axis--, axes++)
        {
            if (result[axis] == 1) continue;
            for (int i = 0; i < strides.Length; i++)
            {
                bool move = strides[i][axis] != 0;
                if ((moves[i] ??= move) != move) return axes;
            }
        }
        return axes;
    }

    private static bool RunAdvances(TensorShape result, int[] strides, int runAxes)
    {
        for (int axis = result.Rank - runAxes; axis < result.Rank; axis++)
            if (strides[axis] != 0) return true;
        return false;
    }

    private static int[] OffsetsOfRuns(TensorShape result, int[] strides, int runAxes, int runs)
    {
        var offsets = new int[runs];
        for (int run = 0; run < runs; run++)
        {
            int rest = run;
            for (int axis = result.Rank - runAxes - 1; axis >= 0; axis--)
            {
                (rest, int index) = Math.DivRem(rest, result[axis]);
                offsets[run] += index * strides[axis];
            }
        }
        return offsets;
    }
}
