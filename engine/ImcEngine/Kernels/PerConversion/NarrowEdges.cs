using System.Numerics;
using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Conversions by straight edges at 16-bit lanes:
/// <code>
/// v = 4096 s + D + noise            the partial sum s, clamped to where it can change a code, and the deviation D of the driven cells
/// w = floor((4096 s + D) / 2^g) + n - origin      n estimates the noise (<see cref="NarrowNoise"/>)
/// t = (w - middle) * scale          the position on the edges' line, from the middle edge on, in 2^-f of a step
/// code = number of k with t &gt; (k - middle k) 2^f
/// middle, scale    [input plane, or 1][error set, or 1][column of the convolution group]
/// </code>
/// The code is exact where t is far enough from every (k - middle k) 2^f. t never falls as w rises, and without noise w is a function of v.
/// So the t of the two v around an edge, the greatest that is not above it and the next one, bound the t that are not sure. With noise they
/// are the t of the least and the greatest w that these v can have. The greatest distances, <c>below</c> and <c>above</c>, are found over
/// all edges of all columns. The few conversions within them, and those whose noise is not estimated, are compared with the edges.
/// </summary>
internal sealed unsafe class NarrowEdges
{
    /// <summary>At most one in this many t may be unsure.</summary>
    private const int LeastPerUnsure = 32;

    private const int QuantaBits = 12, FractionBits = 15;

    private static readonly AlignedBuffer NoDeviations = new(DieConversions.MostColumns * sizeof(short));

    private readonly DieEdges _edges;
    private readonly CodeSums _sums;
    private readonly NoiseTable? _noise;
    private readonly NarrowNoise? _estimate;
    private readonly AlignedBuffer _middle, _scale;
    private readonly int _leastSum, _mostSum, _origin, _unitBits;
    private int _stepBits, _below, _above;

    private NarrowEdges(DieEdges edges, CodeSums sums, NoiseTable? noise, NarrowNoise? estimate, int leastSum, int mostSum, int origin,
        int unitBits)
    {
        (_edges, _sums, _noise, _estimate) = (edges, sums, noise, estimate);
        (_leastSum, _mostSum, _origin, _unitBits) = (leastSum, mostSum, origin, unitBits);
        long bytes = (long)edges.Planes * edges.Sets * edges.Columns * sizeof(short);
        (_middle, _scale) = (new(bytes), new(bytes));
    }

    private int MiddleEdge => _edges.Count / 2;

    /// <summary>The distance from one input plane's columns to the next one's.</summary>
    private long PlaneStride => _edges.Planes == 1 ? 0 : (long)_edges.Sets * _edges.Columns;

    public long Bytes => _middle.Length + _scale.Length;

    /// <summary>Returns null where the edges of some column are not on a line, where v does not fit, where codes exceed bytes, or where too
    /// many conversions would be unsure.</summary>
    /// <param name="sums">The sums to which codes are added.</param>
    /// <param name="deviations">The least and the greatest sum of any driven cells' deviations.</param>
    /// <param name="noise">The noise, the same for all partial sums; null for none.</param>
    /// <param name="isWide">Whether noise is estimated by instructions that permute words.</param>
    public static NarrowEdges? TryCreate(MappedLayer layer, DieEdges edges, CodeSums sums, (int Least, int Most) deviations,
        NoiseTable? noise, bool isWide)
    {
        if (!ShortLanes.AreSupported || edges.Count < 2 || edges.Count > byte.MaxValue) return null;
        var (first, last, leastStep) = Extent(edges, layer.Map.GroupDigits);
        if (leastStep < 1) return null;
        var (leastNoise, mostNoise) = noise?.ExtentQuanta ?? (0, 0);
        long leastMoved = deviations.Least + (long)leastNoise, mostMoved = deviations.Most + (long)mostNoise;
        // Sums at which every column has the first code, or the last one, whatever its cells and its noise add.
        long leastSum = Math.Max((first - mostMoved) >> QuantaBits, layer.LeastPartialSum),
            mostSum = Math.Min(((last - leastMoved) >> QuantaBits) + 1, layer.MostPartialSum);
        if (leastSum > mostSum) return null;
        long origin = (leastSum + mostSum) / 2;
        if (layer.LeastPartialSum - origin < short.MinValue || layer.MostPartialSum - origin > short.MaxValue) return null;
        long least = Math.Min(first + leastNoise, (leastSum << QuantaBits) + leastMoved) - (origin << QuantaBits),
            most = Math.Max(last + mostNoise, (mostSum << QuantaBits) + mostMoved) - (origin << QuantaBits);
        int unitBits = 0;
        while (least >> unitBits < -short.MaxValue || (most >> unitBits) + 1 > short.MaxValue) unitBits++;
        if (unitBits > QuantaBits) return null;
        var narrow = new NarrowEdges(edges, sums, noise, noise is null ? null : new(noise, unitBits, isWide), (int)leastSum, (int)mostSum,
            (int)origin, unitBits);
        return narrow.Fit(layer.Map.GroupDigits, leastStep) ? narrow : null;
    }

    /// <summary>Converts some columns on all input planes, and adds the weighted codes to their sums.</summary>
    [SkipLocalsInit]
    public void Convert<TLanes>(in PlaneConversions at) where TLanes : struct, IShortLanes<TLanes>
    {
        const int Stride = PlaneConversions.CountStride;
        bool addsShorts = _sums.FitsShorts && at.SumStride == 0;
        int planes = at.Planes;
        byte* codes = stackalloc byte[addsShorts ? 0 : planes * Stride];
        short* noise = stackalloc short[_estimate is null ? 0 : planes * Stride];
        for (int plane = 0; plane < planes && _estimate is not null; plane++)
            _estimate.Estimate(at.Highs(plane), at.Columns, noise + (plane * Stride));
        int vectors = (at.Columns + TLanes.Count - 1) / TLanes.Count, masks = planes * vectors;
        uint* unsure = stackalloc uint[masks + 1];
        unsure[masks] = 0;
        Convert<TLanes>(at, _estimate is null ? null : noise, addsShorts ? null : codes, unsure, vectors);
        for (int i = 0; i < masks; i += 2)
            if (*(ulong*)(unsure + i) != 0)
            {
                Correct<TLanes>(at, i / vectors, i % vectors, unsure[i], addsShorts ? null : codes);
                Correct<TLanes>(at, (i + 1) / vectors, (i + 1) % vectors, unsure[i + 1], addsShorts ? null : codes);
            }
        if (!addsShorts) _sums.Add(at, codes);
    }

    /// <summary>Converts without correcting. A call within the loop would keep its vectors in memory.</summary>
    /// <param name="noise">The estimated noise, <c>[input plane][column]</c>; null for none.</param>
    /// <param name="codes">The codes, <c>[input plane][column]</c>; written. Null: they are added to the sums.</param>
    /// <param name="unsure">Masks of the unsure conversions, <c>[input plane][vector]</c>; written.</param>
    [SkipLocalsInit, MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Convert<TLanes>(in PlaneConversions at, short* noise, byte* codes, uint* unsure, int vectors)
        where TLanes : struct, IShortLanes<TLanes>
    {
        long index = _edges.ColumnIndex(at.First.ErrorSet, 0, at.First.Place.Column), planeStride = PlaneStride;
        short* middles = (short*)_middle.Pointer + index, scales = (short*)_scale.Pointer + index, biases = stackalloc short[at.Planes],
            weights = stackalloc short[at.Planes];
        for (int plane = 0; plane < at.Planes; plane++)
            (biases[plane], weights[plane]) = ((short)(at.Driven[plane].BiasCounts - _origin), (short)at.PlaneWeight(plane));
        var cells = at.First.Cells;
        int columns = at.Columns, planes = at.Planes, stride = cells.Segments == 0 ? 0 : cells.Stride;
        byte* matches = at.MatchBytes(0);
        short* deviations = cells.Segments == 0 ? (short*)NoDeviations.Pointer : cells.First, highs = (short*)at.Highs(0);
        var sums = (int*)at.First.Sums;
        TLanes perMatch = TLanes.All((short)at.Driven->ScaleCounts), perCount = TLanes.All((short)(1 << (QuantaBits - _unitBits))),
            unitBits = TLanes.ShiftCount(_unitBits), stepBits = TLanes.ShiftCount(_stepBits), signBits = TLanes.ShiftCount(FractionBits),
            least = TLanes.All((short)(_leastSum - _origin)), most = TLanes.All((short)(_mostSum - _origin)),
            below = TLanes.All((short)_below), width = TLanes.All((short)(_below + _above)),
            step = TLanes.All((short)((1 << _stepBits) - 1)), codeOfZero = TLanes.All((short)(MiddleEdge + 1)),
            none = TLanes.All(0), last = TLanes.All((short)_edges.Count),
            // From here on, a distance to the nearer end of the random bits is not within the width of the unsure.
            sureDistance = TLanes.All((short)(NarrowNoise.Tail - (_below + _above + 1)));
        for (int column = 0; column < columns; column += TLanes.Count, unsure++)
        {
            TLanes middle = TLanes.Load(middles + column), scale = TLanes.Load(scales + column), sum = none;
            byte* ofPlane = matches + column;
            short* deviation = deviations + column;
            long atPlane = column;
            for (int plane = 0; plane < planes; plane++, ofPlane += PlaneConversions.CountStride, deviation += stride)
            {
                var partialSum = TLanes.Clamp(TLanes.Load(ofPlane) * perMatch + TLanes.All(biases[plane]), least, most);
                var w = partialSum * perCount + TLanes.ShiftRight(TLanes.Load(deviation), unitBits);
                if (noise is not null) w += TLanes.Load(noise + plane * PlaneConversions.CountStride + column);
                if (planeStride != 0) (middle, scale) = (TLanes.Load(middles + atPlane), TLanes.Load(scales + atPlane));
                atPlane += planeStride;
                var position = TLanes.AddSaturated(TLanes.MultiplyFraction(TLanes.SubtractSaturated(w, middle), scale), below);
                var inStep = position & step;
                if (noise is not null)
                {
                    var high = TLanes.Load(highs + plane * PlaneConversions.HighStride + column);
                    inStep = TLanes.Min(inStep, TLanes.SubtractSaturated(high ^ TLanes.ShiftRight(high, signBits), sureDistance));
                }
                unsure[plane * vectors] = TLanes.NotAbove(inStep, width);
                var code = TLanes.Clamp(TLanes.ShiftRight(position, stepBits) + codeOfZero, none, last);
                if (codes is null) sum += code * TLanes.All(weights[plane]);
                else code.StoreBytes(codes + plane * PlaneConversions.CountStride + column);
            }
            if (codes is null) sum.AddTo(sums + column);
        }
    }

    /// <summary>Corrects the unsure conversions of a plane: those of a vector's columns whose lane is set.</summary>
    private void Correct<TLanes>(in PlaneConversions at, int plane, int vector, uint lanes, byte* codes)
        where TLanes : struct, IShortLanes<TLanes>
    {
        if (lanes == 0) return;
        var onPlane = at.Of(plane);
        uint ofLane = (1u << TLanes.MaskBits) - 1;
        for (int bit; lanes != 0; lanes &= ~(ofLane << bit))
        {
            bit = BitOperations.TrailingZeroCount(lanes);
            int column = vector * TLanes.Count + bit / TLanes.MaskBits;
            if (column >= onPlane.Columns) return;
            int excess = Excess(onPlane, column);
            if (codes is null) ((int*)onPlane.Sums)[column] -= excess * onPlane.PlaneWeight;
            else codes[plane * PlaneConversions.CountStride + column] -= (byte)excess;
        }
    }

    /// <summary>Returns how much the code that the lanes computed is too high. A conversion near an edge was counted as above
    /// it.</summary>
    private int Excess(in DieConversions at, int column)
    {
        int atColumn = at.Place.Column + column;
        long index = _edges.ColumnIndex(at.ErrorSet, at.Place.InputBit, atColumn);
        int sum = at.Driven.ScaleCounts * at.MatchBytes[column] + at.Driven.BiasCounts,
            v = (Math.Clamp(sum, _leastSum, _mostSum) << QuantaBits) + (int)at.Cells.QuantaOf(column),
            w = Unit(v) + (_estimate?.Of(at.Highs[column]) ?? 0),
            position = Math.Min(Position(w, ((short*)_middle.Pointer)[index], ((short*)_scale.Pointer)[index]) + _below, short.MaxValue),
            edge = (position >> _stepBits) + MiddleEdge;
        bool hasEdge = edge >= 0 && edge < _edges.Count;
        int* edges = _edges.FirstEdge(at.ErrorSet, at.Place.InputBit, atColumn);
        if (_noise is null) return hasEdge && v <= edges[edge * DieEdges.Stride] ? 1 : 0;
        if (NarrowNoise.Distance(at.Highs[column]) >= NarrowNoise.Tail)
        {
            if (!hasEdge) return 0;
            var (least, most) = _noise.BoundsQuanta(0, at.Highs[column]);
            int below = edges[edge * DieEdges.Stride];
            if (v + least > below) return 0;
            if (v + most <= below) return 1;
        }
        return Math.Clamp(edge + 1, 0, _edges.Count) - _noise.CodeOf(_edges, edges, v, at, column);
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
        short middle = checked((short)Unit(below[MiddleEdge * DieEdges.Stride] + 1L)),
            scale = (short)Math.Min(Math.Round(Math.ScaleB(1 / step, _unitBits + _stepBits + FractionBits)), short.MaxValue);
        ((short*)_middle.Pointer)[index] = middle;
        ((short*)_scale.Pointer)[index] = scale;
        for (int k = 0; k <= last; k++)
        {
            int edge = below[k * DieEdges.Stride], onLine = (k - MiddleEdge) << _stepBits;
            _above = Math.Max(_above, Position(Unit(edge + (long)(_estimate?.Below ?? 0)), middle, scale) - onLine);
            _below = Math.Max(_below, onLine - Position(Unit(edge + 1L - (_estimate?.Above ?? 0)), middle, scale));
        }
    }

    /// <summary>Returns the position of w on a column's line.</summary>
    private static int Position(int w, short middle, short scale) =>
        (Math.Clamp(w - middle, short.MinValue, short.MaxValue) * scale + (1 << (FractionBits - 1))) >> FractionBits;

    /// <summary>Returns v in units, from the origin on.</summary>
    private int Unit(long v) => (int)((v - ((long)_origin << QuantaBits)) >> _unitBits);
}
