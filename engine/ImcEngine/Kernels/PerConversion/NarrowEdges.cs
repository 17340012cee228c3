using System.Numerics;
using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Conversions by straight edges at 16-bit lanes, where cells deviate and nothing is noisy:
/// <code>
/// v = 4096 s + D                    the partial sum s, clamped to where it can change a code, and the deviation D of the driven cells
/// w = floor(v / 2^g) - origin
/// t = (w - middle) * scale          the position on the edges' line, from the middle edge on, in 2^-f of a step
/// code = number of k with t &gt; (k - middle k) 2^f
/// middle, scale    [error set, or 1][column of the convolution group]
/// </code>
/// The code is exact where t is far enough from every (k - middle k) 2^f, and no error needs to be estimated for that. t never falls as v
/// rises. So the t of the two v around an edge, the greatest that is not above it and the next one, bound the t that are not sure. The
/// greatest distances, <c>below</c> and <c>above</c>, are found over all edges of all columns. The few conversions within them are compared
/// with the edge itself.
/// </summary>
internal sealed unsafe class NarrowEdges
{
    /// <summary>At most one in this many t may be unsure.</summary>
    private const int LeastPerUnsure = 32;

    private const int QuantaBits = 12, FractionBits = 15;

    private readonly DieEdges _edges;
    private readonly AlignedBuffer _middle, _scale;
    private readonly int _leastSum, _mostSum, _origin, _unitBits;
    private int _stepBits, _below, _above;

    private NarrowEdges(DieEdges edges, int leastSum, int mostSum, int origin, int unitBits)
    {
        (_edges, _leastSum, _mostSum, _origin, _unitBits) = (edges, leastSum, mostSum, origin, unitBits);
        long bytes = (long)edges.Planes * edges.Sets * edges.Columns * sizeof(short);
        (_middle, _scale) = (new(bytes), new(bytes));
    }

    private int MiddleEdge => _edges.Count / 2;

    public long Bytes => _middle.Length + _scale.Length;

    /// <summary>Returns null where the edges of some column are not on a line, where v does not fit, or where codes exceed bytes.</summary>
    /// <param name="deviations">The least and the greatest sum of any driven cells' deviations.</param>
    public static NarrowEdges? TryCreate(MappedLayer layer, DieEdges edges, (int Least, int Most) deviations)
    {
        if (!ShortLanes.AreSupported || edges.Count < 2 || edges.Count > byte.MaxValue) return null;
        var (first, last, leastStep) = Extent(edges, layer.Map.GroupColumns);
        if (leastStep < 1) return null;
        // Sums at which every column has the first code, or the last one, whatever its cells add.
        int leastSum = Math.Max(Floor((long)first - deviations.Most), layer.LeastPartialSum),
            mostSum = Math.Min(Floor((long)last - deviations.Least) + 1, layer.LargestGroup);
        if (leastSum > mostSum) return null;
        int origin = (leastSum + mostSum) / 2;
        if (layer.LeastPartialSum - origin < short.MinValue || layer.LargestGroup - origin > short.MaxValue) return null;
        long least = Math.Min(first, ((long)leastSum << QuantaBits) + deviations.Least) - ((long)origin << QuantaBits),
            most = Math.Max(last, ((long)mostSum << QuantaBits) + deviations.Most) - ((long)origin << QuantaBits);
        int unitBits = 0;
        while (least >> unitBits < -short.MaxValue || (most >> unitBits) + 1 > short.MaxValue) unitBits++;
        if (unitBits > QuantaBits) return null;
        var narrow = new NarrowEdges(edges, leastSum, mostSum, origin, unitBits);
        return narrow.Fit(layer.Map.GroupColumns, leastStep) ? narrow : null;

        static int Floor(long quanta) => (int)(quanta >> QuantaBits);
    }

    /// <summary>Converts some columns on all input planes, and adds the weighted codes to their sums.</summary>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Convert<TLanes>(in PlaneConversions at) where TLanes : struct, IShortLanes<TLanes>
    {
        long index = _edges.ColumnIndex(at.First.ErrorSet, 0, at.First.Place.Column);
        short* middles = (short*)_middle.Pointer + index, scales = (short*)_scale.Pointer + index, biases = stackalloc short[at.Planes],
            weights = stackalloc short[at.Planes];
        for (int plane = 0; plane < at.Planes; plane++)
            (biases[plane], weights[plane]) = ((short)(at.Driven[plane].BiasCounts - _origin), (short)at.PlaneWeight(plane));
        int columns = at.Columns, planes = at.Planes, stride = at.First.Cells.Stride;
        byte* matches = at.MatchBytes(0);
        short* deviations = at.First.Cells.First;
        var sums = (int*)at.First.Sums;
        uint* unsure = stackalloc uint[DieConversions.MostColumns / TLanes.Count];
        TLanes perMatch = TLanes.All((short)at.Driven->ScaleCounts), perCount = TLanes.All((short)(1 << (QuantaBits - _unitBits))),
            unitBits = TLanes.ShiftCount(_unitBits), stepBits = TLanes.ShiftCount(_stepBits),
            least = TLanes.All((short)(_leastSum - _origin)), most = TLanes.All((short)(_mostSum - _origin)),
            below = TLanes.All((short)_below), width = TLanes.All((short)(_below + _above)),
            step = TLanes.All((short)((1 << _stepBits) - 1)), codeOfZero = TLanes.All((short)(MiddleEdge + 1)),
            none = TLanes.All(0), last = TLanes.All((short)_edges.Count);
        for (int column = 0; column < columns; column += TLanes.Count)
        {
            TLanes middle = TLanes.Load(middles + column), scale = TLanes.Load(scales + column), sum = none, inStep = step;
            byte* ofPlane = matches + column;
            short* deviation = deviations + column;
            for (int plane = 0; plane < planes; plane++, ofPlane += PlaneConversions.CountStride, deviation += stride)
            {
                var partialSum = TLanes.Clamp(TLanes.Load(ofPlane) * perMatch + TLanes.All(biases[plane]), least, most);
                var v = partialSum * perCount + TLanes.ShiftRight(TLanes.Load(deviation), unitBits);
                var position = TLanes.AddSaturated(TLanes.MultiplyFraction(TLanes.SubtractSaturated(v, middle), scale), below);
                inStep = TLanes.Min(inStep, position & step);
                sum += TLanes.Clamp(TLanes.ShiftRight(position, stepBits) + codeOfZero, none, last) * TLanes.All(weights[plane]);
            }
            sum.AddTo(sums + column);
            unsure[column / TLanes.Count] = TLanes.NotAbove(inStep, width);
        }
        // A call within the loop would keep its vectors in memory.
        for (int column = 0; column < columns; column += TLanes.Count)
            if (unsure[column / TLanes.Count] is not 0 and var lanes) Correct(at, column, lanes);
    }

    /// <summary>Corrects the sums of columns of which some conversion is unsure: those whose lane is set. An unsure conversion counts as
    /// above the edge that it is near.</summary>
    private void Correct(in PlaneConversions at, int first, uint lanes)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int column = first + BitOperations.TrailingZeroCount(lanes);
            if (column >= at.Columns) return;
            int atColumn = at.First.Place.Column + column;
            long index = _edges.ColumnIndex(at.First.ErrorSet, 0, atColumn);
            short middle = ((short*)_middle.Pointer)[index], scale = ((short*)_scale.Pointer)[index];
            int* edges = _edges.FirstEdge(at.First.ErrorSet, 0, atColumn);
            for (int plane = 0; plane < at.Planes; plane++)
            {
                var onPlane = at.Of(plane);
                int v = (Math.Clamp(onPlane.PartialSum(column), _leastSum, _mostSum) << QuantaBits) + onPlane.Cells.QuantaOf(column),
                    position = Math.Min(Position(v, middle, scale) + _below, short.MaxValue), edge = (position >> _stepBits) + MiddleEdge;
                if ((position & ((1 << _stepBits) - 1)) <= _below + _above && edge >= 0 && edge < _edges.Count
                    && v <= edges[edge * DieEdges.Stride])
                    ((int*)at.First.Sums)[column] -= at.PlaneWeight(plane);
            }
        }
    }

    /// <summary>Returns the least first edge, the greatest last edge, and the least step of the columns' edges.</summary>
    private static (int First, int Last, int Step) Extent(DieEdges edges, int columns)
    {
        int first = int.MaxValue, last = int.MinValue, leastStep = int.MaxValue;
        ForEachColumn(edges, columns, (below, _) =>
        {
            int ofColumn = below[0], end = below[(edges.Count - 1) * DieEdges.Stride];
            (first, last) = (Math.Min(first, ofColumn), Math.Max(last, end));
            leastStep = (int)Math.Min(leastStep, ((long)end - ofColumn) / (edges.Count - 1));
        });
        return (first, last, leastStep);
    }

    private delegate void ColumnVisitor(int* below, long index);

    private static void ForEachColumn(DieEdges edges, int columns, ColumnVisitor visit)
    {
        for (int plane = 0; plane < edges.Planes; plane++)
            for (int set = 0; set < edges.Sets; set++)
                for (int column = 0; column < columns; column++)
                    visit(edges.FirstEdge(set, plane, column), edges.ColumnIndex(set, plane, column));
    }

    /// <summary>Fits a line to the edges of each column.</summary>
    /// <returns>Whether all edges are near their lines.</returns>
    private bool Fit(int columns, int leastStep)
    {
        if (leastStep >> _unitBits == 0) return false;
        _stepBits = Math.Min(BitOperations.Log2((uint)(leastStep >> _unitBits)),
            BitOperations.Log2((uint)(short.MaxValue / (MiddleEdge + 1))));
        ForEachColumn(_edges, columns, Fit);
        return _below + _above < (1 << _stepBits) / LeastPerUnsure;
    }

    private void Fit(int* below, long index)
    {
        int last = _edges.Count - 1;
        double step = ((double)below[last * DieEdges.Stride] - below[0]) / last;
        short middle = Unit(below[MiddleEdge * DieEdges.Stride] + 1L),
            scale = (short)Math.Min(Math.Round(Math.ScaleB(1 / step, _unitBits + _stepBits + FractionBits)), short.MaxValue);
        ((short*)_middle.Pointer)[index] = middle;
        ((short*)_scale.Pointer)[index] = scale;
        for (int k = 0; k <= last; k++)
        {
            int edge = below[k * DieEdges.Stride], onLine = (k - MiddleEdge) << _stepBits;
            _above = Math.Max(_above, Position(edge, middle, scale) - onLine);
            _below = Math.Max(_below, onLine - Position(edge + 1L, middle, scale));
        }
    }

    /// <summary>Returns the position of v on a column's line.</summary>
    private int Position(long v, short middle, short scale) =>
        (Math.Clamp(Unit(v) - middle, short.MinValue, short.MaxValue) * scale + (1 << (FractionBits - 1))) >> FractionBits;

    /// <summary>Returns v in units, from the origin on.</summary>
    private short Unit(long v) => checked((short)((v - ((long)_origin << QuantaBits)) >> _unitBits));
}
