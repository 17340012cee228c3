using ImcEngine.Kernels.Lanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// The edges of a layer's columns on one die, each as the greatest v that is not above it, so that ties are settled at load:
/// <code>
/// code   number of k with v > below[k]
/// below  [input plane or one][error set or one][16 columns of the convolution group][k][column of 16]
/// </code>
/// An error set is what one row tile's columns have; where no column errs there is one for all. Sixteen columns' edges lie together: a
/// longer stride would put them on the same few lines of the cache.
/// </summary>
internal sealed unsafe class DieEdges
{
    /// <summary>Distance from one edge of a column to its next.</summary>
    public const int Stride = 16;

    private const long MostBytes = 1L << 30;

    /// <summary>Behind the edges of a column stand some that nothing reaches, up to a multiple of this.</summary>
    public const int Step = 4;

    private readonly AlignedBuffer _below;
    private readonly bool _planePairs;

    /// <param name="transfers">One, or one per plane pair <c>[inputBit, weightBit]</c>.</param>
    /// <param name="columns">Columns of a convolution group, padded to a multiple of 16.</param>
    /// <param name="epsSumQuanta">Sum of the cells' deviations of a column of an array, see
    /// <see cref="DieSampler.ColumnEpsSumQuanta"/>.</param>
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
        Sets = differs ? map.Geometry.Groups * map.RowTiles : 1;
        Planes = _planePairs ? map.InputFormat.Bits : 1;
        int bits = map.WeightFormat.Bits;
        long bytes = (long)Planes * Sets * PaddedCount * columns * sizeof(int);
        if (bytes > MostBytes)
            throw new ImcException(
                $"A layer of {map.Geometry.OutputChannels} output channels has {Count} edges on each of {(long)Planes * Sets * columns} "
                    + $"columns of its die, {bytes >> 20} MiB; allowed are {MostBytes >> 20} MiB. Lower macro.adc.bits or levels.");
        _below = new(bytes);
        Span<int> ofColumn = new int[Count];
        for (int plane = 0; plane < Planes; plane++)
            for (int set = 0; set < Sets; set++)
            {
                int* below = FirstEdge(set, plane, 0);
                new Span<int>(below, PaddedCount * columns).Fill(int.MaxValue);
                for (int column = 0; column < map.GroupColumns; column++)
                {
                    var transfer = transfers[_planePairs ? plane * bits + column % bits : 0];
                    int array = set * map.ColumnTiles + column / map.ArrayColumns, inArray = column % map.ArrayColumns;
                    var errors = differs ? sampler.Column(array, inArray, epsSumQuanta(array, inArray), transfer) : default;
                    Write(transfer, macro.Die, errors, ofColumn);
                    int* edges = FirstEdge(set, plane, column);
                    for (int k = 0; k < Count; k++) edges[k * Stride] = ofColumn[k];
                }
            }
    }

    /// <summary>Input planes that differ.</summary>
    public int Planes { get; }

    /// <summary>Error sets.</summary>
    public int Sets { get; }

    /// <summary>Of a convolution group, padded.</summary>
    public int Columns { get; }

    /// <summary>Of a column.</summary>
    public int Count { get; }

    public int PaddedCount { get; }

    public long Bytes => _below.Length;

    /// <summary>The first edge of a column.</summary>
    public int* FirstEdge(int errorSet, int inputBit, int column) =>
        (int*)_below.Pointer + ColumnIndex(errorSet, inputBit, 0) * PaddedCount + column / Stride * (Stride * PaddedCount)
            + column % Stride;

    /// <summary>Of a column among all that have edges of their own.</summary>
    public long ColumnIndex(int errorSet, int inputBit, int column) =>
        ((_planePairs ? inputBit * Sets : 0) + (Sets == 1 ? 0 : errorSet)) * (long)Columns + column;

    /// <summary>Whether columns of one plane pair can have edges of their own.</summary>
    public static bool DiffersByColumn(DieSpec die) =>
        die.CellSigmaRelative() > 0 || die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0 || die.GainErrorRelative > 0
            || die.EdgeErrorLsb > 0 || die.SarMismatchRelative > 0;

    /// <summary>A column's edges, each as the greatest v that is not above it, ascending.</summary>
    public static void Write(AdcTransfer transfer, DieSpec die, in ColumnErrors errors, Span<int> below)
    {
        ColumnEdges.Compute(transfer, die, errors, below);
        for (int k = 0; k < below.Length; k++)
            if (transfer.TieBelongsAbove(k)) below[k]--;
        // Equal edges whose ties go different ways stand in the wrong order; a code is a count, so order is free.
        below.Sort();
    }
}
