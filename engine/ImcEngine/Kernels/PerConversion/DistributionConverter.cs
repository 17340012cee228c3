using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// Conversions by P(code given s) (ARITHMETIC §5, §7). The upper ten bits of u decide most codes; fewer bits are used where ten would take
/// too much memory.
/// <code>
/// bins [distribution][s][u / 2^22] = the code, or CodeBins.Unsure: a step of the distribution lies within the bin
/// </code>
/// Where a bin is unsure, the high half of u usually decides; if not, the low half is drawn.
/// </summary>
internal sealed unsafe class DistributionConverter : IColumnConverter
{
    private const int MostBinBits = 10, MostBins = 1 << 24;

    private readonly ICodeDistribution _distribution;
    private readonly AlignedBuffer _bins;
    private readonly AlignedBuffer? _offsets;
    private readonly IByteCodes? _bytes;
    private readonly int _least, _columns, _weightDigits, _binBits = MostBinBits;

    /// <param name="adcs">One ADC, or one per distribution.</param>
    /// <param name="columns">The columns of a convolution group, padded.</param>
    /// <param name="summed">As for <see cref="CodeSums"/>.</param>
    public DistributionConverter(MappedLayer layer, ICodeDistribution distribution, IReadOnlyList<IntegerAdc> adcs, int columns,
        SummedConversions summed = default)
    {
        (_distribution, _columns, _least) = (distribution, columns, layer.LeastPartialSum);
        _weightDigits = layer.Map.WeightDigits.Count;
        Sums = new(layer.Map, adcs, summed);
        int sums = layer.MostPartialSum - _least + 1;
        while ((long)distribution.Distributions * sums << _binBits > MostBins && _binBits > 0) _binBits--;
        _bins = new(checked((long)distribution.Distributions * sums << _binBits));
        for (int i = 0; i < distribution.Distributions; i++)
            for (int s = 0; s < sums; s++)
                CodeBins.Fill(distribution.Cdf(i, _least + s), new(_bins.Pointer + ((long)(i * sums + s) << _binBits), 1 << _binBits));
        if (distribution.Distributions > 1) _offsets = Offsets(layer.Map.InputDigits.Count, sums);
        if (!layer.Map.ConvertsPlanes) return;
        if (ByteThresholds.IsSupported) _bytes = ByteThresholds.TryCreate(layer, distribution);
        _bytes ??= ByteBins.TryCreate(layer, distribution);
    }

    public bool Draws => true;
    public bool TakesBytes => _bytes is not null;
    public CodeSums Sums { get; }
    public long Bytes => Sums.TableBytes + _bins.Length + (_offsets?.Length ?? 0) + (_bytes?.Bytes ?? 0) + _distribution.Bytes;

    public void Convert(in PlaneConversions at)
    {
        if (at.AreBytes) ConvertBytes(at);
        else
            for (int plane = 0; plane < at.Planes; plane++)
                if (Vector512.IsHardwareAccelerated) Convert<IntLanes512>(at.Of(plane));
                else Convert<IntLanes256>(at.Of(plane));
    }

    [SkipLocalsInit]
    internal void Convert<TInts>(in DieConversions at) where TInts : struct, IIntLanes<TInts>
    {
        int* bins = stackalloc int[DieConversions.MostColumns], codes = stackalloc int[DieConversions.MostColumns];
        FindBins<TInts>(at, bins);
        LookUp(bins, at.Columns, codes);
        Resolve<TInts>(at, codes);
        Sums.Add(at, codes);
    }

    /// <summary>Converts by <see cref="IByteCodes"/>. Lanes beyond the last column have any code, which is added to sums that nobody
    /// reads.</summary>
    [SkipLocalsInit]
    private void ConvertBytes(in PlaneConversions at)
    {
        const int MostVectors = DieConversions.MostColumns / 64;
        byte* codes = stackalloc byte[at.Planes * PlaneConversions.CountStride], ofPlane = codes;
        ulong* unsure = stackalloc ulong[MostVectors];
        for (int plane = 0; plane < at.Planes; plane++, ofPlane += PlaneConversions.CountStride)
        {
            _bytes!.Convert(at.Columns, at.MatchBytes(plane), at.Driven[plane], at.Highs(plane), ofPlane, unsure);
            for (int column = 0; column < at.Columns; column += Vector512<byte>.Count)
                if (unsure[column / Vector512<byte>.Count] is not 0 and var lanes)
                    Resolve(at, plane, column, lanes, ofPlane);
        }
        Sums.Add(at, codes);
    }

    /// <summary>Converts those of 64 columns whose lane is set.</summary>
    private void Resolve(in PlaneConversions at, int plane, int first, ulong lanes, byte* codes)
    {
        if (at.Columns - first < Vector512<byte>.Count) lanes &= (1UL << (at.Columns - first)) - 1;
        var driven = at.Driven[plane];
        byte* matches = at.MatchBytes(plane);
        ushort* highs = at.Highs(plane);
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int column = first + BitOperations.TrailingZeroCount(lanes);
            var cdf = _distribution.Cdf(0, driven.ScaleCounts * matches[column] + driven.BiasCounts);
            codes[column] = (byte)(CodeOf(cdf, highs[column]) ?? Reached(cdf, at.Of(plane).Uniform(column)));
        }
    }

    /// <summary>Returns the index at which each column's distribution begins, <c>[input plane][column]</c>.</summary>
    private AlignedBuffer Offsets(int inputDigits, int sums)
    {
        var buffer = new AlignedBuffer((long)inputDigits * _columns * sizeof(int));
        var offsets = (int*)buffer.Pointer;
        for (int i = 0; i < inputDigits * _columns; i++)
            offsets[i] = checked((i / _columns * _weightDigits + i % _columns % _weightDigits) * sums << _binBits);
        return buffer;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void FindBins<TInts>(in DieConversions at, int* bins) where TInts : struct, IIntLanes<TInts>
    {
        int* matches = at.Matches, offsets = _offsets is null ? null
            : (int*)_offsets.Pointer + at.Place.InputBit * _columns + at.Place.Column;
        ushort* highs = at.Highs;
        int columns = at.Columns;
        int scale = _binBits + at.Driven.ScaleCounts - 1, shift = 16 - _binBits;
        TInts bias = TInts.All((at.Driven.BiasCounts - _least) << _binBits);
        for (int column = 0; column < columns; column += TInts.Count)
        {
            var bin = TInts.Add(TInts.ShiftLeft(TInts.Load(matches + column), scale),
                TInts.Add(bias, TInts.ShiftRight(TInts.Load(highs + column), shift)));
            if (offsets is not null) bin = TInts.Add(bin, TInts.Load(offsets + column));
            bin.Store(bins + column);
        }
    }

    /// <summary>Looks up the codes. Two columns at a time halve the loads and stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void LookUp(int* bins, int columns, int* codes)
    {
        byte* table = _bins.Pointer;
        for (int column = 0; column < columns; column += 8, bins += 8, codes += 8)
        {
            ulong a = *(ulong*)bins, b = *(ulong*)(bins + 2), c = *(ulong*)(bins + 4), d = *(ulong*)(bins + 6);
            *(ulong*)codes = table[(uint)a] | (ulong)table[a >> 32] << 32;
            *(ulong*)(codes + 2) = table[(uint)b] | (ulong)table[b >> 32] << 32;
            *(ulong*)(codes + 4) = table[(uint)c] | (ulong)table[c >> 32] << 32;
            *(ulong*)(codes + 6) = table[(uint)d] | (ulong)table[d >> 32] << 32;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Resolve<TInts>(in DieConversions at, int* codes) where TInts : struct, IIntLanes<TInts>
    {
        var unsure = TInts.All(CodeBins.Unsure);
        int columns = at.Columns;
        for (int column = 0; column < columns; column += TInts.Count)
        {
            uint lanes = TInts.Equal(TInts.Load(codes + column), unsure) & (uint)((1UL << Math.Min(columns - column, TInts.Count)) - 1);
            for (; lanes != 0; lanes &= lanes - 1)
            {
                int i = column + BitOperations.TrailingZeroCount(lanes);
                codes[i] = CodeOf(at, i);
            }
        }
    }

    private int CodeOf(in DieConversions at, int column)
    {
        int distribution = _distribution.Distributions == 1 ? 0
            : at.Place.InputBit * _weightDigits + (at.Place.Column + column) % _weightDigits;
        var cdf = _distribution.Cdf(distribution, at.PartialSum(column));
        return CodeOf(cdf, at.Highs[column]) ?? Reached(cdf, at.Uniform(column));
    }

    /// <summary>Returns the code that all random bits with a high half give; null where the low half decides.</summary>
    private static int? CodeOf(ReadOnlySpan<ulong> cdf, ushort high)
    {
        uint least = (uint)high << 16;
        int code = Reached(cdf, least);
        return code < cdf.Length && cdf[code] <= (least | 0xFFFF) ? null : code;
    }

    /// <summary>Returns the number of entries that u has reached.</summary>
    private static int Reached(ReadOnlySpan<ulong> cdf, uint u)
    {
        int low = 0, high = cdf.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (u >= cdf[middle]) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
