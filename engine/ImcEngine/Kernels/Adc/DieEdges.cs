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
/// A weight digit is converted as one column (ARITHMETIC §15); where digits have one plane it is one. An error set is the edges of the
/// columns of one row tile; where columns have no errors, all row tiles share one. The edges of 16 columns
/// are interleaved: with a longer stride they would compete for the same few cache lines.
/// </summary>
internal sealed unsafe class DieEdges
{
    /// <summary>The distance from one edge of a column to its next, in elements.</summary>
    public const int Stride = 16;

    private const long MostBytes = 1L << 30;

    /// <summary>The edges of a column are padded to a multiple of this number with edges that no v exceeds.</summary>
    public const int Step = 4;

    private readonly AlignedBuffer _below;
    private readonly bool _planePairs;

    /// <param name="transfers">One transfer, or one per digit pair <c>[inputDigit, weightDigit]</c>.</param>
    /// <param name="columns">The weight digits of a convolution group, padded to a multiple of 16.</param>
    /// <param name="epsSumQuanta">Returns the summed deviations of the cells of a digit, given its array and its lowest column, see
    /// <see cref="DieSampler.EpsSumQuanta"/>.</param>
    public DieEdges(
        MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, DieSampler sampler, int columns,
        Func<int, int, long> epsSumQuanta)
    {
        var map = layer.Map;
        bool differs = DiffersByColumn(macro.Die);
        Columns = columns;
        Count = transfers[0].EdgeQuanta.Length;
        PaddedCount = (Count + Step - 1) / Step * Step;
        _planePairs = transfers.Count > 1;
        int setsOfGroup = map.ErrorSetGroups.Length;
        Sets = differs ? map.Geometry.Groups * setsOfGroup : 1;
        Planes = _planePairs ? map.InputDigits.Count : 1;
        int digits = map.WeightDigits.Count;
        long bytes = (long)Planes * Sets * PaddedCount * columns * sizeof(int);
        if (bytes > MostBytes)
            throw new ImcException(
                $"A layer of {map.Geometry.OutputChannels} output channels has {Count} edges on each of {(long)Planes * Sets * columns} "
                    + $"columns of its die, {bytes >> 20} MiB; allowed are at most {MostBytes >> 20} MiB. Lower macro.adc.bits or levels.");
        _below = new(bytes);
        Span<int> ofColumn = new int[Count];
        for (int plane = 0; plane < Planes; plane++)
            for (int set = 0; set < Sets; set++)
            {
                int* below = FirstEdge(set, plane, 0);
                var first = map.PlaceFirst(set / setsOfGroup, map.ErrorSetGroups[set % setsOfGroup]);
                new Span<int>(below, PaddedCount * columns).Fill(int.MaxValue);
                for (int column = 0; column < map.GroupDigits; column++)
                {
                    var transfer = transfers[_planePairs ? plane * digits + column % digits : 0];
                    var place = map.PlaceDigit(first, column);
                    var errors = differs ? sampler.Column(place.Array, place.Column, epsSumQuanta(place.Array, place.Column), transfer)
                        : default;
                    Write(transfer, macro.Die, errors, ofColumn);
                    int* edges = FirstEdge(set, plane, column);
                    for (int k = 0; k < Count; k++) edges[k * Stride] = ofColumn[k];
                }
            }
    }

    /// <summary>The number of input digits with different edges.</summary>
    public int Planes { get; }

    /// <summary>The number of error sets.</summary>
    public int Sets { get; }

    /// <summary>The number of columns of a convolution group, padded.</summary>
    public int Columns { get; }

    /// <summary>The number of edges of a column.</summary>
    public int Count { get; }

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

    /// <summary>Returns the index of a column among all that have their own edges.</summary>
    public long ColumnIndex(int errorSet, int inputBit, int column) =>
        ((_planePairs ? inputBit * Sets : 0) + (Sets == 1 ? 0 : errorSet)) * (long)Columns + column;

    /// <summary>Returns whether the columns of one plane pair can have different edges.</summary>
    public static bool DiffersByColumn(DieSpec die) =>
        die.CellSigmaRelative() > 0 || die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0 || die.GainErrorRelative > 0
            || die.EdgeErrorLsb > 0 || die.SarMismatchRelative > 0;

    /// <summary>Writes a column's edges, each as the largest v that is not above it, ascending.</summary>
    public static void Write(AdcTransfer transfer, DieSpec die, in ColumnErrors errors, Span<int> below)
    {
        ColumnEdges.Compute(transfer, die, errors, below);
        for (int k = 0; k < below.Length; k++)
            if (transfer.TieBelongsAbove(k)) below[k]--;
        // Equal edges with different tie rules may now be out of order. A code counts edges, so sorting does not change it.
        below.Sort();
    }
}
