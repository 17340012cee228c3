using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>The edges of a layer's columns on one die, in 64 bits: <c>below[column index][k]</c>, as in <see cref="DieEdges"/>.</summary>
internal sealed unsafe class WideEdges
{
    private readonly ColumnEdgeSets _sets;
    private readonly AlignedBuffer _below;

    public WideEdges(MappedLayer layer, ColumnEdgeSets sets)
    {
        _sets = sets;
        _below = sets.Allocate(sets.Count, sizeof(long));
        for (int plane = 0; plane < sets.Planes; plane++)
            for (int set = 0; set < sets.Sets; set++)
                for (int column = 0; column < layer.Map.GroupDigits; column++)
                    sets.Write(set, plane, column, Of(set, plane, column));
    }

    public long Bytes => _below.Length;

    /// <summary>Returns the edges of a column, each as the largest v that is not above it, ascending.</summary>
    public Span<long> Of(int errorSet, int inputBit, int column) =>
        new((long*)_below.Pointer + _sets.ColumnIndex(errorSet, inputBit, column) * _sets.Count, _sets.Count);

    /// <summary>Returns the code of v, in quanta.</summary>
    /// <param name="below">The edges of the column.</param>
    public static int CodeOf(ReadOnlySpan<long> below, long quanta)
    {
        int low = 0, high = below.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (quanta > below[middle]) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
