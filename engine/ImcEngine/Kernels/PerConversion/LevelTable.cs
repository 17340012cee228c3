using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Levels by code, in 32 bits, for sums of levels. Those of all planes of a column are weighted and summed in 32 bits, then added to its
/// 64-bit sum.
/// <code>
/// levels   [digit pair, or 1][code]
/// offsets  [input digit][column]    where the levels of a column's digit pair begin; columns are counted from a multiple of the digits on
/// </code>
/// </summary>
internal sealed unsafe class LevelTable
{
    /// <summary>Tables can be read up to a multiple of this.</summary>
    private const int ReadTogether = 32;

    private readonly AlignedBuffer _levels;
    private readonly AlignedBuffer? _offsets;
    private readonly int _entries, _digits, _offsetStride;

    private LevelTable(LayerMap map, long[][] levels)
    {
        int codes = levels[0].Length;
        _entries = codes * levels.Length;
        _digits = map.WeightDigits.Count;
        _levels = new((long)(_entries + ReadTogether) * sizeof(int));
        for (int i = 0; i < _entries; i++) ((int*)_levels.Pointer)[i] = (int)levels[i / codes][i % codes];
        if (levels.Length == 1) return;
        _offsetStride = DieConversions.MostColumns + _digits;
        int inputs = map.InputDigits.Count;
        _offsets = new((long)inputs * _offsetStride * sizeof(int));
        for (int i = 0; i < inputs * _offsetStride; i++)
            ((int*)_offsets.Pointer)[i] = ((i / _offsetStride * _digits) + (i % _offsetStride % _digits)) * codes;
    }

    public long Bytes => _levels.Length + (_offsets?.Length ?? 0);

    /// <summary>Returns null where 32 bits do not hold the weighted levels of a column.</summary>
    /// <param name="levels">The levels of one ADC, or of one per digit pair <c>[inputDigit, weightDigit]</c>.</param>
    /// <param name="weights">The sum of the magnitudes of the input digits' weights.</param>
    public static LevelTable? TryCreate(LayerMap map, long[][] levels, long weights) =>
        (Int128)levels.Max(ofAdc => ofAdc.Max(Math.Abs)) * weights <= int.MaxValue ? new(map, levels) : null;

    /// <summary>Adds the levels of whole vectors of columns on all input planes, whose codes are bytes.</summary>
    /// <param name="codes">The codes, <c>[input plane][column]</c>, with <see cref="PlaneConversions.CountStride"/>.</param>
    /// <returns>The number of columns whose levels were added.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add<TInts>(in PlaneConversions at, byte* codes) where TInts : struct, IIntLanes<TInts>
    {
        if (at.SumStride != 0) return AddApart<TInts>(at, codes);
        int planes = at.Planes, added = at.Columns / TInts.Count * TInts.Count, entries = _entries;
        int* levels = (int*)_levels.Pointer, weights = stackalloc int[planes], offsets = Offsets(at.First, 0);
        for (int plane = 0; plane < planes; plane++) weights[plane] = at.PlaneWeight(plane);
        var sums = (long*)at.First.Sums;
        for (int column = 0; column < added; column += TInts.Count)
        {
            var sum = TInts.All(0);
            byte* ofPlane = codes + column;
            int* offset = offsets + column;
            for (int plane = 0; plane < planes; plane++, ofPlane += PlaneConversions.CountStride, offset += _offsetStride)
            {
                var code = TInts.Load(ofPlane);
                if (offsets is not null) code = TInts.Add(code, TInts.Load(offset));
                sum = TInts.Add(sum, TInts.Multiply(TInts.LookUp(levels, entries, code), TInts.All(weights[plane])));
            }
            sum.AddTo(sums + column);
        }
        return added;
    }

    /// <summary>Does the same where each input plane has sums of its own.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int AddApart<TInts>(in PlaneConversions at, byte* codes) where TInts : struct, IIntLanes<TInts>
    {
        int added = at.Columns / TInts.Count * TInts.Count, entries = _entries;
        int* levels = (int*)_levels.Pointer;
        for (int plane = 0; plane < at.Planes; plane++, codes += PlaneConversions.CountStride)
        {
            int* offsets = Offsets(at.First, plane);
            var sums = (long*)((byte*)at.First.Sums + plane * at.SumStride);
            for (int column = 0; column < added; column += TInts.Count)
            {
                var code = TInts.Load(codes + column);
                if (offsets is not null) code = TInts.Add(code, TInts.Load(offsets + column));
                TInts.LookUp(levels, entries, code).AddTo(sums + column);
            }
        }
        return added;
    }

    /// <summary>Adds the levels of whole vectors of columns.</summary>
    /// <returns>The number of columns whose levels were added.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Add<TInts>(in DieConversions at, int* codes) where TInts : struct, IIntLanes<TInts>
    {
        int added = at.Columns / TInts.Count * TInts.Count, entries = _entries;
        int* levels = (int*)_levels.Pointer, offsets = Offsets(at, at.Place.InputBit);
        var weight = TInts.All(at.PlaneWeight);
        var sums = (long*)at.Sums;
        for (int column = 0; column < added; column += TInts.Count)
        {
            var code = TInts.Load(codes + column);
            if (offsets is not null) code = TInts.Add(code, TInts.Load(offsets + column));
            TInts.Multiply(TInts.LookUp(levels, entries, code), weight).AddTo(sums + column);
        }
        return added;
    }

    /// <summary>Returns the offsets of an input digit's columns; null where all columns have the same levels.</summary>
    private int* Offsets(in DieConversions at, int inputDigit) => _offsets is null ? null
        : (int*)_offsets.Pointer + (inputDigit * _offsetStride) + (at.Place.Column % _digits);
}
