using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Lanes;

/// <summary>
/// Table rows to add, as byte offsets. With AVX-512 the offsets of sixteen bits are compressed to those of the set ones. Else set bits are
/// found a byte at a time: a table holds, for each byte, the offsets of its set bits. All lanes are stored and the list grows by as many as
/// are valid, so no branch depends on the data.
/// </summary>
internal sealed unsafe class RowList
{
    /// <summary>Entries that are written beyond the last valid one.</summary>
    public const int Slack = 16;

    private readonly AlignedBuffer _offsetsOfByte = new(256 * 8 * sizeof(int));
    private readonly Vector512<int> _offsets;

    public RowList(int rowBytes)
    {
        RowBytes = rowBytes;
        _offsets = Vector512<int>.Indices * rowBytes;
        var offsets = (int*)_offsetsOfByte.Pointer;
        for (int bits = 0; bits < 256; bits++)
            for (int bit = 0, at = bits * 8; bit < 8; bit++)
                if ((bits >> bit & 1) != 0) offsets[at++] = bit * rowBytes;
    }

    public int RowBytes { get; }

    /// <summary>Appends the set bits of <paramref name="bits"/>, less those of <paramref name="except"/> (empty:
    /// none), that lie in a row group; returns how many.</summary>
    /// <param name="list">Room for them and <see cref="Slack"/> more.</param>
    public int Append(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> except, RowGroup group, int offset, int* list)
    {
        int* start = list;
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
        {
            ulong rest = BitRuns.Masked(bits[word], word, group.FirstRow, group.EndRow);
            if (!except.IsEmpty) rest &= ~except[word];
            list = AppendWord(rest, word * 64 * RowBytes + offset, list);
        }
        return (int)(list - start);
    }

    /// <summary>Appends the set bits of one word; returns the end.</summary>
    /// <param name="origin">Offset of bit 0's row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int* AppendWord(ulong bits, int origin, int* list)
    {
        if (Avx512F.IsSupported) return AppendSixteens(bits, origin, list);
        for (; bits != 0; bits >>= 8, origin += 8 * RowBytes)
        {
            int octet = (int)bits & 0xFF;
            (Vector256.Load((int*)_offsetsOfByte.Pointer + octet * 8) + Vector256.Create(origin)).Store(list);
            list += BitOperations.PopCount((uint)octet);
        }
        return list;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int* AppendSixteens(ulong bits, int origin, int* list)
    {
        var bitOfLane = Avx512F.ShiftLeftLogicalVariable(Vector512<int>.One, Vector512<uint>.Indices);
        var offsets = _offsets + Vector512.Create(origin);
        for (; bits != 0; bits >>= 16, offsets += Vector512.Create(16 * RowBytes))
        {
            int sixteen = (int)bits & 0xFFFF;
            var isSet = Vector512.Equals(Vector512.Create(sixteen) & bitOfLane, bitOfLane);
            Avx512F.Compress(Vector512<int>.Zero, isSet, offsets).Store(list);
            list += BitOperations.PopCount((uint)sixteen);
        }
        return list;
    }

    /// <summary>Fills up to a multiple of <paramref name="step"/>, a power of two of at most 8, without a branch;
    /// returns the new length.</summary>
    /// <param name="list">Room for <see cref="Slack"/> more.</param>
    public static int Pad(int* list, int length, int step, int padding)
    {
        Vector256.Create(padding).Store(list + length);
        return (length + step - 1) & -step;
    }
}
