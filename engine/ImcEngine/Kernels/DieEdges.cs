using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>
/// The edges of a layer's columns on one die, each as the greatest v that is not above it, so that ties are settled at load:
/// <code>code = number of k with v > below[k]        below [input plane or one][error set or one][k][column of the convolution group]</code>
/// An error set is what one row tile's columns have; where no column errs there is one for all.
/// </summary>
internal sealed unsafe class DieEdges
{
    private readonly AlignedBuffer _below;
    private readonly int _sets;
    private readonly bool _planePairs;

    /// <param name="transfers">One, or one per plane pair <c>[inputBit, weightBit]</c>.</param>
    /// <param name="columns">Columns of a convolution group, padded.</param>
    public DieEdges(MappedLayer layer, MacroSpec macro, IReadOnlyList<AdcTransfer> transfers, DieCells cells, DieSampler sampler, int columns)
    {
        var map = layer.Map;
        bool differs = DiffersByColumn(macro.Die);
        Columns = columns;
        Count = transfers[0].EdgeQuanta.Length;
        _planePairs = transfers.Count > 1;
        _sets = differs ? map.Geometry.Groups * map.RowTiles : 1;
        int planes = _planePairs ? map.InputFormat.Bits : 1, bits = map.WeightFormat.Bits;
        _below = new((long)planes * _sets * Count * columns * sizeof(int));
        Span<int> ofColumn = new int[Count];
        for (int plane = 0; plane < planes; plane++)
            for (int set = 0; set < _sets; set++)
            {
                int* below = Of(set, plane);
                new Span<int>(below, Count * columns).Fill(int.MaxValue);
                for (int column = 0; column < map.GroupColumns; column++)
                {
                    var transfer = transfers[_planePairs ? plane * bits + column % bits : 0];
                    int array = set * map.ColumnTiles + column / map.ArrayColumns, inArray = column % map.ArrayColumns;
                    var errors = differs ? sampler.Column(array, inArray, cells.EpsSumQuanta(array, inArray), transfer) : default;
                    Write(transfer, macro.Die, errors, ofColumn);
                    for (int k = 0; k < Count; k++) below[k * columns + column] = ofColumn[k];
                }
            }
    }

    /// <summary>Of a column.</summary>
    public int Count { get; }

    /// <summary>Distance from one edge of a column to its next.</summary>
    public int Columns { get; }

    public long Bytes => _below.Length;

    /// <summary><c>[k][column]</c>, ascending in k.</summary>
    public int* Of(int errorSet, int inputBit) =>
        (int*)_below.Pointer + ((_planePairs ? inputBit * _sets : 0) + (_sets == 1 ? 0 : errorSet)) * (long)Count * Columns;

    /// <summary>Whether columns of one plane pair can have edges of their own.</summary>
    public static bool DiffersByColumn(DieSpec die) =>
        die.CellSigmaRelative() > 0 || die.ColumnOffsetCounts > 0 || die.ColumnOffsetLsb > 0 || die.GainErrorRelative > 0 || die.EdgeErrorLsb > 0 || die.SarMismatchRelative > 0;

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
