using ImcEngine.Networks.Graph;

namespace ImcEngine.Networks.Digital;

/// <summary>
/// Products of matrices (<see cref="MatrixProductNode"/>), prepared for two shapes; immutable and thread-safe. Sums are in double in index
/// order, rounded to float32 once.
/// <code>
/// [2, 1, 3, 4] x [5, 4, 6]    10 products of 3x4 and 4x6: [2, 5, 3, 6]
/// </code>
/// </summary>
internal sealed class MatrixProduct
{
    private const int ColumnsAtOnce = 64;

    private readonly int _rows, _inner, _columns;
    private readonly int[] _left, _right;

    /// <exception cref="ArgumentException">The shapes are of no product.</exception>
    public MatrixProduct(TensorShape left, TensorShape right)
    {
        if (left.Rank < 2 || right.Rank < 2 || left[left.Rank - 1] != right[right.Rank - 2])
            throw new ArgumentException($"Shapes {left} and {right} are of no matrix product; "
                + "the last size of the first must be the last but one of the second.");
        (_rows, _inner, _columns) = (left[left.Rank - 2], left[left.Rank - 1], right[right.Rank - 1]);
        int rank = Math.Max(left.Rank, right.Rank) - 2;
        int SizeOf(TensorShape shape, int axis) => axis + shape.Rank - 2 - rank is >= 0 and int own ? shape[own] : 1;
        var sizes = new int[rank];
        for (int axis = 0; axis < rank; axis++)
        {
            var (a, b) = (SizeOf(left, axis), SizeOf(right, axis));
            if (a != b && a != 1 && b != 1)
                throw new ArgumentException($"Shapes {left} and {right} do not broadcast in front of their last two axes.");
            sizes[axis] = a == 1 ? b : a;
        }
        int[] Offsets(TensorShape shape)
        {
            int[] strides = AxisOffsets.Strides(shape);
            return AxisOffsets.Sums([.. Enumerable.Range(0, rank).Select(axis => AxisOffsets.Steps(sizes[axis],
                SizeOf(shape, axis) == 1 ? 0 : strides[axis + shape.Rank - 2 - rank]))]);
        }
        (_left, _right) = (Offsets(left), Offsets(right));
        ResultShape = new([.. sizes, _rows, _columns]);
    }

    public TensorShape ResultShape { get; }

    /// <exception cref="ArgumentException">The result has another number of elements.</exception>
    public void Run(ReadOnlySpan<float> left, ReadOnlySpan<float> right, Span<float> result)
    {
        SpanChecks.Require<float>(result, ResultShape.Count, nameof(result));
        Span<double> sums = stackalloc double[ColumnsAtOnce];
        int at = 0;
        for (int matrix = 0; matrix < _left.Length; matrix++)
            for (int row = 0; row < _rows; row++)
                for (int first = 0; first < _columns; first += ColumnsAtOnce)
                {
                    var part = sums[..Math.Min(ColumnsAtOnce, _columns - first)];
                    Sum(left.Slice(_left[matrix] + (row * _inner), _inner), right[(_right[matrix] + first)..], part);
                    foreach (double sum in part) result[at++] = (float)sum;
                }
    }

    private void Sum(ReadOnlySpan<float> row, ReadOnlySpan<float> columns, Span<double> sums)
    {
        sums.Clear();
        for (int k = 0; k < row.Length; k++)
            for (int column = 0; column < sums.Length; column++) sums[column] += (double)row[k] * columns[(k * _columns) + column];
    }
}
