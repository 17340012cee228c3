using System.Numerics;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels;

/// <summary>Table rows to add, as byte offsets.</summary>
internal static unsafe class RowList
{
    /// <summary>Appends the set bits of <paramref name="bits"/>, less those of <paramref name="except"/> (empty: none), that lie in a row group; returns how many.</summary>
    public static int Append(ReadOnlySpan<ulong> bits, ReadOnlySpan<ulong> except, RowGroup group, int rowBytes, int offset, int* list)
    {
        int* start = list;
        for (int word = group.FirstRow >> 6; word * 64 < group.EndRow; word++)
        {
            ulong rest = BitRuns.Masked(bits[word], word, group.FirstRow, group.EndRow);
            if (!except.IsEmpty) rest &= ~except[word];
            int origin = word * 64 * rowBytes + offset;
            for (; rest != 0; rest &= rest - 1)
                *list++ = origin + BitOperations.TrailingZeroCount(rest) * rowBytes;
        }
        return (int)(list - start);
    }

    /// <summary>Fills up to a multiple of <paramref name="step"/>; returns the new length.</summary>
    public static int Pad(int* list, int length, int step, int padding)
    {
        for (; length % step != 0; length++) list[length] = padding;
        return length;
    }
}
