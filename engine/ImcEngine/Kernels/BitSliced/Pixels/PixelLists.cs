using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Pixels;

/// <summary>A list of table rows.</summary>
/// <param name="First">The index of its first entry.</param>
/// <param name="Count">The number of entries.</param>
internal readonly record struct RowSpan(int First, int Count);

/// <summary>
/// The rows that each conversion of a layer adds, with one output pixel per lane. They depend on the weights and on the size of a row, not
/// on the ADC, so all kernels of a layer share them.
/// <code>
/// lists         [convGroup][row group][output][weight bit, the most significant first]
///                                              the rows with a set weight bit (CompactRowList), padded with the row of zeros;
///                                              for a pair: the rows of both columns, of only the first, of only the second
/// all rows      [row group]                    every row of the group
/// </code>
/// With three-valued inputs a list has, for each row, the row of p and that of not q (<see cref="PixelTables"/>).
/// </summary>
internal sealed unsafe class PixelLists
{
    /// <summary>For each set of weights, the lists that exist, by the size of a row.</summary>
    private static readonly ConditionalWeakTable<PackedWeights, Dictionary<int, PixelLists>> Made = [];

    private readonly MappedLayer _layer;
    private readonly PackedWeights _weights;
    private readonly CompactRowList _rowList;
    private readonly AlignedBuffer _entries;
    private readonly RowSpan[] _own, _shared, _allRows;

    private PixelLists(MappedLayer layer, PackedWeights weights, int rowBytes)
    {
        (_layer, _weights, _rowList) = (layer, weights, new(rowBytes));
        var map = layer.Map;
        // The lists of a digit belong to one output, so no pair of outputs shares rows.
        IsPaired = map.WeightFormat.Bits % 2 == 0
            || (map.WeightFormat.Bits == 1 && map.ConvertsPlanes && map.Geometry.GroupOutputChannels % 2 == 0);
        _own = new RowSpan[map.Geometry.Groups * map.Groups.Length * map.GroupPlanes];
        _shared = new RowSpan[_own.Length];
        var entries = new List<ushort>();
        ListConversions(entries);
        BytesOfConversions = (long)entries.Count * sizeof(ushort);
        ulong[] every = new ulong[weights.Words];
        Array.Fill(every, ulong.MaxValue);
        _allRows = [.. map.Groups.Select(group => Append(entries, group, every))];
        _entries = new((long)entries.Count * sizeof(ushort));
        entries.CopyTo(_entries.Span<ushort>(entries.Count));
    }

    /// <summary>Whether conversions come in pairs that share rows: neighbouring weight bits of an output or, with planes of 1-bit weights,
    /// neighbouring outputs.</summary>
    public bool IsPaired { get; }

    public long Bytes => _entries.Length;

    /// <summary>The bytes of the lists of all conversions.</summary>
    public long BytesOfConversions { get; }

    /// <summary>Returns the lists of a layer, which are made once.</summary>
    /// <param name="weights">The weights of the layer, or those that a die's cells hold. They must not change any more.</param>
    public static PixelLists Of(MappedLayer layer, PackedWeights weights, int rowBytes)
    {
        var bySize = Made.GetOrCreateValue(weights);
        lock (bySize)
        {
            if (!bySize.TryGetValue(rowBytes, out var lists)) bySize.Add(rowBytes, lists = new(layer, weights, rowBytes));
            return lists;
        }
    }

    /// <summary>Returns the rows that a conversion adds alone.</summary>
    public RowSpan Own(int conversion) => _own[conversion];

    /// <summary>Returns the rows that both conversions of a pair add, for the first of them; else none.</summary>
    public RowSpan Shared(int conversion) => _shared[conversion];

    public RowSpan AllRows(int rowGroup) => _allRows[rowGroup];

    /// <summary>Returns the address of a list, which is valid as long as this object is reachable.</summary>
    public ushort* At(RowSpan list) => (ushort*)_entries.Pointer + list.First;

    /// <summary>Returns the column of a conversion, counted over all row groups.</summary>
    public int ColumnOf(int conversion)
    {
        int bits = _layer.Map.WeightFormat.Bits, bit = conversion % bits;
        return conversion - bit + bits - 1 - bit;
    }

    /// <summary>Returns the weight bits of a column, counted over all row groups.</summary>
    public ReadOnlySpan<ulong> WeightsOf(int column)
    {
        var (group, inGroup) = Math.DivRem(column, _layer.Map.GroupPlanes);
        return _weights.Column(group / _layer.Map.Groups.Length, inGroup);
    }

    /// <summary>Returns the row group of a column, counted over all row groups.</summary>
    public RowGroup GroupOf(int column) => _layer.Map.Groups[column / _layer.Map.GroupPlanes % _layer.Map.Groups.Length];

    private void ListConversions(List<ushort> entries)
    {
        int words = _weights.Words;
        ulong[] both = new ulong[words], onlyFirst = new ulong[words], onlySecond = new ulong[words];
        for (int i = 0; i < _own.Length; i += IsPaired ? 2 : 1)
        {
            var group = GroupOf(ColumnOf(i));
            ReadOnlySpan<ulong> first = WeightsOf(ColumnOf(i)), second = IsPaired ? WeightsOf(ColumnOf(i + 1)) : [];
            for (int word = 0; word < words; word++)
            {
                ulong a = first[word], b = IsPaired ? second[word] : 0;
                (both[word], onlyFirst[word], onlySecond[word]) = (a & b, a & ~b, b & ~a);
            }
            if (IsPaired) _shared[i] = Append(entries, group, both);
            _own[i] = Append(entries, group, onlyFirst);
            if (IsPaired) _own[i + 1] = Append(entries, group, onlySecond);
        }
    }

    /// <summary>Appends the list of the set rows of a row group.</summary>
    private RowSpan Append(List<ushort> entries, RowGroup group, ReadOnlySpan<ulong> rows)
    {
        int start = entries.Count, most = group.Rows * (_layer.InputMayBeUndriven ? 2 : 1);
        CollectionsMarshal.SetCount(entries, start + most + CompactRowList.Slack + CarrySaveCounterEmitter.RowStep);
        int count;
        fixed (ushort* list = CollectionsMarshal.AsSpan(entries)[start..])
        {
            count = _rowList.Append(rows, [], group, 0, list);
            if (_layer.InputMayBeUndriven) count += _rowList.Append(rows, [], group, _weights.Rows, list + count);
            count = CompactRowList.Pad(list, count, CarrySaveCounterEmitter.RowStep, _rowList.OffsetOf(TableRows.Count(_layer) - 1));
        }
        CollectionsMarshal.SetCount(entries, start + count);
        return new(start, count);
    }
}
