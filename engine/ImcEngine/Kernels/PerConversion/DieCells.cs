using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// A layer's cells on one die: the stored bits, including stuck ones, and with mismatch the deviation that each cell adds to v, in quanta:
/// <code>
/// quanta   [convGroup][64 columns][flat row, with a row of zeros after each section][column of the 64] = w * eps,  w = 0, 1 or -1, +1
/// sections                                the row groups; in rows that a list cannot reach, parts of them
/// segments [convGroup][row group]         runs of rows whose sums stay within 16 bits, whichever rows are driven and with either sign
/// wholes   [convGroup][64 columns][row group][segment][column of the 64]     only with inputs -1 and +1: the sum of the segment's rows
/// </code>
/// Usual deviations need one segment per row group. A block of 64 columns takes 32 KiB for a 256-row group, so it stays in the first-level
/// cache.
/// </summary>
internal sealed unsafe class DieCells
{
    public const int BlockColumns = 64;

    /// <summary>The bytes of a row.</summary>
    public const int RowBytes = BlockColumns * sizeof(short);

    private readonly MappedLayer _layer;
    private readonly DieSampler _sampler;
    private readonly AlignedBuffer[] _quanta;
    private readonly AlignedBuffer? _wholes;
    private readonly RowGroup[][] _segments;
    private readonly Section[] _sections;
    private readonly int[] _sectionOfRow;

    /// <summary>The place of each flat row in a block, in rows; -1 for a row of no row group.</summary>
    private readonly int[] _places;
    private readonly CellRows _rows;
    private readonly long[] _epsSums;
    private int _least, _most;

    public DieCells(MappedLayer layer, DieSampler sampler)
    {
        (_layer, _sampler) = (layer, sampler);
        var map = layer.Map;
        IsXnor = map.Product.HasSignedInputBits();
        _sections = [.. Sections(map.Groups)];
        _sectionOfRow = new int[layer.Weights.Rows];
        _places = new int[layer.Weights.Rows];
        Array.Fill(_places, -1);
        foreach (var section in _sections)
        {
            Array.Fill(_sectionOfRow, section.Index, section.FirstRow, section.EndRow - section.FirstRow);
            for (int row = section.FirstRow; row < section.EndRow; row++) _places[row] = TableRows++;
            TableRows++;
        }
        _rows = new(_sections.Max(section => section.EndRow - section.FirstRow));
        Weights = sampler.HasFaults ? layer.Weights.Copy() : layer.Weights;
        Blocks = (map.GroupPlanes + BlockColumns - 1) / BlockColumns;
        _quanta = new AlignedBuffer[sampler.HasMismatch ? map.Geometry.Groups : 0];
        _epsSums = new long[sampler.HasMismatch ? map.Arrays * map.ArrayColumns : 0];
        for (int convGroup = 0; convGroup < _quanta.Length; convGroup++) _quanta[convGroup] = new((long)Blocks * TableRows * RowBytes);
        if (sampler.HasFaults)
            for (int array = 0; array < map.Arrays; array++) Stick(array);
        if (sampler.HasMismatch)
        {
            var stored = new RowBits(Weights, map.Geometry.Groups, map.GroupPlanes);
            for (int array = 0; array < map.Arrays; array++)
                if (map.Uses(array)) Deviate(array, stored);
        }
        _segments = [.. _quanta.SelectMany((_, convGroup) => map.Groups.Select(group => Segments(convGroup, group)))];
        MostSegments = _segments.Length == 0 ? 0 : _segments.Max(segments => segments.Length);
        if (!IsXnor || MostSegments == 0) return;
        _wholes = new((long)_quanta.Length * Blocks * map.Groups.Length * MostSegments * RowBytes);
        AddWholes();
    }

    public PackedWeights Weights { get; }
    public bool HasMismatch => _sampler.HasMismatch;

    /// <summary>The number of blocks of 64 columns.</summary>
    public int Blocks { get; }

    /// <summary>The largest number of segments of a row group.</summary>
    public int MostSegments { get; }

    /// <summary>The least and the greatest sum of the deviations of any cells that are driven together; null where a row group has several
    /// segments.</summary>
    public (int Least, int Most)? Extent => !HasMismatch ? (0, 0) : MostSegments == 1 ? (_least, _most) : null;

    /// <summary>Whether cells that are driven as 0 count too, with the other sign.</summary>
    public bool IsXnor { get; }

    /// <summary>The index of the slots in a list.</summary>
    public int Slots => _rows.Slots;

    /// <summary>The length of a segment's list.</summary>
    public int ListLength => _rows.Length;

    public long Bytes => _quanta.Sum(cells => cells.Length) + (_wholes?.Length ?? 0) + _epsSums.LongLength * sizeof(long)
        + (_sampler.HasFaults ? (long)_layer.Map.Geometry.Groups * _layer.Map.GroupPlanes * Weights.Words * sizeof(ulong) : 0);

    /// <summary>The rows of a block, with those of zeros.</summary>
    private int TableRows { get; }

    /// <summary>Returns the summed deviations of all cells on a digit's columns, see <see cref="DieSampler.EpsSumQuanta"/>.</summary>
    /// <param name="column">The digit's lowest column.</param>
    public long EpsSumQuanta(int array, int column) =>
        HasMismatch ? _sampler.SumOfColumns(column, each => _epsSums[array * _layer.Map.ArrayColumns + each]) : 0;

    public byte* Block(int convGroup, int block) => _quanta[convGroup].Pointer + (long)block * TableRows * RowBytes;

    /// <summary>Returns the place of a row group's rows in a block, in bytes.</summary>
    public (long Offset, long Length) RowsOf(int rowGroup)
    {
        var group = _layer.Map.Groups[rowGroup];
        return (OffsetOf(group.FirstRow), OffsetOf(group.EndRow - 1) + RowBytes - OffsetOf(group.FirstRow));
    }

    /// <summary>Returns the place of a segment's rows in a block, in bytes.</summary>
    public long SegmentOffset(int convGroup, int rowGroup, int segment) => OffsetOf(SegmentsOf(convGroup, rowGroup)[segment].FirstRow);

    public int SegmentCount(int convGroup, int rowGroup) => SegmentsOf(convGroup, rowGroup).Length;

    /// <summary>Lists the cells that a pixel drives in some input planes: one list of <see cref="CellRows"/> per segment.</summary>
    /// <param name="bits">The bits of the first plane; those of the next planes follow.</param>
    /// <param name="planes">The number of planes, at most <see cref="CellRows.MostPlanes"/>.</param>
    /// <param name="driven">The driven rows; read only in XNOR.</param>
    /// <param name="list">The lists, <see cref="ListLength"/> from each other; written.</param>
    public void List(int convGroup, int rowGroup, ReadOnlySpan<ulong> bits, int planes, ReadOnlySpan<ulong> driven, ushort* list)
    {
        foreach (var segment in SegmentsOf(convGroup, rowGroup))
        {
            int zeroRow = _sections[_sectionOfRow[segment.FirstRow]].EndRow - segment.FirstRow;
            _rows.List(segment, bits, _layer.Patch.Words, planes, driven, IsXnor, zeroRow, list);
            list += ListLength;
        }
    }

    /// <summary>Divides the row groups into sections, in the order of rows.</summary>
    private static IEnumerable<Section> Sections(IEnumerable<RowGroup> groups)
    {
        int index = 0;
        foreach (var group in groups.OrderBy(group => group.FirstRow))
            for (int first = group.FirstRow; first < group.EndRow; first += CellRows.MostRows)
                yield return new(index++, first, Math.Min(first + CellRows.MostRows, group.EndRow));
    }

    private readonly record struct Section(int Index, int FirstRow, int EndRow);

    /// <summary>Returns the place of a row in a block, in bytes.</summary>
    private long OffsetOf(int row) => (long)_places[row] * RowBytes;

    /// <summary>Returns the sums of all rows of a segment, in XNOR; null otherwise.</summary>
    public short* Whole(int convGroup, int block, int rowGroup, int segment)
    {
        if (!IsXnor) return null;
        int index = (convGroup * Blocks + block) * _layer.Map.Groups.Length + rowGroup;
        return (short*)_wholes!.Pointer + ((long)index * MostSegments + segment) * BlockColumns;
    }

    /// <summary>Sums all rows of each segment.</summary>
    private void AddWholes()
    {
        for (int convGroup = 0; convGroup < _quanta.Length; convGroup++)
            for (int block = 0; block < Blocks; block++)
                for (int group = 0; group < _layer.Map.Groups.Length; group++)
                {
                    short* sums = Whole(convGroup, block, group, 0);
                    foreach (var segment in SegmentsOf(convGroup, group))
                    {
                        for (int row = segment.FirstRow; row < segment.EndRow; row++)
                        {
                            var quanta = (short*)(Block(convGroup, block) + OffsetOf(row));
                            for (int column = 0; column < BlockColumns; column += Vector256<short>.Count)
                                (Vector256.Load(sums + column) + Vector256.Load(quanta + column)).Store(sums + column);
                        }
                        sums += BlockColumns;
                    }
                }
    }

    private RowGroup[] SegmentsOf(int convGroup, int rowGroup) => _segments[convGroup * _layer.Map.Groups.Length + rowGroup];

    /// <summary>Draws the deviations of an array's cells.</summary>
    /// <param name="stored">The bits that the cells hold.</param>
    private void Deviate(int array, RowBits stored)
    {
        var map = _layer.Map;
        int[] eps = new int[map.ArrayColumns], planes = new int[map.OutputsPerArray * map.WeightFormat.Bits];
        for (int row = 0; row < map.ArrayRows; row++)
        {
            _sampler.CellEpsQuanta(array, row, eps);
            AddTo(_epsSums.AsSpan(array * map.ArrayColumns, eps.Length), eps);
            if (map.CellsOf(array, row) is { } cells && _places[cells.FlatRow] >= 0)
                Store(cells, PlanesOf(eps.AsSpan(cells.FirstColumn, cells.Columns), planes), stored);
        }
    }

    /// <summary>Returns the deviation for each weight plane: that of the cell that holds it.</summary>
    /// <param name="eps">The deviations of the cells of some outputs.</param>
    /// <param name="planes">Receives those of the planes, where a cell holds several.</param>
    private ReadOnlySpan<int> PlanesOf(ReadOnlySpan<int> eps, Span<int> planes)
    {
        var cells = _layer.Map.WeightCells;
        if (cells.ArePlanes) return eps;
        for (int cell = 0; cell < eps.Length; cell++)
        {
            var of = cells[cell % cells.Count];
            planes.Slice((cell / cells.Count * cells.Format.Bits) + of.FirstPlane, of.Planes).Fill(eps[cell]);
        }
        return planes[..(eps.Length / cells.Count * cells.Format.Bits)];
    }

    private static void AddTo(Span<long> sums, ReadOnlySpan<int> eps)
    {
        for (int column = 0; column < eps.Length; column++) sums[column] += eps[column];
    }

    /// <summary>Draws which of an array's cells are stuck.</summary>
    private void Stick(int array)
    {
        for (int row = 0; row < _layer.Map.ArrayRows; row++)
            if (_layer.Map.CellsOf(array, row) is { } cells)
                for (int column = 0; column < cells.Columns; column++)
                    if (_sampler.Fault(array, row, cells.FirstColumn + column) is var fault and not CellFault.None)
                        Stick(cells, cells.FirstGroupColumn + column, fault == CellFault.StuckAtOne);
    }

    private void Stick(RowCells cells, int column, bool bit)
    {
        var (output, cell) = Math.DivRem(column, _layer.Map.WeightCells.Count);
        var planes = _layer.Map.WeightCells[cell];
        int held = _layer.Map.WeightFormat.StuckDigits(bit);
        for (int plane = planes.FirstPlane; plane < planes.EndPlane; plane++)
            Weights.SetBit(cells.ConvGroup, output * _layer.Map.WeightFormat.Bits + plane, cells.FlatRow, (held >> plane & 1) != 0);
    }

    /// <summary>Stores the deviations of a row, of which one block of columns after the other is next to each other.</summary>
    /// <param name="eps">One per weight plane of the outputs.</param>
    private void Store(RowCells cells, ReadOnlySpan<int> eps, RowBits stored)
    {
        for (int column = cells.FirstGroupColumn / _layer.Map.WeightCells.Count * _layer.Map.WeightFormat.Bits; !eps.IsEmpty;)
        {
            int inBlock = column % BlockColumns, count = Math.Min(eps.Length, BlockColumns - inBlock);
            var quanta = new Span<short>(Block(cells.ConvGroup, column / BlockColumns) + OffsetOf(cells.FlatRow), BlockColumns)
                .Slice(inBlock, count);
            ulong bits = stored.Of(cells.ConvGroup, column / BlockColumns, cells.FlatRow) >> inBlock;
            // Multiplying by 0 or 1, or by -1 or +1, leaves no branch that nothing could predict.
            var (scale, clear) = _layer.Map.Product.HasSignedWeightBits() ? (2, 1) : (1, 0);
            for (int i = 0; i < count; i++, bits >>= 1) quanta[i] = checked((short)(((int)(bits & 1) * scale - clear) * eps[i]));
            column += count;
            eps = eps[count..];
        }
    }

    /// <summary>Cuts a row group into segments: between sections, and wherever one more row could take some column's sum out of 16
    /// bits.</summary>
    private RowGroup[] Segments(int convGroup, RowGroup group)
    {
        var segments = new List<RowGroup>();
        short[] least = new short[Blocks * BlockColumns], most = new short[Blocks * BlockColumns];
        int first = group.FirstRow;
        for (int row = group.FirstRow; row < group.EndRow; row++)
        {
            if (_sectionOfRow[row] == _sectionOfRow[first] && AddBounds(convGroup, row, least, most)) continue;
            segments.Add(new(first, row - first, group.Chunk));
            first = row;
            Array.Clear(least);
            Array.Clear(most);
            AddBounds(convGroup, row, least, most);
        }
        segments.Add(new(first, group.EndRow - first, group.Chunk));
        (_least, _most) = (Math.Min(_least, least.Min()), Math.Max(_most, most.Max()));
        return [.. segments];
    }

    /// <summary>Adds a row to the bounds. Returns whether the sum of every subset of the rows so far stays within 16 bits. Sums saturate:
    /// one that reaches the end of the range counts as outside.</summary>
    private bool AddBounds(int convGroup, int row, short[] least, short[] most)
    {
        var isEnd = Vector256<short>.Zero;
        for (int block = 0; block < Blocks; block++)
        {
            var quanta = (short*)(Block(convGroup, block) + OffsetOf(row));
            for (int column = 0; column < BlockColumns; column += Vector256<short>.Count)
            {
                Vector256<short> own = Vector256.Load(quanta + column), other = IsXnor ? -own : Vector256<short>.Zero;
                int at = block * BlockColumns + column;
                var low = Vector256.AddSaturate(Vector256.LoadUnsafe(ref least[at]), Vector256.Min(own, other));
                var high = Vector256.AddSaturate(Vector256.LoadUnsafe(ref most[at]), Vector256.Max(own, other));
                low.StoreUnsafe(ref least[at]);
                high.StoreUnsafe(ref most[at]);
                isEnd |= Vector256.Equals(low, Vector256.Create(short.MinValue)) | Vector256.Equals(high, Vector256.Create(short.MaxValue));
            }
        }
        return isEnd == Vector256<short>.Zero;
    }
}
