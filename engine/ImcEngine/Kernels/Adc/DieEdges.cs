using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// The edges of a layer's columns on one die. Each is stored as the largest v that is not above the edge, so that ties are decided at load:
/// <code>
/// code   number of k with v > below[k]
/// below  [input digit, or 1][error set, or 1][16 weight digits of the convolution group][k][weight digit of the 16]
/// </code>
/// The edges of 16 columns are interleaved: with a longer stride they would compete for the same few cache lines. They are for sums that v
/// holds in 32 bits: an edge beyond <see cref="MostQuanta"/> stands there. <see cref="WideEdges"/> are for all others.
/// </summary>
internal sealed unsafe class DieEdges
{
    /// <summary>The distance from one edge of a column to its next, in elements.</summary>
    public const int Stride = 16;

    /// <summary>The largest magnitude of an edge. No v is to exceed it.</summary>
    public const long MostQuanta = 524_287L * AdcTransfer.QuantaPerCount;

    /// <summary>The edges of a column are padded to a multiple of this number with edges that no v exceeds.</summary>
    public const int Step = 4;

    private readonly AlignedBuffer _below;
    private readonly ColumnEdgeSets _sets;

    /// <param name="layer">The layer, whose columns in use have edges.</param>
    /// <param name="sets">The columns, padded to a multiple of 16.</param>
    public DieEdges(MappedLayer layer, ColumnEdgeSets sets)
    {
        _sets = sets;
        PaddedCount = (Count + Step - 1) / Step * Step;
        _below = sets.Allocate(PaddedCount, sizeof(int));
        Span<long> ofColumn = new long[Count];
        for (int plane = 0; plane < Planes; plane++)
            for (int set = 0; set < Sets; set++)
            {
                new Span<int>(FirstEdge(set, plane, 0), PaddedCount * Columns).Fill(int.MaxValue);
                for (int column = 0; column < layer.Map.GroupDigits; column++)
                {
                    sets.Write(set, plane, column, ofColumn);
                    int* edges = FirstEdge(set, plane, column);
                    for (int k = 0; k < Count; k++) edges[k * Stride] = (int)Math.Clamp(ofColumn[k], -MostQuanta, MostQuanta);
                }
            }
    }

    /// <inheritdoc cref="ColumnEdgeSets.Planes"/>
    public int Planes => _sets.Planes;

    /// <inheritdoc cref="ColumnEdgeSets.Sets"/>
    public int Sets => _sets.Sets;

    /// <inheritdoc cref="ColumnEdgeSets.Columns"/>
    public int Columns => _sets.Columns;

    /// <inheritdoc cref="ColumnEdgeSets.Count"/>
    public int Count => _sets.Count;

    public int PaddedCount { get; }

    public long Bytes => _below.Length;

    /// <summary>Returns the address of the first edge of a column.</summary>
    public int* FirstEdge(int errorSet, int inputBit, int column) =>
        (int*)_below.Pointer + ColumnIndex(errorSet, inputBit, 0) * PaddedCount + column / Stride * (Stride * PaddedCount)
            + column % Stride;

    /// <summary>Returns the code of v, in quanta, on a column.</summary>
    /// <param name="first">The column's first edge.</param>
    public int CodeOf(int* first, long quanta)
    {
        int low = 0, high = Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (quanta > first[middle * Stride]) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    /// <inheritdoc cref="ColumnEdgeSets.ColumnIndex"/>
    public long ColumnIndex(int errorSet, int inputBit, int column) => _sets.ColumnIndex(errorSet, inputBit, column);

    /// <summary>Returns whether the columns of one plane pair can have different edges.</summary>
    public static bool DiffersByColumn(DieSpec die) =>
        die.CellSigmaRelative() > 0 || die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0 || die.GainErrorRelative > 0
            || die.EdgeErrorLsb > 0 || die.SarMismatchRelative > 0;

    /// <summary>Writes a column's edges, each as the largest v that is not above it, ascending.</summary>
    public static void Write(AdcTransfer transfer, DieSpec die, in ColumnErrors errors, Span<long> below)
    {
        ColumnEdges.Compute(transfer, die, errors, below);
        for (int k = 0; k < below.Length; k++)
            if (transfer.TieBelongsAbove(k)) below[k]--;
        // Equal edges with different tie rules may now be out of order. A code counts edges, so sorting does not change it.
        below.Sort();
    }
}
