using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Lanes;

/// <summary>
/// Lists of table rows to add, as <see cref="RowList"/>, in 16-bit offsets in units of <see cref="Unit"/> bytes: half the memory to write
/// and read. Set bits are found a byte at a time: a table holds, for each byte, the offsets of its set bits. All lanes are stored and the
/// list grows by as many as are valid, so no branch depends on the data.
/// </summary>
internal sealed unsafe class CompactRowList
{
    /// <summary>Bytes that an offset counts: what an address may multiply by.</summary>
    public const int Unit = 8;

    /// <summary>Lists that are counted have a multiple of so many entries.</summary>
    public const int Step = 8;

    /// <summary>Entries that are written beyond the last valid one.</summary>
    public const int Slack = 8;

    private readonly AlignedBuffer _offsetsOfByte = new(256 * 8 * sizeof(ushort));
    private readonly int _units;

    /// <param name="rowBytes">From one row of the table to the next, a multiple of <see cref="Unit"/>.</param>
    public CompactRowList(int rowBytes)
    {
        _units = rowBytes / Unit;
        var offsets = (ushort*)_offsetsOfByte.Pointer;
        for (int bits = 0; bits < 256; bits++)
            for (int bit = 0, at = bits * 8; bit < 8; bit++)
                if ((bits >> bit & 1) != 0) offsets[at++] = (ushort)(bit * _units);
    }

    /// <summary>Whether offsets reach every row of a table.</summary>
    public static bool Reaches(int rows, int rowBytes) => (long)rows * (rowBytes / Unit) <= ushort.MaxValue + 1;

    /// <summary>The offset of a row.</summary>
    public ushort OffsetOf(int row) => checked((ushort)(row * _units));

    /// <summary>Appends the set bits of <paramref name="bits"/>, less those of <paramref name="except"/> (empty:
    /// none), that lie in a row group; returns how many.</summary>
    /// <param name="firstRow">The table row of bit 0.</param>
    /// <param name="list">Room for them and <see cref="Slack"/> more.</param>
    public int Append(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> except, RowGroup group, int firstRow, ushort* list)
    {
        ushort* start = list;
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
        {
            ulong rest = BitRuns.Masked(bits[word], word, group.FirstRow, group.EndRow);
            if (!except.IsEmpty) rest &= ~except[word];
            list = AppendWord(rest, firstRow + word * 64, list);
        }
        return (int)(list - start);
    }

    /// <summary>Appends the set bits of one word; returns the end.</summary>
    /// <param name="row">Of bit 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ushort* AppendWord(ulong bits, int row, ushort* list)
    {
        for (int offset = row * _units; bits != 0; bits >>= 8, offset += 8 * _units)
        {
            int octet = (int)bits & 0xFF;
            (Vector128.Load((ushort*)_offsetsOfByte.Pointer + octet * 8) + Vector128.Create((ushort)offset)).Store(list);
            list += BitOperations.PopCount((uint)octet);
        }
        return list;
    }

    /// <summary>Fills up to a multiple of <see cref="Step"/> without a branch; returns the new length.</summary>
    /// <param name="list">Room for <see cref="Slack"/> more.</param>
    public static int Pad(ushort* list, int length, ushort padding)
    {
        Vector128.Create(padding).Store(list + length);
        return (length + Step - 1) & -Step;
    }
}
