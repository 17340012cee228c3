using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>
/// The tables of one layer for the bit-sliced kernel with one output pixel per lane. The rows that each column adds are known at load.
/// <code>
/// lists         [convGroup][row group][output][weight bit, the most significant first]
///                                              the rows with a set weight bit (CompactRowList), padded with the row of zeros;
///                                              for a pair: the rows of both columns, of only the first, of only the second
/// all rows      [row group]                    every row of the group
/// driven lanes  [block][kernel position]       the lanes whose pixel drives the position
/// conversions   [convGroup][row group][output][weight bit, the most significant first]
/// </code>
/// A count starts from a number per lane, so that thresholds are the same in every lane. With XNOR, the terms in d and W of each pixel
/// (CounterEncoding) are <see cref="PixelConstants"/>. With three-valued inputs, p marks the rows at +1 and q those at -1. Then <c>s = 2 (p
/// - q over the listed rows) - (p - q over all rows)</c>, and A and c of <see cref="CounterEncoding"/> count the bits of p and of not q.
/// </summary>
internal sealed unsafe class PixelTables
{
    private readonly AlignedBuffer _drivenLanes, _conversions;

    /// <summary>The conversions hold raw pointers into these two objects, which do not keep them alive.</summary>
    private readonly AlignedBuffer _lists;

    /// <inheritdoc cref="_lists"/>
    private readonly PixelConstants? _constants;
    private readonly CompactRowList _rowList;
    private readonly long _ofConversions;
    private readonly (int First, int Count)[] _allRows;
    private readonly CounterEncoding _encoding;
    private readonly PackedWeights _weights;
    private readonly int _pixels;

    /// <param name="weights">The weights of the layer, or those that a die's cells hold.</param>
    /// <param name="imagesAtOnce">The number of images, whose pixels follow each other.</param>
    /// <param name="columns">The constants of the columns; null where all columns have the same thresholds.</param>
    public PixelTables(MappedLayer layer, PackedWeights weights, LayerConversion conversion, int lanes, int imagesAtOnce,
        ByteConstants? columns)
    {
        (Layer, _weights, _encoding) = (layer, weights, conversion.Encoding);
        _pixels = layer.Map.Geometry.OutputPixels * imagesAtOnce;
        VectorBytes = lanes / 8;
        _rowList = new(VectorBytes);
        var map = layer.Map;
        Blocks = (_pixels + lanes - 1) / lanes;
        IsPaired = map.WeightFormat.Bits % 2 == 0 || (map.WeightFormat.Bits == 1 && map.Geometry.GroupOutputChannels % 2 == 0);
        _drivenLanes = PackDrivenLanes(lanes);
        if (map.Product == CellProduct.Xnor)
        {
            _constants = PixelConstants.TryPack(layer, ConversionCount, conversion.Plan.Planes, lanes, _pixels, ConstantOf);
            ReachConstants = _constants is not null;
        }
        var offsets = new List<ushort>();
        var lists = ListConversions(offsets);
        _ofConversions = offsets.Count;
        _allRows = [.. map.Groups.Select(group => AppendRows(offsets, group, _ => true))];
        _lists = new((long)offsets.Count * sizeof(ushort));
        offsets.CopyTo(_lists.Span<ushort>(offsets.Count));
        _conversions = PackConversions(lists, columns);
        Start = (map.Product == CellProduct.And ? StartParts.None : StartParts.Common)
            | (map.Product == CellProduct.Xnor ? StartParts.Named : StartParts.None);
    }

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>The number of vectors that hold the output pixels.</summary>
    public int Blocks { get; }

    /// <summary>Whether conversions come in pairs that share rows: neighbouring weight bits of an output or, with 1-bit weights,
    /// neighbouring outputs.</summary>
    public bool IsPaired { get; }

    /// <summary>The parts that counts start from.</summary>
    public StartParts Start { get; }

    /// <summary>The number of rows of one input plane: the rows of p, with three-valued inputs those of not q, and a row of
    /// zeros.</summary>
    public int RowsPerPlane => TableRows.Count(Layer);

    private int Columns => Layer.Map.GroupColumns;

    /// <summary>Returns the conversions of one row group, column by column.</summary>
    public Conversion* Conversions(int convGroup, int rowGroup) =>
        (Conversion*)_conversions.Pointer + (convGroup * Layer.Map.Groups.Length + rowGroup) * Columns;

    /// <summary>Whether names reach the constants of every conversion. If not, the kernel cannot use these tables.</summary>
    public bool ReachConstants { get; } = true;

    /// <summary>Returns the vectors to which the names of a row group's conversions refer.</summary>
    public byte* Named(int block, int convGroup, int rowGroup) =>
        _constants is null ? null : _constants.Vectors(block, convGroup * Layer.Map.Groups.Length + rowGroup);

    public Conversion AllRows(int rowGroup) => new(ListAt(_allRows[rowGroup]), _allRows[rowGroup].Count, null, null);

    public long Bytes => _lists.Length + _drivenLanes.Length + _conversions.Length + (_constants?.Bytes ?? 0);

    /// <summary>The mean size, in bytes, of the lists of one output in one row group.</summary>
    public long ListBytesOfOutput =>
        Math.Max(1, _ofConversions * sizeof(ushort) / (Layer.Map.Groups.Length * Layer.Map.Geometry.OutputChannels));

    /// <summary>Returns the driven lanes of a block, one vector per kernel position.</summary>
    public byte* DrivenLanes(int block) => _drivenLanes.Pointer + (long)block * Layer.Map.Geometry.Taps * VectorBytes;

    private int ConversionCount => Layer.Map.Geometry.Groups * Layer.Map.Groups.Length * Columns;

    private ushort* ListAt((int First, int Count) list) => (ushort*)_lists.Pointer + list.First;

    /// <summary>Returns the column of a conversion, counted over all row groups.</summary>
    private int ColumnOf(int conversion)
    {
        int bits = Layer.Map.WeightFormat.Bits, bit = conversion % bits;
        return conversion - bit + bits - 1 - bit;
    }

    private ReadOnlySpan<ulong> WeightsOf(int column) => _weights.Column(column / Columns / Layer.Map.Groups.Length, column % Columns);

    private RowGroup GroupOf(int column) => Layer.Map.Groups[column / Columns % Layer.Map.Groups.Length];

    /// <summary>Lists the rows of every conversion: its own rows and, for the first of a pair, the rows that both add.</summary>
    private ((int First, int Count) Own, (int First, int Count) Shared)[] ListConversions(List<ushort> offsets)
    {
        var lists = new ((int First, int Count) Own, (int First, int Count) Shared)[ConversionCount];
        for (int i = 0; i < lists.Length; i += IsPaired ? 2 : 1)
        {
            ulong[] first = WeightsOf(ColumnOf(i)).ToArray(), second = IsPaired ? WeightsOf(ColumnOf(i + 1)).ToArray()
                : new ulong[first.Length];
            var group = GroupOf(ColumnOf(i));
            if (IsPaired) lists[i].Shared = AppendRows(offsets, group, row => IsSet(first, row) && IsSet(second, row));
            lists[i].Own = AppendRows(offsets, group, row => IsSet(first, row) && !IsSet(second, row));
            if (IsPaired) lists[i + 1].Own = AppendRows(offsets, group, row => !IsSet(first, row) && IsSet(second, row));
        }
        return lists;
    }

    private static bool IsSet(ulong[] bits, int row) => (bits[row >> 6] >> (row & 63) & 1) != 0;

    private (int First, int Count) AppendRows(List<ushort> offsets, RowGroup group, Predicate<int> isTaken)
    {
        int start = offsets.Count;
        for (int row = group.FirstRow; row < group.EndRow; row++)
        {
            if (!isTaken(row)) continue;
            offsets.Add(_rowList.OffsetOf(row));
            if (Layer.InputMayBeUndriven) offsets.Add(_rowList.OffsetOf(row + Layer.Weights.Rows));
        }
        while ((offsets.Count - start) % CarrySaveCounterEmitter.RowStep != 0) offsets.Add(_rowList.OffsetOf(RowsPerPlane - 1));
        return (start, offsets.Count - start);
    }

    private AlignedBuffer PackConversions(((int First, int Count) Own, (int First, int Count) Shared)[] lists, ByteConstants? columns)
    {
        var buffer = new AlignedBuffer((long)lists.Length * sizeof(Conversion));
        var conversions = (Conversion*)buffer.Pointer;
        for (int i = 0; i < lists.Length; i++)
        {
            int column = ColumnOf(i), group = column / Columns;
            var (own, shared) = lists[i];
            conversions[i] = new(ListAt(own), own.Count, _constants is null ? null : _constants.Names(column),
                columns is null ? null
                    : columns.AddressOf(Layer.Map.ErrorSet(group / Layer.Map.Groups.Length, group % Layer.Map.Groups.Length),
                        column % Columns),
                ListAt(shared), shared.Count);
        }
        return buffer;
    }

    private AlignedBuffer PackDrivenLanes(int lanes)
    {
        var geometry = Layer.Map.Geometry;
        var buffer = new AlignedBuffer((long)Blocks * geometry.Taps * VectorBytes);
        for (int pixel = 0; pixel < _pixels; pixel++)
        {
            bool[] driven = Layer.Borders.DrivenTaps[Layer.Borders.ClassOf(pixel % geometry.OutputPixels)];
            for (int tap = 0; tap < driven.Length; tap++)
                if (driven[tap]) SetLane(buffer.Pointer + ((long)pixel / lanes * geometry.Taps + tap) * VectorBytes, pixel % lanes);
        }
        return buffer;
    }

    private int ConstantOf(int column, int borderClass)
    {
        var weights = WeightsOf(column);
        var group = GroupOf(column);
        if (Layer.InputMayBeUndriven) return group.Rows - 2 * BitRuns.PopCount(weights, group.FirstRow, group.EndRow);
        return _encoding.OfDriven(Layer, borderClass, group, weights);
    }

    private static void SetLane(byte* vector, int lane) => ((ulong*)vector)[lane >> 6] |= 1UL << (lane & 63);
}
