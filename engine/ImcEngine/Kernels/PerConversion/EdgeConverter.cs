using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Conversions by edges (ARITHMETIC §4): code = number of k with 4096 s + mismatch + noise above edge[k]. The code is calculated where
/// edges are straight, else edges are compared or searched. The high half of the random bits bounds the noise. Nearly always both bounds
/// give the same code, and then the low half is not drawn.
/// </summary>
internal sealed unsafe class EdgeConverter : IColumnConverter
{
    /// <summary>The most edges that are all compared; more are searched.</summary>
    private const int MostCompared = 64;

    /// <summary>A count is 2^12 quanta.</summary>
    private const int QuantaBits = 12;

    private readonly DieEdges _edges;
    private readonly NoiseTable?[] _noise;
    private readonly NarrowNoise? _estimate;
    private readonly StraightEdges? _straight;
    private readonly NarrowEdges? _narrow;
    private readonly bool _isVectorised;
    private readonly int _weightDigits, _unitBits;

    /// <param name="unit">The unit of the accumulators.</param>
    /// <param name="noise">One noise table, or one per digit pair <c>[inputDigit, weightDigit]</c>; null where nothing is noisy.</param>
    /// <param name="summed">As for <see cref="CodeSums"/>.</param>
    /// <param name="deviations">The least and the greatest deviation of a sum, where each column's is one 16-bit sum; null
    /// otherwise.</param>
    public EdgeConverter(MappedLayer layer, MergedAdcs adcs, AccumulationUnit unit, DieEdges edges, NoiseTable?[] noise,
        SummedConversions summed = default, (int Least, int Most)? deviations = null)
    {
        (_edges, _noise) = (edges, noise);
        _weightDigits = layer.Map.WeightDigits.Count;
        Draws = noise.Any(each => each is not null);
        Sums = new(layer.Map, adcs.Adcs, summed, unit);
        if (!Draws && !summed.AreLevels && layer.Map.DigitalPairs == 0 && adcs.Adcs is [var adc]) OfCounts = (edges, adc);
        bool isOneNoise = Draws && noise.Length == 1 && !noise[0]!.ReadsCounts;
        // The factor 2 covers mismatch: a cell deviates by less than one count.
        long mostQuanta = 2L * layer.LargestPartialSum * AdcTransfer.QuantaPerCount
            + (isOneNoise ? noise[0]!.BoundsQuanta(0, ushort.MaxValue).Most : 0);
        bool canBe = (!Draws || isOneNoise) && mostQuanta < int.MaxValue;
        _straight = canBe ? StraightEdges.TryCreate(edges, layer.Map.GroupDigits, mostQuanta) : null;
        _isVectorised = canBe && (_straight is not null || edges.Count <= MostCompared);
        if (deviations is { } extent && (!Draws || isOneNoise))
            _narrow = NarrowEdges.TryCreate(layer, edges, Sums, extent, noise[0], ShortLanes.AreWide);
        if (!_isVectorised || !Draws) return;
        while (noise[0]!.ExtentQuanta.Most >> _unitBits >= short.MaxValue) _unitBits++;
        _estimate = new(noise[0]!, _unitBits, ShortLanes.AreWide);
    }

    public bool Draws { get; }
    public CodeSums Sums { get; }
    public long Bytes => Sums.TableBytes + _edges.Bytes + (_straight?.Bytes ?? 0) + (_narrow?.Bytes ?? 0)
        + _noise.Sum(noise => noise?.Bytes ?? 0);

    /// <summary>The edges and the ADC, where without mismatch of cells whole counts decide every code, and these alone the results: without
    /// noise, with one ADC, and where no levels are read one by one. Null otherwise.</summary>
    public (DieEdges Edges, IntegerAdc Adc)? OfCounts { get; }

    public bool TakesBytes => _narrow is not null;

    public void Convert(in PlaneConversions at)
    {
        if (!at.AreBytes)
            for (int plane = 0; plane < at.Planes; plane++) Convert(at.Of(plane));
        else if (ShortLanes.AreWide) _narrow!.Convert<ShortLanes512>(at);
        else _narrow!.Convert<ShortLanes256>(at);
    }

    [SkipLocalsInit]
    private void Convert(in DieConversions at)
    {
        int* codes = stackalloc int[DieConversions.MostColumns];
        int* edges = _edges.FirstEdge(at.ErrorSet, at.Place.InputBit, at.Place.Column);
        if (!_isVectorised) Search(at, edges, codes);
        else if (Vector512.IsHardwareAccelerated) Convert<IntLanes512>(at, edges, codes);
        else Convert<IntLanes256>(at, edges, codes);
        Sums.Add(at, codes);
    }

    private void Search(in DieConversions at, int* edges, int* codes)
    {
        for (int column = 0; column < at.Columns; column++)
        {
            long quanta = at.Quanta(column);
            var noise = _noise[_noise.Length == 1 ? 0 : at.Place.InputBit * _weightDigits + (at.Place.Column + column) % _weightDigits];
            if (noise is null)
            {
                codes[column] = _edges.CodeOf(OfColumn(edges, column), quanta);
                continue;
            }
            codes[column] = noise.CodeOf(_edges, OfColumn(edges, column), quanta, at, column);
        }
    }

    /// <summary>Returns the edges of a column, given those of an earlier column that is a multiple of 16.</summary>
    private int* OfColumn(int* edges, int column) =>
        edges + column / DieEdges.Stride * (DieEdges.Stride * _edges.PaddedCount) + column % DieEdges.Stride;

    [SkipLocalsInit]
    internal void Convert<TInts>(in DieConversions at, int* edges, int* codes) where TInts : struct, IIntLanes<TInts>
    {
        int* least = null, most = null;
        if (_estimate is not null)
        {
            int* bounds = stackalloc int[2 * DieConversions.MostColumns];
            least = bounds;
            most = bounds + DieConversions.MostColumns;
            BoundNoise<TInts>(at, _estimate, least, most);
        }
        if (_straight is not null) Calculate<TInts>(at, _straight, least, most, edges, codes);
        else Compare<TInts>(at, least, most, edges, codes);
    }

    [SkipLocalsInit]
    private void Compare<TInts>(in DieConversions at, int* least, int* most, int* edges, int* codes) where TInts : struct, IIntLanes<TInts>
    {
        CountEdges<TInts>(at, least, edges, codes);
        if (least is null) return;
        int* codesOfMost = stackalloc int[DieConversions.MostColumns];
        CountEdges<TInts>(at, most, edges, codesOfMost);
        for (int column = 0; column < at.Columns; column += TInts.Count)
            Resolve(at, edges, column,
                ~TInts.Equal(TInts.Load(codes + column), TInts.Load(codesOfMost + column)) & Lanes<TInts>(at.Columns - column), codes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Calculate<TInts>(in DieConversions at, StraightEdges straight, int* least, int* most, int* edges, int* codes)
        where TInts : struct, IIntLanes<TInts>
    {
        int columns = at.Columns, scale = QuantaBits + at.Driven.ScaleCounts - 1;
        int* matches = at.Matches, first = straight.First(at.ErrorSet, at.Place.InputBit, at.Place.Column);
        var cells = at.Cells;
        float* perQuantum = straight.PerQuantum(at.ErrorSet, at.Place.InputBit, at.Place.Column);
        float margin = straight.Margin, mostCode = _edges.Count;
        TInts bias = TInts.All(at.Driven.BiasCounts * AdcTransfer.QuantaPerCount);
        for (int column = 0; column < columns; column += TInts.Count)
        {
            var quanta = TInts.Subtract(TInts.Add(TInts.ShiftLeft(TInts.Load(matches + column), scale), bias), TInts.Load(first + column));
            quanta = cells.AddTo(quanta, column);
            uint unsure = least is null ? TInts.StoreCeiling(quanta, perQuantum + column, margin, mostCode, codes + column)
                : TInts.StoreCeiling(TInts.Add(quanta, TInts.Load(least + column)), TInts.Add(quanta, TInts.Load(most + column)),
                    perQuantum + column, margin, mostCode, codes + column);
            unsure &= Lanes<TInts>(columns - column);
            if (unsure != 0) Resolve(at, edges, column, unsure, codes);
        }
    }

    /// <summary>Searches the edges for some of the columns from <paramref name="first"/> on: those whose lane is set.</summary>
    private void Resolve(in DieConversions at, int* edges, int first, uint lanes, int* codes)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int column = first + BitOperations.TrailingZeroCount(lanes), quanta = (int)at.Quanta(column);
            int* ofColumn = OfColumn(edges, column);
            codes[column] = Draws ? _noise[0]!.CodeOf(_edges, ofColumn, quanta, at, column) : _edges.CodeOf(ofColumn, quanta);
        }
    }

    private static uint Lanes<TInts>(int columns) where TInts : struct, IIntLanes<TInts> => (1u << Math.Min(columns, TInts.Count)) - 1;

    /// <summary>Bounds the noise by the high halves of the random bits.</summary>
    [SkipLocalsInit]
    private void BoundNoise<TInts>(in DieConversions at, NarrowNoise estimate, int* least, int* most) where TInts : struct, IIntLanes<TInts>
    {
        short* units = stackalloc short[DieConversions.MostColumns];
        bool hasTails = estimate.Estimate(at.Highs, at.Columns, units);
        TInts below = TInts.All(estimate.Below), above = TInts.All(estimate.Above);
        for (int column = 0; column < at.Columns; column += TInts.Count)
        {
            var quanta = TInts.ShiftLeft(TInts.Load(units + column), _unitBits);
            TInts.Subtract(quanta, below).Store(least + column);
            TInts.Add(quanta, above).Store(most + column);
        }
        if (!hasTails) return;
        for (int column = 0; column < at.Columns; column++)
            if (NarrowNoise.Distance(at.Highs[column]) < NarrowNoise.Tail)
                (least[column], most[column]) = _noise[0]!.BoundsQuanta(0, at.Highs[column]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void CountEdges<TInts>(in DieConversions at, int* noise, int* edges, int* codes) where TInts : struct, IIntLanes<TInts>
    {
        int count = _edges.PaddedCount, columns = at.Columns;
        int* matches = at.Matches;
        var cells = at.Cells;
        int scale = QuantaBits + at.Driven.ScaleCounts - 1;
        TInts bias = TInts.All(at.Driven.BiasCounts * AdcTransfer.QuantaPerCount);
        for (int column = 0; column < columns; column += TInts.Count)
        {
            var quanta = TInts.Add(TInts.ShiftLeft(TInts.Load(matches + column), scale), bias);
            quanta = cells.AddTo(quanta, column);
            if (noise is not null) quanta = TInts.Add(quanta, TInts.Load(noise + column));
            var code = TInts.All(0);
            int* edge = edges + column / DieEdges.Stride * (DieEdges.Stride * count) + column % DieEdges.Stride;
            for (int k = 0; k < count; k += DieEdges.Step, edge += DieEdges.Step * DieEdges.Stride)
            {
                code = TInts.CountAbove(code, quanta, TInts.Load(edge));
                code = TInts.CountAbove(code, quanta, TInts.Load(edge + DieEdges.Stride));
                code = TInts.CountAbove(code, quanta, TInts.Load(edge + 2 * DieEdges.Stride));
                code = TInts.CountAbove(code, quanta, TInts.Load(edge + 3 * DieEdges.Stride));
            }
            code.Store(codes + column);
        }
    }
}
