using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// A distribution of codes, for 64 conversions at once on machines that permute bytes (AVX-512 VBMI). Few codes are possible for each sum,
/// so a conversion compares the high half h of its random bits with few thresholds, which it looks up by its matches:
/// <code>
/// code = base[s] + number of k with h > threshold[k][s]
/// not sure, so that all bits decide:  h = threshold[k][s], and the Tail least and the Tail greatest h
/// base[s]          the number of Cdf[s] that are reached by every u whose h is not in the lower tail
/// threshold[k][s]  the high half of the k-th of Cdf[s] between the tails, or 2^16 - 1 where there is none
/// tables           [base; high byte and low byte of each threshold][parity of s - least][(s - least) / counts per match]
/// </code>
/// </summary>
internal sealed unsafe class ByteThresholds : IByteCodes
{
    /// <summary>The values of h at either end for which all bits decide. Under noise they are one conversion in 2048, and spare the
    /// thresholds of codes that are 3.5 sigma away.</summary>
    private const int Tail = 16;

    /// <summary>With more thresholds than these, looking up a bin is faster.</summary>
    private const int MostThresholds = 6;

    /// <summary>The most matches that a byte holds, and the vectors of the entries that they choose from.</summary>
    private const int Entries = byte.MaxValue + 1, OfVector = 64;

    private readonly AlignedBuffer _tables;
    private readonly int _least, _thresholds, _scale, _length;

    private ByteThresholds(MappedLayer layer, ICodeDistribution distribution, int thresholds)
    {
        (_least, _thresholds) = (layer.LeastPartialSum, thresholds);
        _scale = layer.Map.Product == CellProduct.And ? 1 : 2;
        int sums = layer.MostPartialSum - _least + 1;
        _length = (sums / _scale) + 1 + Entries;
        _tables = new((long)(1 + (2 * thresholds)) * _scale * _length);
        for (int i = 0; i < sums; i++) Fill(distribution.Cdf(0, _least + i), TableOf(i));
    }

    public static bool IsSupported => Avx512Vbmi.IsSupported;

    public long Bytes => _tables.Length;

    /// <summary>Returns null where plane pairs have distributions of their own, a code exceeds a byte, or too many codes are possible for
    /// one sum.</summary>
    public static ByteThresholds? TryCreate(MappedLayer layer, ICodeDistribution distribution)
    {
        if (distribution.Distributions > 1) return null;
        int most = 0;
        for (int s = layer.LeastPartialSum; s <= layer.MostPartialSum; s++)
        {
            var cdf = distribution.Cdf(0, s);
            if (cdf.Length > byte.MaxValue) return null;
            int thresholds = 0;
            foreach (ulong entry in cdf) thresholds += IsThreshold(entry) ? 1 : 0;
            most = Math.Max(most, thresholds);
        }
        return most <= MostThresholds ? new(layer, distribution, most) : null;
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Convert(int columns, byte* matches, in DrivenRows driven, ushort* highs, byte* codes, ulong* unsure)
    {
        int distance = _scale * _length, most = driven.MatchRowCount, thresholds = _thresholds;
        byte* bases = TableOf(driven.BiasCounts - _least);
        Vector512<byte> even = Vector512<byte>.Indices + Vector512<byte>.Indices, odd = even + Vector512<byte>.One;
        for (int column = 0; column < columns; column += Vector512<byte>.Count, unsure++)
        {
            byte* table = bases;
            var index = Vector512.Load(matches + column);
            Vector512<byte> low = Vector512.Load((byte*)(highs + column)), high = Vector512.Load((byte*)(highs + column + 32)),
                upper = Avx512Vbmi.PermuteVar64x8x2(low, odd, high), lower = Avx512Vbmi.PermuteVar64x8x2(low, even, high);
            Vector512<byte> code = LookUp(table, index, most), isUnsure = IsInTail(upper, lower);
            for (int k = 0; k < thresholds; k++)
            {
                table += distance;
                var upperThreshold = LookUp(table, index, most);
                table += distance;
                var lowerThreshold = LookUp(table, index, most);
                var isEqual = Vector512.Equals(upper, upperThreshold);
                code -= Vector512.GreaterThan(upper, upperThreshold) | (isEqual & Vector512.GreaterThan(lower, lowerThreshold));
                isUnsure |= isEqual & Vector512.Equals(lower, lowerThreshold);
            }
            code.Store(codes + column);
            *unsure = isUnsure.ExtractMostSignificantBits();
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> IsInTail(Vector512<byte> upper, Vector512<byte> lower)
    {
        // Both tails, moved to one place: (h + Tail) modulo 2^16 is below 2 Tail. The lower byte carries only from its own tail.
        var moved = lower + Vector512.Create((byte)Tail);
        var carried = Vector512.LessThan(moved, Vector512.Create((byte)Tail));
        return Vector512.Equals(upper - carried, Vector512<byte>.Zero) & Vector512.LessThan(moved, Vector512.Create((byte)(2 * Tail)));
    }

    private static bool IsBelowAll(ulong entry) => entry <= (ulong)Tail << 16;

    private static bool IsThreshold(ulong entry) => !IsBelowAll(entry) && entry < (ulong)(ushort.MaxValue + 1 - Tail) << 16;

    /// <summary>Returns the address of base for a partial sum.</summary>
    /// <param name="sum">The partial sum, from the least on.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private byte* TableOf(int sum) => _tables.Pointer + ((long)(sum % _scale) * _length) + (sum / _scale);

    /// <summary>Looks up entries 0 .. most, in one to four vectors.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> LookUp(byte* table, Vector512<byte> index, int most)
    {
        if (most < OfVector) return Avx512Vbmi.PermuteVar64x8(Vector512.Load(table), index);
        var lower = Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(table), index, Vector512.Load(table + OfVector));
        if (most < 2 * OfVector) return lower;
        var upper = Avx512Vbmi.PermuteVar64x8x2(Vector512.Load(table + (2 * OfVector)), index, Vector512.Load(table + (3 * OfVector)));
        return Vector512.ConditionalSelect(Vector512.LessThan(index.AsSByte(), Vector512<sbyte>.Zero).AsByte(), upper, lower);
    }

    /// <summary>Writes the entries of one sum.</summary>
    private void Fill(ReadOnlySpan<ulong> cdf, byte* table)
    {
        int distance = _scale * _length, k = 0;
        foreach (ulong entry in cdf)
        {
            if (IsBelowAll(entry)) (*table)++;
            if (IsThreshold(entry)) Write(k++, (ushort)(entry >> 16));
        }
        while (k < _thresholds) Write(k++, ushort.MaxValue);

        void Write(int threshold, ushort high)
        {
            table[((2 * threshold) + 1) * distance] = (byte)(high >> 8);
            table[((2 * threshold) + 2) * distance] = (byte)high;
        }
    }
}
