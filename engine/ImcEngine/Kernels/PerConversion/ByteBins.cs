using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// A distribution of codes, looked up by the matches and the upper eight random bits, which together are the 16 bits of an index:
/// <code>
/// bins [parity of s - least][(s - least) / counts per match][u / 2^24] = the code, or Unsure
/// </code>
/// Only the entries of sums that occur come into the cache, and with 256 bins a sum they are few.
/// </summary>
internal sealed unsafe class ByteBins : IByteCodes
{
    private const int BinBits = 8, Bins = 1 << BinBits, MostBytes = 1 << 24;

    private readonly AlignedBuffer _bins;
    private readonly int _least, _scale;
    private readonly long _length;

    private ByteBins(int least, int scale, long length)
    {
        (_least, _scale, _length) = (least, scale, length);
        _bins = new(scale * length);
    }

    public long Bytes => _bins.Length;

    /// <summary>Returns null where plane pairs have distributions of their own, a code exceeds what a bin holds, or the tables would be too
    /// large.</summary>
    public static ByteBins? TryCreate(MappedLayer layer, ICodeDistribution distribution)
    {
        int least = layer.LeastPartialSum, sums = layer.MostPartialSum - least + 1, scale = layer.Map.Product == CellProduct.And ? 1 : 2;
        // Matches choose from 256 entries, whatever the least of them is.
        long length = (long)(sums / scale + 1 + Bins) * Bins;
        if (distribution.Distributions > 1 || scale * length > MostBytes) return null;
        var bins = new ByteBins(least, scale, length);
        for (int i = 0; i < sums; i++)
        {
            var cdf = distribution.Cdf(0, least + i);
            if (cdf.Length >= CodeBins.Unsure) return null;
            CodeBins.Fill(cdf, new(bins.TableOf(i), Bins));
        }
        return bins;
    }

    [SkipLocalsInit]
    public void Convert(int columns, byte* matches, in DrivenRows driven, ushort* highs, byte* codes, ulong* unsure)
    {
        ushort* indices = stackalloc ushort[DieConversions.MostColumns];
        for (int column = 0; column < columns; column += Vector256<ushort>.Count)
        {
            var (lower, upper) = Vector128.Widen(Vector128.Load(matches + column));
            var match = Vector256.Create(lower, upper) << BinBits;
            (match | (Vector256.Load(highs + column) >> (16 - BinBits))).Store(indices + column);
        }
        LookUp(TableOf(driven.BiasCounts - _least), indices, columns, codes);
        var isUnsure = Vector256.Create(CodeBins.Unsure);
        for (int column = 0; column < columns; column += 64, unsure++)
            *unsure = Vector256.Equals(Vector256.Load(codes + column), isUnsure).ExtractMostSignificantBits()
                | (ulong)Vector256.Equals(Vector256.Load(codes + column + 32), isUnsure).ExtractMostSignificantBits() << 32;
    }

    /// <summary>Looks up the codes. Four indices at a time, and eight codes, spare loads and stores.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void LookUp(byte* table, ushort* indices, int columns, byte* codes)
    {
        for (int column = 0; column < columns; column += 8)
        {
            ulong a = *(ulong*)(indices + column), b = *(ulong*)(indices + column + 4);
            *(ulong*)(codes + column) = table[(ushort)a] | (ulong)table[(ushort)(a >> 16)] << 8 | (ulong)table[(ushort)(a >> 32)] << 16
                | (ulong)table[a >> 48] << 24 | (ulong)table[(ushort)b] << 32 | (ulong)table[(ushort)(b >> 16)] << 40
                | (ulong)table[(ushort)(b >> 32)] << 48 | (ulong)table[b >> 48] << 56;
        }
    }

    /// <summary>Returns the address of the bins of a partial sum.</summary>
    /// <param name="sum">The partial sum, from the least on.</param>
    private byte* TableOf(int sum) => _bins.Pointer + (sum % _scale * _length) + ((long)(sum / _scale) << BinBits);
}
