using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>
/// What the vertical-counter kernel reads of one layer, columns in the lanes, padded to whole vectors.
/// <code>
/// rows        [convGroup][block][flat row][lane word]  the weight bits; one more row of zeros; with three-valued inputs also all rows complemented
/// constants   [class][convGroup][group][block][plane]  XNOR only: minus the weight bits set among the driven rows of the group
/// comparisons [parity]                               masks of BitSlicedAdc, the same in every lane
/// </code>
/// Columns are numbered weight bit by weight bit, index = weightBit * outputs (rounded up to 8) + output, and index i of 64 sits in lane 8 (i mod 8) + i / 8 of
/// its word, so that <see cref="BitTranspose{TLanes, TVector}"/> leaves eight neighbouring outputs in eight neighbouring bytes.
/// A count u is brought to one scale on which thresholds do not depend on the pixel (bias keeps it from going negative):
/// <code>
/// AND     s = AND                      u = AND
/// gated   s = 2 AND - c, c = set(x)    u = AND - floor(c / 2) + bias       s >= t  is  u >= ceil((t + c mod 2) / 2) + bias
/// XNOR    s = 2 M - d,  d = driven     u = M - floor(d / 2) + bias         the same with d
///         M = 2 AND + d - set(x) - set(w among driven), or, three-valued, M = AND(p, w) + AND(q, not w)
/// </code>
/// </summary>
internal sealed unsafe class VerticalTables
{
    private readonly AlignedBuffer _rows;
    private readonly AlignedBuffer? _constants;
    private readonly AlignedBuffer _comparisons;
    private readonly ComparisonThresholds _thresholds;
    private readonly int _flatRows;
    private readonly int[] _drivenRows;

    public VerticalTables(MappedLayer layer, IntegerAdc adc, int lanes)
    {
        var map = layer.Map;
        Layer = layer;
        VectorBytes = lanes / 8;
        PaddedOutputs = (map.Geometry.GroupOutputChannels + 7) & ~7;
        Blocks = (PaddedOutputs * map.WeightFormat.Bits + lanes - 1) / lanes;
        RowList = new(VectorBytes);
        ChannelLists = ChannelLists.TryFor(layer, VectorBytes);
        _flatRows = layer.Weights.Rows;
        Bias = map.Product == CellProduct.And ? 0 : (layer.LargestGroup + 1) / 2;
        int largestCount = map.Product == CellProduct.And ? layer.LargestGroup : Bias + (layer.LargestGroup + 1) / 2;
        _thresholds = new([ThresholdsOfCounts(adc, 0), ThresholdsOfCounts(adc, 1)], largestCount);
        Plan = _thresholds.Plan;
        _drivenRows = new int[layer.Borders.Count * map.Groups.Length];
        for (int i = 0; i < _drivenRows.Length; i++)
            _drivenRows[i] = layer.Borders.DrivenRows(i / map.Groups.Length, map.Groups[i % map.Groups.Length], map.Geometry.GroupInputChannels);
        _rows = PackRows(layer);
        if (Doubled) _constants = PackConstants(layer);
        _comparisons = ComparisonMasks.Pack(_thresholds, 2, VectorBytes);
        AccumulatorPlanes = AccumulatorRange.Planes(map, adc.Thresholds.Length);
    }

    public MappedLayer Layer { get; }
    public int VectorBytes { get; }

    /// <summary>Vectors that hold a convolution group's columns.</summary>
    public int Blocks { get; }

    public RowList RowList { get; }

    /// <summary>Null: rows are listed by <see cref="RowList"/>.</summary>
    public ChannelLists? ChannelLists { get; }

    /// <summary>Outputs of a convolution group, rounded up to eight.</summary>
    public int PaddedOutputs { get; }

    public ComparisonPlan Plan { get; }

    public int Bias { get; }
    public int AccumulatorPlanes { get; }

    /// <summary>The counter holds half of u's lane-dependent part: two-valued XNOR, where a cell's swing is two counts.</summary>
    public bool Doubled => Layer.Map.Product == CellProduct.Xnor && !Layer.InputMayBeUndriven;

    public int ZeroRowOffset => (RowsPerBlock - 1) * VectorBytes;

    /// <summary>Byte distance from a row to its complement.</summary>
    public int ComplementOffset => _flatRows * VectorBytes;

    private int RowsPerBlock => _flatRows * (Layer.InputMayBeUndriven ? 2 : 1) + 1;

    public byte* Rows(int convGroup, int block) => _rows.Pointer + ((long)convGroup * Blocks + block) * RowsPerBlock * VectorBytes;

    public byte* Constants(int borderClass, int convGroup, int rowGroup) =>
        _constants!.Pointer + (((long)borderClass * Layer.Map.Geometry.Groups + convGroup) * Layer.Map.Groups.Length + rowGroup) * Blocks * VectorBytes * Plan.Planes;

    public byte* Comparisons(int parity) => _comparisons.Pointer + (long)parity * Plan.MaskVectors * VectorBytes;

    public int DrivenRows(int borderClass, int rowGroup) => _drivenRows[borderClass * Layer.Map.Groups.Length + rowGroup];

    /// <summary>What every count of this parity starts lower by.</summary>
    public int Base(int parity) => _thresholds.Base(parity);

    private int LaneOf(int column)
    {
        int bits = Layer.Map.WeightFormat.Bits, index = column % bits * PaddedOutputs + column / bits;
        return (index & ~63) + 8 * (index & 7) + (index >> 3 & 7);
    }

    private AlignedBuffer PackRows(MappedLayer layer)
    {
        var map = layer.Map;
        var buffer = new AlignedBuffer((long)map.Geometry.Groups * Blocks * RowsPerBlock * VectorBytes);
        for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
            for (int column = 0; column < map.GroupColumns; column++)
            {
                var bits = layer.Weights.Column(convGroup, column);
                int place = LaneOf(column), lanes = VectorBytes * 8, lane = place % lanes;
                var at = (ulong*)(buffer.Pointer + ((long)convGroup * Blocks + place / lanes) * RowsPerBlock * VectorBytes) + lane / 64;
                for (int row = 0; row < _flatRows; row++, at += VectorBytes / 8)
                {
                    ulong bit = bits[row >> 6] >> (row & 63) & 1;
                    *at |= bit << (lane & 63);
                    if (layer.InputMayBeUndriven) at[ComplementOffset / 8] |= (bit ^ 1) << (lane & 63);
                }
            }
        return buffer;
    }

    private AlignedBuffer PackConstants(MappedLayer layer)
    {
        var map = layer.Map;
        var buffer = new AlignedBuffer((long)layer.Borders.Count * map.Geometry.Groups * map.Groups.Length * Blocks * VectorBytes * Plan.Planes);
        var driven = new ulong[layer.Weights.Words];
        for (int borderClass = 0; borderClass < layer.Borders.Count; borderClass++)
        {
            layer.Borders.MarkDriven(borderClass, map.Geometry.GroupInputChannels, driven);
            for (int convGroup = 0; convGroup < map.Geometry.Groups; convGroup++)
                for (int column = 0; column < map.GroupColumns; column++)
                    PackConstantsOf(layer.Weights.Column(convGroup, column), driven, convGroup, column, (ulong*)buffer.Pointer
                        + ((long)borderClass * map.Geometry.Groups + convGroup) * map.Groups.Length * Blocks * VectorBytes * Plan.Planes / 8);
        }
        return buffer;
    }

    private void PackConstantsOf(ReadOnlySpan<ulong> weights, ReadOnlySpan<ulong> driven, int convGroup, int column, ulong* constants)
    {
        Span<ulong> set = stackalloc ulong[weights.Length <= 512 ? weights.Length : 0];
        if (set.IsEmpty) set = new ulong[weights.Length];
        for (int word = 0; word < set.Length; word++) set[word] = weights[word] & driven[word];
        int lanes = VectorBytes * 8, place = LaneOf(column), block = place / lanes, vectorWords = VectorBytes / 8, lane = place % lanes;
        foreach (var group in Layer.Map.Groups)
        {
            int minus = -BitRuns.PopCount(set, group.FirstRow, group.EndRow);
            var at = constants + block * Plan.Planes * vectorWords + lane / 64;
            for (int plane = 0; plane < Plan.Planes; plane++, at += vectorWords)
                *at |= (ulong)(minus >> plane & 1) << (lane & 63);
            constants += Blocks * Plan.Planes * vectorWords;
        }
    }

    private int[] ThresholdsOfCounts(IntegerAdc adc, int parity) => Array.ConvertAll(adc.Thresholds, threshold =>
        (int)Math.Clamp(Layer.Map.Product == CellProduct.And ? threshold : ((long)threshold + parity + 1 >> 1) + Bias, 0, int.MaxValue / 2));
}
