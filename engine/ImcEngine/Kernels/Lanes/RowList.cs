using System.Numerics;
using System.Runtime.CompilerServices;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Lanes;

/// <summary>The entries of lists of table rows.</summary>
internal unsafe interface IRowOffsets<TOffset> where TOffset : unmanaged
{
    /// <summary>Bytes that an offset counts.</summary>
    static abstract int Unit { get; }

    /// <summary>Stores eight offsets, each larger by <paramref name="origin"/>.</summary>
    static abstract void StoreEight(TOffset* offsets, int origin, TOffset* list);

    /// <summary>Stores the same offset eight times.</summary>
    static abstract void StoreEight(TOffset offset, TOffset* list);

    /// <summary>The machine appends set bits without a table.</summary>
    static virtual bool NeedsNoTable => false;

    /// <summary>As <see cref="RowList{TOffset, TOffsets}.AppendWord"/>, without a table.</summary>
    /// <param name="origin">Offset of bit 0's row.</param>
    /// <param name="units">From one row to the next.</param>
    static virtual TOffset* AppendWithoutTable(ulong bits, int origin, int units, TOffset* list) => throw new NotSupportedException();
}

/// <summary>
/// Lists of table rows to add, as offsets. Set bits are found a byte at a time: a table holds, for each byte, the offsets of its set bits.
/// All of them are stored and the list grows by as many as are valid, so no branch depends on the data.
/// </summary>
internal abstract unsafe class RowList<TOffset, TOffsets>
    where TOffset : unmanaged, IBinaryInteger<TOffset>
    where TOffsets : struct, IRowOffsets<TOffset>
{
    private readonly AlignedBuffer _offsetsOfByte = new(256 * 8 * sizeof(TOffset));
    private readonly int _units;

    /// <param name="rowBytes">From one row of the table to the next, a multiple of the offsets' unit.</param>
    protected RowList(int rowBytes)
    {
        _units = rowBytes / TOffsets.Unit;
        var offsets = (TOffset*)_offsetsOfByte.Pointer;
        for (int bits = 0; bits < 256; bits++)
            for (int bit = 0, at = bits * 8; bit < 8; bit++)
                if ((bits >> bit & 1) != 0) offsets[at++] = OffsetOf(bit);
    }

    /// <summary>The offset of a row.</summary>
    public TOffset OffsetOf(int row) => TOffset.CreateChecked(row * _units);

    /// <summary>Appends the set bits of <paramref name="bits"/>, less those of <paramref name="except"/> (empty:
    /// none), that lie in a row group; returns how many.</summary>
    /// <param name="firstRow">The table row of bit 0.</param>
    /// <param name="list">Room for them and the list's slack more.</param>
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

    /// <summary>Appends the set bits of one word; returns the end.</summary>
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

    /// <summary>Fills up to a multiple of <paramref name="step"/>, a power of two of at most 8, without a branch;
    /// returns the new length.</summary>
    /// <param name="list">Room for the list's slack more.</param>
    public static int Pad(TOffset* list, int length, int step, TOffset padding)
    {
        TOffsets.StoreEight(padding, list + length);
        return (length + step - 1) & -step;
    }
}
