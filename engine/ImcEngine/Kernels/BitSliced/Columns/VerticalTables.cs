using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>
/// What the vertical-counter kernel reads of one layer, columns in the lanes, padded to whole vectors.
/// <code>
/// rows        [convGroup][block][flat row][lane word]  the weight bits; with three-valued inputs also all rows complemented;
///                                                      a row of zeros
/// constants   [class][convGroup][group][block][plane]  XNOR only: what d and W bring (CounterEncoding)
/// words       [listed rows][plane]                     what the set input bits bring, the same in every lane; not for AND
/// </code>
/// Columns are numbered weight bit by weight bit, index = weightBit * outputs (rounded up to 8) + output; within a block they lie where
/// <see cref="BitTranspose{TLanes, TVector}"/> finds them.
/// </summary>
internal sealed unsafe class VerticalTables
{
    private readonly AlignedBuffer _rows;
    private readonly AlignedBuffer? _constants, _words;
    private readonly PackedWeights _weights;
    private readonly int _flatRows, _planes;

    /// <param name="weights">The layer's, or what a die makes of them.</param>
    public VerticalTables(MappedLayer layer, PackedWeights weights, LayerConversion conversion, int lanes)
    {
        var map = layer.Map;
        var encoding = conversion.Encoding;
        int bias = encoding.Bias - conversion.CountOffset;
        (Layer, _weights, _planes) = (layer, weights, conversion.Plan.Planes);
        VectorBytes = lanes / 8;
        PaddedOutputs = (map.Geometry.GroupOutputChannels + 7) & ~7;
        Blocks = (PaddedOutputs * map.WeightFormat.Bits + lanes - 1) / lanes;
        RowList = new(VectorBytes);
        ChannelLists = ChannelLists.TryFor(layer, RowList);
        _flatRows = weights.Rows;
        _rows = PackRows();
        bool hasConstants = map.Product == CellProduct.Xnor && !layer.InputMayBeUndriven;
        if (hasConstants) _constants = PackConstants(encoding, bias);
        if (map.Product != CellProduct.And) _words = PackWords(hasConstants ? 0 : bias, encoding.CountsOfInput);
        Start = (_constants is null ? StartParts.None : StartParts.Vectors) | (_words is null ? StartParts.None : StartParts.Words);
    }

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>Vectors that hold a convolution group's columns.</summary>
    public int Blocks { get; }

    public CompactRowList RowList { get; }

    /// <summary>Null: rows are listed by <see cref="CompactRowList"/>.</summary>
    public ChannelLists? ChannelLists { get; }

    /// <summary>Outputs of a convolution group, rounded up to eight.</summary>
    public int PaddedOutputs { get; }

    /// <summary>Where counts start from what the tables hold.</summary>
    public StartParts Start { get; }

    /// <summary>The row of zeros, as lists have it.</summary>
    public ushort ZeroRow => RowList.OffsetOf(RowsPerBlock - 1);

    /// <summary>The first row of the complements.</summary>
    public int ComplementRow => _flatRows;

    private int RowsPerBlock => TableRows.Of(Layer);

    public byte* Rows(int convGroup, int block) => _rows.Pointer + ((long)convGroup * Blocks + block) * RowsPerBlock * VectorBytes;

    /// <summary>Bytes from one block's constants to the next one's.</summary>
    public int ConstantsBytes => _planes * VectorBytes;

    public bool HasConstants => _constants is not null;

    /// <summary>Those of the first block.</summary>
    public byte* Constants(int borderClass, int convGroup, int rowGroup) =>
        _constants!.Pointer + ConstantsOffset(borderClass, convGroup, rowGroup);

    /// <summary>Null where there are none.</summary>
    public ulong* Words(int listed) => _words is null ? null : (ulong*)_words.Pointer + (long)listed * _planes;

    public long Bytes => _rows.Length + (_constants?.Length ?? 0) + (_words?.Length ?? 0);

    private long ConstantsOffset(int borderClass, int convGroup, int rowGroup) =>
        (((long)borderClass * Layer.Map.Geometry.Groups + convGroup) * Layer.Map.Groups.Length + rowGroup) * Blocks * ConstantsBytes;

    /// <summary>Of all blocks' lanes.</summary>
    public int LaneOf(int column)
    {
        int bits = Layer.Map.WeightFormat.Bits, index = column % bits * PaddedOutputs + column / bits, lanes = VectorBytes * 8;
        return index / lanes * lanes + BitTranspose.LaneOf(index % lanes, lanes);
    }

    private AlignedBuffer PackRows()
    {
        var map = Layer.Map;
        var buffer = new AlignedBuffer((long)map.Geometry.Groups * Blocks * RowsPerBlock * VectorBytes);
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
            for (int column = 0; column < map.GroupColumns; column++)
            {
                var bits = _weights.Column(convGroup, column);
                int place = LaneOf(column), lanes = VectorBytes * 8, lane = place % lanes;
                var at = (ulong*)(buffer.Pointer + ((long)convGroup * Blocks + place / lanes) * RowsPerBlock * VectorBytes) + lane / 64;
                for (int row = 0; row < _flatRows; row++)
                {
                    ulong bit = bits[row >> 6] >> (row & 63) & 1;
                    ulong* word = at + row * (VectorBytes / 8);
                    *word |= bit << (lane & 63);
                    if (Layer.InputMayBeUndriven) word[ComplementRow * (VectorBytes / 8)] |= (bit ^ 1) << (lane & 63);
                }
            }
        return buffer;
    }

    private AlignedBuffer PackConstants(CounterEncoding encoding, int bias)
    {
        var map = Layer.Map;
        var buffer = new AlignedBuffer((long)Layer.Borders.Count * map.Geometry.Groups * map.Groups.Length * Blocks * ConstantsBytes);
        for (int borderClass = 0; borderClass < Layer.Borders.Count; borderClass++)
            for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
                for (int column = 0; column < map.GroupColumns; column++)
                    for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
                    {
                        int constant = bias
                            + encoding.OfDriven(Layer, borderClass, map.Groups[rowGroup], _weights.Column(convGroup, column));
                        SetLane((ulong*)(buffer.Pointer + ConstantsOffset(borderClass, convGroup, rowGroup)), LaneOf(column), constant);
                    }
        return buffer;
    }

    private void SetLane(ulong* constants, int place, int constant)
    {
        int lanes = VectorBytes * 8, vectorWords = VectorBytes / 8, lane = place % lanes;
        var at = constants + place / lanes * _planes * vectorWords + lane / 64;
        for (int plane = 0; plane < _planes; plane++, at += vectorWords) *at |= (ulong)(constant >> plane & 1) << (lane & 63);
    }

    private AlignedBuffer PackWords(int bias, int countsOfInput)
    {
        int most = Layer.LargestGroup;
        var buffer = new AlignedBuffer((long)(most + 1) * _planes * sizeof(ulong));
        for (int listed = 0, at = 0; listed <= most; listed++)
            for (int plane = 0; plane < _planes; plane++, at++)
                if ((bias - countsOfInput * listed >> plane & 1) != 0) ((ulong*)buffer.Pointer)[at] = ulong.MaxValue;
        return buffer;
    }
}
