using System.Numerics;
using ImcEngine.BitPlanes;

namespace ImcEngine.Kernels;

/// <summary>
/// Integer thresholds of columns that err (ARITHMETIC §4; ideal cells, no noise), as masks of <see cref="BitSlicedAdc{TLanes, TVector}"/> with a threshold per lane:
/// <code>
/// s >= T[k],  T[k] = floor(below[k] / 4096) + 1        masks [error set or one][block of columns][parity][comparison]
/// AND         u = matches                              u >= T
/// gated, XNOR u = matches + bias - floor(n / 2)        s = 2 matches - n >= T  is  u >= ceil((T + n mod 2) / 2) + bias,  n rows listed
/// </code>
/// </summary>
internal sealed unsafe class DieThresholds
{
    private readonly AlignedBuffer _masks;
    private readonly DieEdges _edges;
    private readonly int _blockColumns, _blocks, _columns, _parities, _largestCount;
    private readonly bool _isAnd;

    public DieThresholds(MappedLayer layer, DieEdges edges, MatchCounter counter)
    {
        (_edges, _blockColumns, _blocks, _columns) = (edges, counter.BlockColumns, counter.Blocks, layer.Map.GroupColumns);
        _isAnd = layer.Map.Product == CellProduct.And;
        _parities = _isAnd ? 1 : 2;
        Bias = _isAnd ? 0 : (layer.LargestGroup + 1) / 2;
        _largestCount = _isAnd ? layer.LargestGroup : Bias + (layer.LargestGroup + 1) / 2;
        Plan = PlanOf();
        _masks = new((long)edges.Sets * _blocks * _parities * Plan.MaskVectors * _blockColumns / 8);
        for (int set = 0; set < edges.Sets; set++)
            for (int column = 0; column < _columns; column++)
                for (int parity = 0; parity < _parities; parity++) Pack(set, column, parity);
    }

    public ComparisonPlan Plan { get; }
    public long Bytes => _masks.Length;

    /// <summary>What u is above matches - floor(n / 2).</summary>
    public int Bias { get; }

    public byte* Of(int errorSet, int block, int parity) =>
        _masks.Pointer + (((_edges.Sets == 1 ? 0 : errorSet) * (long)_blocks + block) * _parities + parity) * Plan.MaskVectors * (_blockColumns / 8);

    private ComparisonPlan PlanOf()
    {
        int most = 0;
        for (int set = 0; set < _edges.Sets; set++)
            for (int column = 0; column < _columns; column++)
                for (int parity = 0; parity < _parities; parity++) most = Math.Max(most, Threshold(_edges.Of(set, 0, column), _edges.Count - 1, parity));
        int planes = Math.Max(BitsOf(_largestCount), VerticalCounter<Lanes64, ulong>.LeastPlanes);
        // A count with a bit above the compared planes would reach even what nothing reaches.
        return new(_edges.Count, BitsOf(_edges.Count), planes, most > _largestCount ? planes : BitsOf(most), IsSigned: false, default);
    }

    /// <summary>In u; above the largest count where no count reaches it.</summary>
    private int Threshold(int* ofColumn, int k, int parity)
    {
        long threshold = (ofColumn[k * DieEdges.Stride] >> 12) + 1L;
        return (int)Math.Clamp(_isAnd ? threshold : (threshold + parity + 1 >> 1) + Bias, 0, _largestCount + 1);
    }

    private void Pack(int set, int column, int parity)
    {
        int lane = MatchCounter.LaneOf(column % _blockColumns), vectorWords = _blockColumns / 64;
        var masks = (ulong*)Of(set, column / _blockColumns, parity) + lane / 64;
        int* edges = _edges.Of(set, 0, column);
        for (int k = 1; k <= _edges.Count; k++)
        {
            int threshold = Threshold(edges, k - 1, parity);
            if (threshold > _largestCount) continue;
            var at = masks + (k / 4 * (1 + Plan.LowPlanes) * 4 + k % 4) * vectorWords;
            *at |= 1UL << (lane & 63);
            for (int plane = 0; plane < Plan.LowPlanes; plane++)
            {
                at += 4 * vectorWords;
                *at |= (~(ulong)threshold >> plane & 1) << (lane & 63);
            }
        }
    }

    private static int BitsOf(int count) => BitOperations.Log2((uint)Math.Max(1, count)) + 1;
}
