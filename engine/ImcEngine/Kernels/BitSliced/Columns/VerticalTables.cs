using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Compiled;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.BitSliced.Columns;

/// <summary>
/// The tables of one layer for the bit-sliced kernel with one column per lane, padded to whole vectors.
/// <code>
/// rows        [convGroup][block][plane of a digit][flat row][lane word]
///                                                      the weight bits; with three-valued inputs then all rows complemented;
///                                                      then a row of zeros
/// constants   [class][convGroup][group][input digit, or 1][block][plane]
///                                                      XNOR with driven inputs only: the terms in d and W (CounterEncoding);
///                                                      inputs -1 and +1 of ternary weights: the term in W
/// words       [listed rows][plane]                     the term in the set input bits, the same in every lane; not for AND
/// </code>
/// Columns are ordered by weight bit: index = weightBit * outputs (rounded up to 8) + output. Within a block,
/// <see cref="BitTranspose.LaneOf"/> assigns them to lanes. With digits (ARITHMETIC §15) a lane has a weight digit in place of a bit, and
/// there are rows for each plane of the longest digit. A plane that counts negative in its digit is stored complemented: -A = (c - A) - c,
/// where c is the number of listed rows.
/// </summary>
internal sealed unsafe class VerticalTables
{
    private readonly AlignedBuffer _rows;
    private readonly AlignedBuffer? _constants, _words;
    private readonly PackedWeights _weights;
    private readonly int _flatRows, _planes;

    /// <param name="weights">The weights of the layer, or those that a die's cells hold.</param>
    public VerticalTables(MappedLayer layer, PackedWeights weights, LayerConversion conversion, int lanes)
    {
        var map = layer.Map;
        var encoding = conversion.Encoding;
        int bias = encoding.Bias - conversion.CountOffset;
        (Layer, _weights, _planes) = (layer, weights, conversion.Plan.Planes);
        VectorBytes = lanes / 8;
        PaddedOutputs = (map.Geometry.GroupOutputChannels + 7) & ~7;
        Blocks = (PaddedOutputs * map.WeightDigits.Count + lanes - 1) / lanes;
        DigitPlanes = Enumerable.Range(0, map.WeightDigits.Count).Max(digit => map.WeightDigits[digit].Planes);
        RowList = new(VectorBytes);
        ChannelLists = ChannelLists.TryFor(layer, RowList);
        _flatRows = weights.Rows;
        ConstantsOfPlane = [.. Enumerable.Range(0, map.InputFormat.Bits).Select(plane =>
            ConstantDigits == 1 ? 0 : (long)map.InputDigits.DigitOf(plane) * Blocks * ConstantsBytes)];
        _rows = PackRows();
        if (!map.ConvertsPlanes)
        {
            Starts = DigitStarts.TryFor(this, encoding, bias);
            if (map.Product == CellProduct.TernaryXnor) _constants = PackTernaryConstants();
            Start = (Starts is null ? StartParts.None : StartParts.Words) | (_constants is null ? StartParts.None : StartParts.Vectors);
            return;
        }
        bool hasConstants = map.Product == CellProduct.Xnor && !layer.InputMayBeUndriven;
        if (hasConstants) _constants = PackConstants(encoding, bias);
        if (map.Product != CellProduct.And) _words = PackWords(hasConstants ? 0 : bias, encoding.CountsOfInput);
        Start = (_constants is null ? StartParts.None : StartParts.Vectors) | (_words is null ? StartParts.None : StartParts.Words);
    }

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>The number of vectors that hold the columns of a convolution group.</summary>
    public int Blocks { get; }

    /// <summary>The planes of the longest weight digit.</summary>
    public int DigitPlanes { get; }

    /// <summary>The bytes from the rows of one plane of a digit to those of the next one.</summary>
    public int PlaneBytes => RowsPerBlock * VectorBytes;

    /// <summary>The planes of a count.</summary>
    public int CountPlanes => _planes;

    /// <summary>The starts of counts of digits; null where all have the same start, or where single planes are converted.</summary>
    public DigitStarts? Starts { get; }

    public CompactRowList RowList { get; }

    /// <summary>The lists of set channels; null where rows are listed from patches, by <see cref="RowList"/>.</summary>
    public ChannelLists? ChannelLists { get; }

    /// <summary>The outputs of a convolution group, rounded up to a multiple of eight.</summary>
    public int PaddedOutputs { get; }

    /// <summary>The parts that counts start from.</summary>
    public StartParts Start { get; }

    /// <summary>The list entry of the row of zeros.</summary>
    public ushort ZeroRow => RowList.OffsetOf(RowsPerBlock - 1);

    /// <summary>The first of the complemented rows.</summary>
    public int ComplementRow => _flatRows;

    private int RowsPerBlock => TableRows.Count(Layer);

    public byte* Rows(int convGroup, int block) => _rows.Pointer + ((long)convGroup * Blocks + block) * DigitPlanes * PlaneBytes;

    /// <summary>The bytes from one block's constants to the next one's.</summary>
    public int ConstantsBytes => _planes * VectorBytes;

    public bool HasConstants => _constants is not null;

    /// <summary>Returns the constants of the first block, of the lowest input digit.</summary>
    public byte* Constants(int borderClass, int convGroup, int rowGroup) =>
        _constants!.Pointer + ConstantsOffset(borderClass, convGroup, rowGroup, inputDigit: 0);

    /// <summary>The bytes from the constants of the lowest input digit to those of each input plane's digit; 0 where all have the
    /// same.</summary>
    public long[] ConstantsOfPlane { get; }

    /// <summary>Returns the planes of a start for the number of listed rows; null where there are none.</summary>
    public ulong* Words(int listed) => _words is null ? null : (ulong*)_words.Pointer + (long)listed * _planes;

    public long Bytes => _rows.Length + (_constants?.Length ?? 0) + (_words?.Length ?? 0);

    /// <summary>The input digits that have constants of their own.</summary>
    private int ConstantDigits => Layer.Map.Product == CellProduct.TernaryXnor ? Layer.Map.InputDigits.Count : 1;

    private long AllConstantsBytes => (long)Layer.Borders.Count * Layer.Map.Geometry.Groups * Layer.Map.Groups.Length * ConstantDigits
        * Blocks * ConstantsBytes;

    private long ConstantsOffset(int borderClass, int convGroup, int rowGroup, int inputDigit) =>
        ((((long)borderClass * Layer.Map.Geometry.Groups + convGroup) * Layer.Map.Groups.Length + rowGroup) * ConstantDigits
            + inputDigit) * Blocks * ConstantsBytes;

    /// <summary>Returns the lane of a weight digit, or of a column where single planes are converted, counted over all blocks.</summary>
    public int LaneOf(int column)
    {
        int digits = Layer.Map.WeightDigits.Count, index = column % digits * PaddedOutputs + column / digits, lanes = VectorBytes * 8;
        return index / lanes * lanes + BitTranspose.LaneOf(index % lanes, lanes);
    }

    private AlignedBuffer PackRows()
    {
        var map = Layer.Map;
        var buffer = new AlignedBuffer((long)map.Geometry.Groups * Blocks * DigitPlanes * PlaneBytes);
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
            for (int column = 0; column < map.GroupPlanes; column++)
            {
                var bits = _weights.Column(convGroup, column);
                var (output, plane) = Math.DivRem(column, map.WeightFormat.Bits);
                int digit = map.WeightDigits.DigitOf(plane), place = LaneOf(output * map.WeightDigits.Count + digit),
                    lanes = VectorBytes * 8, lane = place % lanes, inDigit = plane - map.WeightDigits[digit].FirstPlane;
                ulong complement = map.WeightDigits.Relative(digit, plane) < 0 ? 1u : 0;
                var at = (ulong*)(buffer.Pointer + (((long)convGroup * Blocks + place / lanes) * DigitPlanes + inDigit) * PlaneBytes)
                    + lane / 64;
                for (int row = 0; row < _flatRows; row++)
                {
                    ulong bit = (bits[row >> 6] >> (row & 63) & 1) ^ complement;
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
        var buffer = new AlignedBuffer(AllConstantsBytes);
        for (int borderClass = 0; borderClass < Layer.Borders.Count; borderClass++)
            for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
                for (int column = 0; column < map.GroupPlanes; column++)
                    for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
                    {
                        int constant = bias
                            + encoding.OfDriven(Layer, borderClass, map.Groups[rowGroup], _weights.Column(convGroup, column));
                        SetLane((ulong*)(buffer.Pointer + ConstantsOffset(borderClass, convGroup, rowGroup, inputDigit: 0)),
                            LaneOf(column), constant);
                    }
        return buffer;
    }

    /// <summary>Packs -r W of each input digit: r is the sum of the weights of its planes, W that of the weights in the driven rows, each
    /// the weighted number of set bits of its planes.</summary>
    private AlignedBuffer PackTernaryConstants()
    {
        var map = Layer.Map;
        var buffer = new AlignedBuffer(AllConstantsBytes);
        for (int borderClass = 0; borderClass < Layer.Borders.Count; borderClass++)
            for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
                for (int output = 0; output < map.Geometry.GroupOutputChannels; output++)
                    for (int rowGroup = 0; rowGroup < map.Groups.Length; rowGroup++)
                    {
                        int weights = 0;
                        for (int plane = 0; plane < map.WeightFormat.Bits; plane++)
                            weights += map.WeightDigits.Relative(0, plane) * CounterEncoding.SetRows(Layer, borderClass,
                                map.Groups[rowGroup], _weights.Column(convGroup, output * map.WeightFormat.Bits + plane));
                        for (int digit = 0; digit < map.InputDigits.Count; digit++)
                            SetLane((ulong*)(buffer.Pointer + ConstantsOffset(borderClass, convGroup, rowGroup, digit)), LaneOf(output),
                                -map.InputDigits.Values(digit).Most * weights);
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
