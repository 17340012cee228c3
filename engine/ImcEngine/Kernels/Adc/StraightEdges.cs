using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Edges that lie on a straight line in each column, as those of a uniform ADC do under offset, gain error, mismatch and parasitics. A code
/// is then calculated instead of compared with each edge.
/// <code>
/// position = (v - first) / step          code = clamp(ceil(position), 0, edges) where position is farther than Margin from an integer
/// first, 1 / step   [input plane, or 1][error set, or 1][column of the convolution group]
/// </code>
/// The margin covers the distance of the edges from their line (they are whole quanta) and the rounding of single precision. Positions
/// within the margin are compared with the edges themselves.
/// </summary>
internal sealed unsafe class StraightEdges
{
    /// <summary>The largest margin, in steps. With a wider one, too many conversions would have to be compared.</summary>
    private const float WidestMargin = 1 / 32f;

    /// <summary>A position has three roundings in single precision, each of 2^-24 of it.</summary>
    private const float RoundingRelative = 1f / (1 << 21);

    private const int MostQuanta = 1 << 29;

    private readonly AlignedBuffer _first, _perQuantum;
    private readonly DieEdges _edges;

    private StraightEdges(DieEdges edges)
    {
        _edges = edges;
        long length = (long)edges.Planes * edges.Sets * edges.Columns;
        (_first, _perQuantum) = (new(length * sizeof(int)), new(length * sizeof(float)));
    }

    /// <summary>The margin, in steps.</summary>
    public float Margin { get; private set; }

    public long Bytes => _first.Length + _perQuantum.Length;

    /// <summary>Fits a line to the edges of each column.</summary>
    /// <param name="edges">The edges of a layer's columns.</param>
    /// <param name="columns">The number of columns in use.</param>
    /// <param name="mostQuanta">A bound that no |v| exceeds.</param>
    /// <returns>Null where some column's edges are not straight, or where there are too few edges.</returns>
    public static StraightEdges? TryCreate(DieEdges edges, int columns, long mostQuanta)
    {
        if (edges.Count < 2 || mostQuanta > MostQuanta) return null;
        var straight = new StraightEdges(edges);
        for (int plane = 0; plane < edges.Planes; plane++)
            for (int set = 0; set < edges.Sets; set++)
                for (int column = 0; column < columns; column++)
                    if (!straight.Fit(plane, set, column)) return null;
        straight.Margin += edges.Count * RoundingRelative;
        return straight.Margin <= WidestMargin ? straight : null;
    }

    public int* First(int errorSet, int inputBit, int column) => (int*)_first.Pointer + _edges.ColumnIndex(errorSet, inputBit, column);

    /// <summary>Returns the address of a column's 1 / step, per quantum.</summary>
    public float* PerQuantum(int errorSet, int inputBit, int column) =>
        (float*)_perQuantum.Pointer + _edges.ColumnIndex(errorSet, inputBit, column);

    private bool Fit(int plane, int set, int column)
    {
        int* below = _edges.FirstEdge(set, plane, column);
        int first = below[0], last = below[(_edges.Count - 1) * DieEdges.Stride];
        double step = ((double)last - first) / (_edges.Count - 1), farthest = 0;
        if (step <= 0 || Math.Abs((long)first) > MostQuanta) return false;
        for (int k = 1; k < _edges.Count; k++)
            farthest = Math.Max(farthest, Math.Abs(below[k * DieEdges.Stride] - (first + k * step)) / step);
        Margin = Math.Max(Margin, (float)farthest);
        *First(set, plane, column) = first;
        *PerQuantum(set, plane, column) = (float)(1 / step);
        return Margin <= WidestMargin;
    }
}
