using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// A layer's cells on one die: the stored bits, including stuck ones, and with mismatch the deviation that each cell adds to v, in quanta:
/// <code>
/// quanta   [convGroup][64 columns][flat row; then a row of zeros][column of the 64] = w * eps,  w = 0, 1 or -1, +1
/// segments [convGroup][row group]         runs of rows whose sums stay within 16 bits, whichever rows are driven and with either sign
/// </code>
/// Usual deviations need one segment per row group. A block of 64 columns takes 32 KiB for a 256-row group, so it stays in the first-level
/// cache.
/// </summary>
internal sealed unsafe class DieCells
{
    public const int BlockColumns = 64;

    /// <summary>The length of a list is a multiple of this.</summary>
    public const int RowStep = 4;

    private const int RowBytes = BlockColumns * sizeof(short);

    private readonly MappedLayer _layer;
    private readonly DieSampler _sampler;
    private readonly AlignedBuffer[] _quanta;
    private readonly RowGroup[][] _segments;
    private readonly WideRowList _rowList = new(RowBytes);
    private readonly long[] _epsSums;
    private readonly bool _isXnor;

    public DieCells(MappedLayer layer, DieSampler sampler)
    {
        (_layer, _sampler) = (layer, sampler);
        var map = layer.Map;
        _isXnor = map.Product == CellProduct.Xnor;
        Weights = sampler.HasFaults ? layer.Weights.Copy() : layer.Weights;
        Blocks = (map.GroupColumns + BlockColumns - 1) / BlockColumns;
        _quanta = new AlignedBuffer[sampler.HasMismatch ? map.Geometry.Groups : 0];
        _epsSums = new long[sampler.HasMismatch ? map.Arrays * map.ArrayColumns : 0];
        for (int convGroup = 0; convGroup < _quanta.Length; convGroup++) _quanta[convGroup] = new((long)Blocks * TableRows * RowBytes);
        if (sampler.HasMismatch || sampler.HasFaults)
            for (int array = 0; array < map.Arrays; array++) DrawArray(array);
        _segments = [.. _quanta.SelectMany((_, convGroup) => map.Groups.Select(group => Segments(convGroup, group)))];
        MostSegments = _segments.Length == 0 ? 0 : _segments.Max(segments => segments.Length);
    }

    public PackedWeights Weights { get; }
    public bool HasMismatch => _sampler.HasMismatch;

    /// <summary>The number of blocks of 64 columns.</summary>
    public int Blocks { get; }

    /// <summary>The largest number of segments of a row group.</summary>
    public int MostSegments { get; }

    /// <summary>The number of lists per segment for a pair of input planes: rows with both bits set, only the first, only the second, and
    /// in XNOR neither.</summary>
    public int Lists => _isXnor ? 4 : 3;

    public long Bytes => _quanta.Sum(cells => cells.Length) + _epsSums.LongLength * sizeof(long)
        + (_sampler.HasFaults ? (long)_layer.Map.Geometry.Groups * _layer.Map.GroupColumns * Weights.Words * sizeof(ulong) : 0);

    private int TableRows => _layer.Weights.Rows + 1;

    /// <summary>Returns the summed deviations of all cells on a column of an array, used or not.</summary>
    public long EpsSumQuanta(int array, int column) => HasMismatch ? _epsSums[array * _layer.Map.ArrayColumns + column] : 0;

    public byte* Block(int convGroup, int block) => _quanta[convGroup].Pointer + (long)block * TableRows * RowBytes;

    /// <summary>Returns the place of a row group's rows in a block, in bytes.</summary>
    public (long Offset, long Length) RowsOf(int rowGroup) =>
        (_layer.Map.Groups[rowGroup].FirstRow * (long)RowBytes, _layer.Map.Groups[rowGroup].Rows * (long)RowBytes);

    public int SegmentCount(int convGroup, int rowGroup) => SegmentsOf(convGroup, rowGroup).Length;

    /// <summary>
    /// Lists the cells that a pixel drives in a pair of input planes: for each segment and each of <see cref="Lists"/> a length and as many
    /// byte offsets. So a row with both bits set is added once for both planes.
    /// </summary>
    /// <param name="first">The bits of the first plane.</param>
    /// <param name="second">The bits of the second plane; empty where there is none.</param>
    /// <param name="driven">The driven rows; read only in XNOR.</param>
    /// <param name="list">The lists, written: room for a row group's rows, a length and padding per list and segment, and
    /// <see cref="WideRowList.Slack"/>.</param>
    public void List(int convGroup, int rowGroup, ReadOnlySpan<ulong> first, ReadOnlySpan<ulong> second,
        ReadOnlySpan<ulong> driven, int* list)
    {
        foreach (var segment in SegmentsOf(convGroup, rowGroup))
            for (int each = 0; each < Lists; each++)
            {
                int* length = list++, end = list;
                for (int word = segment.FirstRow >> 6; word * 64 < segment.EndRow; word++)
                {
                    ulong a = first[word], b = second.IsEmpty ? 0 : second[word];
                    ulong rows = each switch { 0 => a & b, 1 => a & ~b, 2 => b & ~a, _ => driven[word] & ~a & ~b };
                    end = _rowList.AppendWord(BitRuns.Masked(rows, word, segment.FirstRow, segment.EndRow), word * 64, end);
                }
                *length = WideRowList.Pad(list, (int)(end - list), RowStep, _rowList.OffsetOf(TableRows - 1));
                list += *length;
            }
    }

    private RowGroup[] SegmentsOf(int convGroup, int rowGroup) => _segments[convGroup * _layer.Map.Groups.Length + rowGroup];

    private void DrawArray(int array)
    {
        var map = _layer.Map;
        var eps = new int[map.ArrayColumns];
        for (int row = 0; row < map.ArrayRows; row++)
        {
            _sampler.CellEpsQuanta(array, row, eps);
            if (HasMismatch)
                for (int column = 0; column < eps.Length; column++) _epsSums[array * map.ArrayColumns + column] += eps[column];
            if (map.CellsOf(array, row) is not { } cells) continue;
            if (_sampler.HasFaults) Stick(cells, array, row);
            if (HasMismatch) Store(cells, eps.AsSpan(cells.FirstColumn, cells.Columns));
        }
    }

    private void Stick(RowCells cells, int array, int row)
    {
        for (int column = 0; column < cells.Columns; column++)
            if (_sampler.Fault(array, row, cells.FirstColumn + column) is var fault and not CellFault.None)
                Weights.SetBit(cells.ConvGroup, cells.FirstGroupColumn + column, cells.FlatRow, fault == CellFault.StuckAtOne);
    }

    private void Store(RowCells cells, ReadOnlySpan<int> eps)
    {
        int clear = _layer.Map.Product == CellProduct.And ? 0 : -1;
        for (int i = 0; i < eps.Length; i++)
        {
            int column = cells.FirstGroupColumn + i;
            bool stored = (Weights.Column(cells.ConvGroup, column)[cells.FlatRow >> 6] >> (cells.FlatRow & 63) & 1) != 0;
            int quanta = (stored ? 1 : clear) * eps[i];
            Cell(cells.ConvGroup, column, cells.FlatRow) = checked((short)quanta);
        }
    }

    private ref short Cell(int convGroup, int column, int row) =>
        ref ((short*)(Block(convGroup, column / BlockColumns) + (long)row * RowBytes))[column % BlockColumns];

    /// <summary>Cuts a row group into segments, wherever one more row could take some column's sum out of 16 bits.</summary>
    private RowGroup[] Segments(int convGroup, RowGroup group)
    {
        var segments = new List<RowGroup>();
        int[] least = new int[Blocks * BlockColumns], most = new int[Blocks * BlockColumns];
        int first = group.FirstRow;
        for (int row = group.FirstRow; row < group.EndRow; row++)
        {
            if (AddBounds(convGroup, row, least, most)) continue;
            segments.Add(new(first, row - first, group.Chunk));
            first = row;
            Array.Clear(least);
            Array.Clear(most);
            AddBounds(convGroup, row, least, most);
        }
        segments.Add(new(first, group.EndRow - first, group.Chunk));
        return [.. segments];
    }

    /// <summary>Adds a row to the bounds. Returns whether the sum of every subset of the rows so far stays within 16 bits.</summary>
    private bool AddBounds(int convGroup, int row, int[] least, int[] most)
    {
        bool fit = true;
        for (int column = 0; column < least.Length; column++)
        {
            int quanta = Cell(convGroup, column, row), other = _isXnor ? -quanta : 0;
            least[column] += Math.Min(quanta, other);
            most[column] += Math.Max(quanta, other);
            fit &= least[column] >= short.MinValue && most[column] <= short.MaxValue;
        }
        return fit;
    }
}
