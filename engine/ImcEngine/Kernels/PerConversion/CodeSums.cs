using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Kernels.Adc;
using ImcEngine.Kernels.Lanes;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>What a sum holds.</summary>
/// <param name="AreLevels">Whether it holds levels in any case, since a second stage or a probe reads it.</param>
/// <param name="OfVotes">The conversions of each partial sum that are summed; 0 or 1 for one.</param>
internal readonly record struct SummedConversions(bool AreLevels, int OfVotes)
{
    public int Votes => Math.Max(OfVotes, 1);
}

/// <summary>
/// The sums of a layer's weight digits over row groups and input digits. They are 32-bit sums of codes where levels are affine in the
/// codes, else 64-bit sums of levels. A digit is converted as one column. Of a digit pair that digital adders sum, the level is the
/// partial sum.
/// <code>
/// levels: result = sum over weight digits of weight * column sum
/// codes:  result = step * (sum over weight digits of weight * column sum) + first * votes * sum of all digits' weights
/// </code>
/// </summary>
internal sealed unsafe class CodeSums
{
    private readonly LayerMap _map;
    private readonly bool _hasDigitalPairs;
    private readonly int _unitsPerCount;
    private readonly long[][] _unitOfCode;
    private readonly LevelTable? _levels;
    private readonly long _first, _step = 1;

    /// <param name="adcs">One ADC, or one per digit pair <c>[inputDigit, weightDigit]</c>. With none, the caller adds to the sums, as
    /// 64-bit integers.</param>
    /// <param name="unit">The unit of the levels.</param>
    public CodeSums(LayerMap map, IReadOnlyList<IntegerAdc> adcs, SummedConversions summed = default,
        AccumulationUnit unit = AccumulationUnit.Levels)
    {
        (_map, _hasDigitalPairs) = (map, map.DigitalPairs > 0);
        _unitsPerCount = unit == AccumulationUnit.Counts ? 1 : AdcTransfer.LevelsPerCount;
        _unitOfCode = [.. adcs.Select(adc => adc.UnitOfCode)];
        if (_hasDigitalPairs || adcs.Count == 0) return;
        long weights = Enumerable.Range(0, map.InputDigits.Count).Sum(digit => Math.Abs((long)map.InputDigits.Weight(digit)));
        long first = 0, step = 1;
        OfCodes = !summed.AreLevels && adcs.Count == 1 && adcs[0].IsAffine(out first, out step)
            && weights * map.Groups.Length * adcs[0].UnitOfCode.Length * summed.Votes <= int.MaxValue;
        FitsShorts = OfCodes && map.ConvertsPlanes && ShortLanes.AreSupported && weights * adcs[0].UnitOfCode.Length <= short.MaxValue;
        if (OfCodes) (_first, _step) = (first * map.DigitWeightSum * summed.Votes, step);
        else _levels = LevelTable.TryCreate(map, _unitOfCode, weights);
    }

    /// <summary>The memory of the tables, in bytes.</summary>
    public long TableBytes => _levels?.Bytes ?? 0;

    /// <summary>Whether sums hold codes, in 32 bits, instead of levels.</summary>
    public bool OfCodes { get; }

    /// <summary>Whether the codes that one row group adds to a sum fit 16-bit lanes, which this machine has.</summary>
    public bool FitsShorts { get; }

    /// <summary>The bytes of one column's sum.</summary>
    public int Bytes => OfCodes ? sizeof(int) : sizeof(long);

    /// <summary>Adds the codes of some columns.</summary>
    /// <param name="codes">The codes, one per column, in memory that can be read up to a multiple of the widest vector.</param>
    public void Add(in DieConversions at, int* codes)
    {
        if (!OfCodes) AddLevels(at, codes);
        else if (Vector512.IsHardwareAccelerated) AddCodes<IntLanes512>((int*)at.Sums, codes, at.Columns, at.PlaneWeight);
        else AddCodes<IntLanes256>((int*)at.Sums, codes, at.Columns, at.PlaneWeight);
    }

    /// <summary>Adds the codes of some columns on all input planes, which are bytes.</summary>
    /// <param name="codes">The codes, <c>[input plane][column]</c>, with <see cref="PlaneConversions.CountStride"/>.</param>
    [SkipLocalsInit]
    public void Add(in PlaneConversions at, byte* codes)
    {
        if (FitsShorts && at.SumStride == 0)
        {
            if (ShortLanes.AreWide) AddCodes<ShortLanes512>(at, codes);
            else AddCodes<ShortLanes256>(at, codes);
            return;
        }
        int added = 0;
        if (!OfCodes && _levels is not null)
            added = Vector512.IsHardwareAccelerated ? _levels.Add<IntLanes512>(at, codes) : _levels.Add<IntLanes256>(at, codes);
        if (added == at.Columns) return;
        int* integers = stackalloc int[DieConversions.MostColumns];
        for (int plane = 0; plane < at.Planes; plane++, codes += PlaneConversions.CountStride)
        {
            for (int column = 0; column < at.Columns; column++) integers[column] = codes[column];
            if (added == 0) Add(at.Of(plane), integers);
            else AddLevels(at.Of(plane), integers, added);
        }
    }

    /// <summary>Writes the results of a tile of pixels.</summary>
    /// <param name="sums">The sums of a convolution group, <c>[pixel][column]</c>.</param>
    /// <param name="columns">The distance from one pixel's sums to the next one's.</param>
    /// <param name="results">The results of all output pixels, <c>[outputChannel, pixel]</c>; those of the tile are written.</param>
    public void Combine(void* sums, int columns, int convGroup, int firstPixel, int pixels, Span<long> results)
    {
        int outputs = _map.Geometry.GroupOutputChannels, rowLength = _map.Geometry.OutputPixels;
        fixed (long* all = results)
        {
            long* ofGroup = all + (long)convGroup * outputs * rowLength + firstPixel;
            if (OfCodes) Combine((int*)sums, columns, outputs, pixels, ofGroup, rowLength);
            else Combine((long*)sums, columns, outputs, pixels, ofGroup, rowLength);
        }
    }

    /// <summary>Combines the weight digits, output by output. The sums of a few outputs share a cache line.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Combine<T>(T* sums, int columns, int outputs, int pixels, long* results, int rowLength) where T : unmanaged, INumber<T>
    {
        // Results of more outputs at once would compete for the same few cache lines.
        const int CacheLine = 64, MostTogether = 4;
        int digits = _map.WeightDigits.Count, together = Math.Clamp(CacheLine / (digits * sizeof(T)), 1, MostTogether);
        long* weights = stackalloc long[digits];
        for (int digit = 0; digit < digits; digit++) weights[digit] = _map.WeightDigits.Weight(digit) * _step;
        for (int first = 0; first < outputs; first += together)
        {
            int end = Math.Min(first + together, outputs);
            for (int pixel = 0; pixel < pixels; pixel++)
            {
                T* ofOutput = sums + (long)pixel * columns + first * digits;
                for (int output = first; output < end; output++, ofOutput += digits)
                {
                    long sum = _first;
                    int digit = 0;
                    for (; digit <= digits - 4; digit += 4)
                        sum += Product(ofOutput, weights, digit) + Product(ofOutput, weights, digit + 1)
                            + Product(ofOutput, weights, digit + 2) + Product(ofOutput, weights, digit + 3);
                    for (; digit < digits; digit++) sum += Product(ofOutput, weights, digit);
                    results[(long)output * rowLength + pixel] = sum;
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Product<T>(T* sums, long* weights, int digit) where T : unmanaged, INumber<T> =>
        long.CreateTruncating(sums[digit]) * weights[digit];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddCodes<TInts>(int* sums, int* codes, int columns, int planeWeight) where TInts : struct, IIntLanes<TInts>
    {
        var weight = TInts.All(planeWeight);
        for (int column = 0; column < columns; column += TInts.Count)
            TInts.Add(TInts.Load(sums + column), TInts.Multiply(TInts.Load(codes + column), weight)).Store(sums + column);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void AddCodes<TLanes>(in PlaneConversions at, byte* codes) where TLanes : struct, IShortLanes<TLanes>
    {
        int top = at.Planes - 1, columns = at.Columns;
        bool isNegative = at.PlaneWeight(top) < 0;
        var sums = (int*)at.First.Sums;
        for (int column = 0; column < columns; column += TLanes.Count)
        {
            byte* ofPlane = codes + top * PlaneConversions.CountStride + column;
            var sum = TLanes.Load(ofPlane);
            if (isNegative) sum = TLanes.All(0) - sum;
            for (int plane = top; plane > 0; plane--)
            {
                ofPlane -= PlaneConversions.CountStride;
                sum = sum + sum + TLanes.Load(ofPlane);
            }
            sum.AddTo(sums + column);
        }
    }

    private void AddLevels(in DieConversions at, int* codes) => AddLevels(at, codes, _levels is null ? 0
        : Vector512.IsHardwareAccelerated ? _levels.Add<IntLanes512>(at, codes) : _levels.Add<IntLanes256>(at, codes));

    /// <summary>Adds the levels of the columns from <paramref name="first"/> on.</summary>
    private void AddLevels(in DieConversions at, int* codes, int first)
    {
        var sums = (long*)at.Sums;
        int digits = _map.WeightDigits.Count, digit = (at.Place.Column + first) % digits;
        for (int column = first; column < at.Columns; column++)
        {
            var units = _unitOfCode[_unitOfCode.Length == 1 ? 0 : at.Place.InputBit * digits + digit];
            sums[column] += at.PlaneWeight * (_hasDigitalPairs && _map.IsDigital(at.Place.InputBit, digit)
                ? (long)at.PartialSum(column) * _unitsPerCount : units[codes[column]]);
            if (++digit == digits) digit = 0;
        }
    }
}
