using System.Collections.Immutable;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>
/// Integer thresholds of columns that err (ARITHMETIC §4; ideal cells, no noise), for every lane its own:
/// <code>
/// s >= T[k],  T[k] = floor(below[k] / 4096) + 1
/// masks [error set or one][block of columns]: a bit per lane; or [error set or one][column]: a byte, the same in every lane
///       thresholds of all columns are one line moved up and down     planes of the scale's offset
///       thresholds lie near such lines                               these, then the coefficients of CorrectedShiftAddScale,
///                                                                    plane by plane of the fraction; of bytes: then for c = 1 ..
///                                                                    which vector tells what reaches split[c], in units of
///                                                                    CompactRowList
///       else                                                         see ComparisonMasks
/// </code>
/// </summary>
internal sealed unsafe class DieThresholds
{
    private readonly int[][] _thresholds;
    private readonly int[] _offsets;
    private readonly CorrectedShiftAddScale? _near;
    private readonly int _sets, _columns;
    private int _masksOfBlock;
    private AlignedBuffer _masks = new(0);
    private int _blocks, _vectorBytes;

    /// <param name="hasTernaryLogic">A selection is one operation, so that a search is as fast as a corrected scale,
    /// and ready sooner (measured on Zen 4).</param>
    public DieThresholds(MappedLayer layer, CounterEncoding scale, DieEdges edges, bool hasTernaryLogic)
    {
        (_sets, _columns) = (edges.Sets, layer.Map.GroupColumns);
        _thresholds = [.. Enumerable.Range(0, _sets * _columns).Select(i => ThresholdsOf(scale, edges, i / _columns, i % _columns))];
        if (ShiftAddScale.FindShared(_thresholds, scale.LargestCount, out int countOffset, out _offsets) is { } shared)
        {
            CountOffset = countOffset;
            Plan = new(edges.Count, ComparisonPlan.BitsOf(edges.Count),
                ComparisonThresholds.CountPlanes(scale.LargestCount, countOffset, 1), 0, countOffset > 0, shared);
            _masksOfBlock = shared.Planes;
            return;
        }
        if (!hasTernaryLogic && CorrectedShiftAddScale.Find(_thresholds, scale.LargestCount) is { } near)
        {
            (_near, _offsets, CountOffset) = (near, near.Offsets, near.CountOffset);
            Plan = new(edges.Count, ComparisonPlan.BitsOf(edges.Count),
                ComparisonThresholds.CountPlanes(scale.LargestCount, CountOffset, 1), 0, CountOffset > 0, near.Scale, IsNearScale: true);
            _masksOfBlock = near.Scale.Planes + near.Scale.Fraction * CorrectedShiftAddScale.Coefficients(Plan.CodePlanes);
            return;
        }
        var ranges = new ThresholdRanges(_thresholds, scale.LargestCount);
        int raise = ranges.RaiseOfFewestMasks();
        CountOffset = -raise;
        foreach (int[] ofColumn in _thresholds)
            for (int k = 0; k < ofColumn.Length; k++) ofColumn[k] += raise;
        Plan = ranges.Plan(raise);
        Masked = ranges.Masked(raise);
        _masksOfBlock = ComparisonMasks.Count(Masked);
    }

    public ComparisonPlan Plan { get; }

    /// <summary>What the columns' thresholds share, where they are no line; else empty.</summary>
    public ImmutableArray<MaskedThreshold> Masked { get; } = [];

    /// <summary>What is subtracted from every count.</summary>
    public int CountOffset { get; }

    public long Bytes => _masks.Length;

    private long BlockBytes => (long)_masksOfBlock * _vectorBytes;

    public void* MasksOf(int errorSet, int block) => _masks.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_blocks + block) * BlockBytes;

    /// <summary>Lays the masks out in lanes.</summary>
    /// <param name="blocks">Vectors that hold the columns.</param>
    /// <param name="laneOf">A column's lane, of all blocks'.</param>
    public void Pack(int blocks, int vectorBytes, Func<int, int> laneOf)
    {
        (_blocks, _vectorBytes) = (blocks, vectorBytes);
        _masks = new(_sets * blocks * BlockBytes);
        int lanes = vectorBytes * 8;
        for (int i = 0; i < _thresholds.Length; i++)
        {
            int place = laneOf(i % _columns);
            var masks = (ulong*)MasksOf(i / _columns, place / lanes);
            if (Plan.Scale is { } scale) SetScaled(masks + place % lanes / 64, scale, vectorBytes / 8, place % 64, i);
            else ComparisonMasks.Set(masks, Masked, vectorBytes, place % lanes, _thresholds[i]);
        }
    }

    /// <summary>Lays the masks out column by column, the same in every lane: a byte each.</summary>
    public void PackBytes(int vectorBytes)
    {
        int splits = _near is null ? 0 : Plan.Thresholds;
        var words = new ulong[_near is null ? _masksOfBlock : _near.Scale.Planes];
        _masksOfBlock = words.Length + splits;
        _masks = new((long)_thresholds.Length * _masksOfBlock);
        for (int i = 0; i < _thresholds.Length; i++)
        {
            Array.Clear(words);
            fixed (ulong* all = words)
                if (Plan.Scale is { } scale) SetOffset(all, scale, 1, 0, i);
                else ComparisonMasks.Set(all, Masked, sizeof(ulong), 0, _thresholds[i]);
            byte* bytes = _masks.Pointer + (long)i * _masksOfBlock;
            for (int mask = 0; mask < words.Length; mask++) bytes[mask] = (byte)(0 - words[mask]); // lane 0 to all lanes
            for (int c = 1; c <= splits; c++)
                bytes[words.Length + c - 1] = checked((byte)(_near!.Splits[i][c] * (vectorBytes / CompactRowList.Unit)));
        }
    }

    public byte* BytesOf(int errorSet, int column) =>
        _masks.Pointer + ((_sets == 1 ? 0 : errorSet) * (long)_columns + column) * _masksOfBlock;

    private void SetScaled(ulong* word, ShiftAddScale scale, int vectorWords, int lane, int column)
    {
        SetOffset(word, scale, vectorWords, lane, column);
        if (_near is null) return;
        word += scale.Planes * vectorWords;
        int[] coefficients = _near.CoefficientsOf(column);
        for (int plane = 0; plane < scale.Fraction; plane++)
            for (int bits = 1; bits < coefficients.Length; bits++, word += vectorWords)
                *word |= (ulong)(coefficients[bits] >> plane & 1) << lane;
    }

    private void SetOffset(ulong* word, ShiftAddScale scale, int vectorWords, int lane, int column)
    {
        for (int plane = 0; plane < scale.Planes; plane++, word += vectorWords) *word |= (ulong)(_offsets[column] >> plane & 1) << lane;
    }

    /// <summary>In u; above the largest count where no count reaches it.</summary>
    private static int[] ThresholdsOf(CounterEncoding scale, DieEdges edges, int set, int column)
    {
        int* ofColumn = edges.FirstEdge(set, 0, column);
        var thresholds = new int[edges.Count];
        for (int k = 0; k < thresholds.Length; k++) thresholds[k] = scale.ThresholdOf((ofColumn[k * DieEdges.Stride] >> 12) + 1L);
        return thresholds;
    }
}
