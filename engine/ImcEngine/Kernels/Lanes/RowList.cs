using System.Numerics;
using System.Runtime.CompilerServices;
using ImcEngine.BitPlanes;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Lanes;

/// <summary>The operations on the entries of a list of table rows.</summary>
internal unsafe interface IRowOffsets<TOffset> where TOffset : unmanaged
{
    /// <summary>The unit of an offset, in bytes.</summary>
    static abstract int Unit { get; }

    /// <summary>Stores eight offsets, each larger by <paramref name="origin"/>.</summary>
    static abstract void StoreEight(TOffset* offsets, int origin, TOffset* list);

    /// <summary>Stores the same offset eight times.</summary>
    static abstract void StoreEight(TOffset offset, TOffset* list);

    /// <summary>Whether this machine can append set bits without a table.</summary>
    static virtual bool NeedsNoTable => false;

    /// <summary>Does the same as <see cref="RowList{TOffset, TOffsets}.AppendWord"/>, without a table.</summary>
    /// <param name="origin">The offset of the row of bit 0.</param>
    /// <param name="units">The distance from one row to the next, in offset units.</param>
    static virtual TOffset* AppendWithoutTable(ulong bits, int origin, int units, TOffset* list) => throw new NotSupportedException();
}

/// <summary>
/// Lists of table rows to add, as offsets. Set bits are found a byte at a time: a table holds, for each byte, the offsets of its set bits.
/// Eight entries are always stored, and the list grows by the number of valid ones, so no branch depends on the data.
/// </summary>
internal abstract unsafe class RowList<TOffset, TOffsets>
    where TOffset : unmanaged, IBinaryInteger<TOffset>
    where TOffsets : struct, IRowOffsets<TOffset>
{
    private readonly AlignedBuffer _offsetsOfByte = new(256 * 8 * sizeof(TOffset));
    private readonly int _units;

    /// <param name="rowBytes">The bytes from one row of the table to the next: a multiple of the offsets' unit.</param>
    protected RowList(int rowBytes)
    {
        _units = rowBytes / TOffsets.Unit;
        var offsets = (TOffset*)_offsetsOfByte.Pointer;
        for (int bits = 0; bits < 256; bits++)
            for (int bit = 0, at = bits * 8; bit < 8; bit++)
                if ((bits >> bit & 1) != 0) offsets[at++] = OffsetOf(bit);
    }

    /// <summary>Returns the offset of a row.</summary>
    public TOffset OffsetOf(int row) => TOffset.CreateChecked(row * _units);

    /// <summary>Appends the rows of a row group whose bit is set in <paramref name="bits"/> and not in <paramref name="except"/>, which may
    /// be empty. Returns how many.</summary>
    /// <param name="firstRow">The table row of bit 0.</param>
    /// <param name="list">The list, with room for the rows and the slack.</param>
    public int Append(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> except, RowGroup group, int firstRow, TOffset* list)
    {
        TOffset* start = list;
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
        {
            ulong rest = BitRuns.Masked(bits[word], word, group.FirstRow, group.EndRow);
            if (!except.IsEmpty) rest &= ~except[word];
            list = AppendWord(rest, firstRow + word * 64, list);
        }
        return (int)(list - start);
    }

    /// <summary>Appends the rows of the set bits of one word; returns the new end of the list.</summary>
    /// <param name="row">The table row of bit 0.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TOffset* AppendWord(ulong bits, int row, TOffset* list)
    {
        int origin = row * _units;
        if (TOffsets.NeedsNoTable) return TOffsets.AppendWithoutTable(bits, origin, _units, list);
        for (; bits != 0; bits >>= 8, origin += 8 * _units)
        {
            int octet = (int)bits & 0xFF;
            TOffsets.StoreEight((TOffset*)_offsetsOfByte.Pointer + octet * 8, origin, list);
            list += BitOperations.PopCount((uint)octet);
        }
        return list;
    }

    /// <summary>Pads a list to a multiple of <paramref name="step"/>, a power of two up to 8, without a branch. Returns the new
    /// length.</summary>
    /// <param name="list">The list, with room for the slack.</param>
    public static int Pad(TOffset* list, int length, int step, TOffset padding)
    {
        TOffsets.StoreEight(padding, list + length);
        return (length + step - 1) & -step;
    }
}
