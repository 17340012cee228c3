using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// What the vertical-counter kernel reads of one layer with output pixels in the lanes: which rows each column adds, known at load.
/// <code>
/// lists         [convGroup][row group][output][weight bit]     byte offsets of the rows with a set weight bit, padded with the row of zeros
/// all rows      [row group]                                    every row of the group
/// taps          [block][kernel position]                       lanes whose pixel drives the position
/// constants     [convGroup][row group][output][weight bit][block][plane]   XNOR only: what d and W of each pixel bring (CountScale)
/// conversions   [convGroup][row group][output][weight bit, the most significant first]
/// </code>
/// A conversion's count starts from a number per lane, so that thresholds are the same in every lane. With three-valued inputs, p and q the rows at +1 and -1,
/// <c>s = 2 (p - q listed) - p + q of all</c>, and A and c of <see cref="CountScale"/> are those of p and of not q.
/// </summary>
internal sealed unsafe class PixelTables
{
    private readonly AlignedBuffer _lists, _taps, _conversions;
    private readonly AlignedBuffer? _constants;
    private readonly int[] _listStarts, _allRowsStarts;
    private readonly CountScale _scale;
    private readonly PackedWeights _weights;
    private readonly int _planes, _pixels;

    /// <param name="planes">Of a count.</param>
    /// <param name="weights">The layer's, or what a die makes of them.</param>
    /// <param name="imagesAtOnce">Whose pixels lie one behind the other.</param>
    /// <param name="wordsOf">Mask words of a convolution group, row group and column; null for none.</param>
    public PixelTables(MappedLayer layer, PackedWeights weights, CountScale scale, int planes, int lanes, int imagesAtOnce, MaskWords? wordsOf)
    {
        (Layer, _weights, _scale, _planes) = (layer, weights, scale, planes);
        _pixels = layer.Map.Geometry.OutputPixels * imagesAtOnce;
        VectorBytes = lanes / 8;
        var map = layer.Map;
        Blocks = (_pixels + lanes - 1) / lanes;
        (_lists, _listStarts, _allRowsStarts) = PackLists();
        _taps = PackTaps(lanes);
        if (map.Product == CellProduct.Xnor) _constants = PackConstants(lanes);
        _conversions = PackConversions(wordsOf);
        Start = (map.Product == CellProduct.And ? StartParts.None : StartParts.Common) | (_constants is null ? StartParts.None : StartParts.Vectors);
    }

    /// <summary>The address of a column's mask words.</summary>
    public delegate ulong* MaskWords(int convGroup, int rowGroup, int column);

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>Vectors that hold the output's pixels.</summary>
    public int Blocks { get; }

    /// <summary>Where counts start from what the tables hold and what a block's inputs bring.</summary>
    public StartParts Start { get; }

    /// <summary>Rows of one input plane: with three-valued inputs those of not q follow those of p; a row of zeros is the last.</summary>
    public int RowsPerPlane => Layer.Weights.Rows * (Layer.InputMayBeUndriven ? 2 : 1) + 1;

    private int Columns => Layer.Map.GroupColumns;

    /// <summary>Of one row group, column by column.</summary>
    public Conversion* Conversions(int convGroup, int rowGroup) => (Conversion*)_conversions.Pointer + (convGroup * Layer.Map.Groups.Length + rowGroup) * Columns;

    /// <summary>Bytes from one block's constants to the next one's.</summary>
    public int ConstantsBytes => _planes * VectorBytes;

    public RowSegment AllRows(int rowGroup) =>
        new((int*)_lists.Pointer + _allRowsStarts[rowGroup], _allRowsStarts[rowGroup + 1] - _allRowsStarts[rowGroup], 0);

    public long Bytes => _lists.Length + _taps.Length + _conversions.Length + (_constants?.Length ?? 0);

    /// <summary>Mean of the lists that an output's columns take in a row group.</summary>
    public long ListBytesOfOutput => Math.Max(1, _lists.Length * Layer.Map.WeightFormat.Bits / (_listStarts.Length - 1));

    public byte* Tap(int block, int tap) => _taps.Pointer + ((long)block * Layer.Map.Geometry.Taps + tap) * VectorBytes;

    private AlignedBuffer PackConversions(MaskWords? wordsOf)
    {
        int bits = Layer.Map.WeightFormat.Bits, count = _listStarts.Length - 1;
        var buffer = new AlignedBuffer((long)count * (sizeof(Conversion) + sizeof(RowSegment)));
        var conversions = (Conversion*)buffer.Pointer;
        var segments = (RowSegment*)(conversions + count);
        for (int i = 0; i < count; i++)
        {
            int column = i - i % bits + bits - 1 - i % bits, start = _listStarts[column];
            segments[i] = new((int*)_lists.Pointer + start, _listStarts[column + 1] - start, 0);
            conversions[i] = new(segments + i, 1, _constants is null ? null : _constants.Pointer + (long)column * Blocks * ConstantsBytes,
                wordsOf is null ? null : wordsOf(column / Columns / Layer.Map.Groups.Length, column / Columns % Layer.Map.Groups.Length, column % Columns));
        }
        return buffer;
    }

    private (AlignedBuffer Lists, int[] Starts, int[] AllRowsStarts) PackLists()
    {
        var map = Layer.Map;
        var offsets = new List<int>();
        var starts = new int[map.Geometry.Groups * map.Groups.Length * Columns + 1];
        for (int i = 0; i < starts.Length - 1; i++)
        {
            starts[i] = offsets.Count;
            int convGroup = i / (map.Groups.Length * Columns);
            AppendRows(offsets, map.Groups[i / Columns % map.Groups.Length], _weights.Column(convGroup, i % Columns));
        }
        starts[^1] = offsets.Count;
        var allRows = new int[map.Groups.Length + 1];
        for (int i = 0; i < map.Groups.Length; i++)
        {
            allRows[i] = offsets.Count;
            AppendRows(offsets, map.Groups[i], []);
        }
        allRows[^1] = offsets.Count;
        var buffer = new AlignedBuffer((long)offsets.Count * sizeof(int));
        offsets.CopyTo(buffer.Span<int>(offsets.Count));
        return (buffer, starts, allRows);
    }

    /// <param name="bits">Rows taken; empty: all.</param>
    private void AppendRows(List<int> offsets, RowGroup group, ReadOnlySpan<ulong> bits)
    {
        int start = offsets.Count;
        for (int row = group.FirstRow; row < group.EndRow; row++)
        {
            if (!bits.IsEmpty && (bits[row >> 6] >> (row & 63) & 1) == 0) continue;
            offsets.Add(row * VectorBytes);
            if (Layer.InputMayBeUndriven) offsets.Add((row + Layer.Weights.Rows) * VectorBytes);
        }
        while ((offsets.Count - start) % CountProgram.RowStep != 0) offsets.Add((RowsPerPlane - 1) * VectorBytes);
    }

    private AlignedBuffer PackTaps(int lanes)
    {
        var geometry = Layer.Map.Geometry;
        var buffer = new AlignedBuffer((long)Blocks * geometry.Taps * VectorBytes);
        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            bool[] driven = Layer.Borders.DrivenTaps[Layer.Borders.Of(pixel % geometry.OutputPixels)];
            for (int tap = 0; tap < driven.Length; tap++)
                if (driven[tap]) SetLane(buffer.Pointer + ((long)pixel / lanes * geometry.Taps + tap) * VectorBytes, pixel % lanes);
        }
        return buffer;
    }

    private AlignedBuffer PackConstants(int lanes)
    {
        var map = Layer.Map;
        int pixels = map.Geometry.OutputPixels;
        var buffer = new AlignedBuffer((long)map.Geometry.Groups * map.Groups.Length * Columns * Blocks * _planes * VectorBytes);
        var ofClass = new int[Layer.Borders.Count];
        for (int i = 0; i < map.Geometry.Groups * map.Groups.Length * Columns; i++)
        {
            var weights = _weights.Column(i / (map.Groups.Length * Columns), i % Columns);
            for (int borderClass = 0; borderClass < ofClass.Length; borderClass++)
                ofClass[borderClass] = ConstantOf(weights, map.Groups[i / Columns % map.Groups.Length], borderClass);
            byte* at = buffer.Pointer + (long)i * Blocks * _planes * VectorBytes;
            for (int pixel = 0; pixel < _pixels; pixel++)
                for (int plane = 0, constant = ofClass[Layer.Borders.Of(pixel % pixels)]; plane < _planes; plane++)
                    if ((constant >> plane & 1) != 0) SetLane(at + ((long)pixel / lanes * _planes + plane) * VectorBytes, pixel % lanes);
        }
        return buffer;
    }

    private int ConstantOf(ReadOnlySpan<ulong> weights, RowGroup group, int borderClass)
    {
        if (Layer.InputMayBeUndriven) return group.Rows - 2 * BitRuns.PopCount(weights, group.FirstRow, group.EndRow);
        var driven = Layer.Borders.Driven(borderClass);
        Span<ulong> set = new ulong[weights.Length];
        for (int word = 0; word < set.Length; word++) set[word] = weights[word] & driven[word];
        return _scale.OfDriven(Layer.Borders.DrivenRows(borderClass, group, Layer.Map.Geometry.GroupInputChannels), BitRuns.PopCount(set, group.FirstRow, group.EndRow));
    }

    private static void SetLane(byte* vector, int lane) => ((ulong*)vector)[lane >> 6] |= 1UL << (lane & 63);
}
