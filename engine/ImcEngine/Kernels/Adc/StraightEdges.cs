using ImcEngine.Kernels.Lanes;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Edges that lie on a straight line, column by column, as those of a uniform ADC do under offset, gain error, mismatch and parasitics: a
/// code is then calculated, not compared with each edge.
/// <code>
/// position = (v - first) / step          code = clamp(ceil(position), 0, edges), where position is farther than Margin from a whole number
/// first, 1 / step   [input plane or one][error set or one][column of the convolution group]
/// </code>
/// The margin covers how far edges lie off their line (they are whole quanta) and what single precision loses.
/// Nearer positions are left to the edges themselves.
/// </summary>
internal sealed unsafe class StraightEdges
{
    /// <summary>Of a step: with a wider margin too many conversions would be unsure.</summary>
    private const float WidestMargin = 1 / 32f;

    /// <summary>Single precision loses three roundings of 2^-24 of a position.</summary>
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

    /// <summary>Steps.</summary>
    public float Margin { get; private set; }

    public long Bytes => _first.Length + _perQuantum.Length;

    /// <param name="edges">Of a layer's columns.</param>
    /// <param name="columns">Those in use.</param>
    /// <param name="mostQuanta">No |v| is above it.</param>
    /// <returns>Null where some column's edges are not straight, or too few to be worth it.</returns>
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

    /// <summary>1 / step.</summary>
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
