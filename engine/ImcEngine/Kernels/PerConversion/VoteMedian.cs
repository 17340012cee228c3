using System.Numerics;
using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// The median of the random bits of several conversions of one sum, column by column in the lanes: codes never fall as these bits rise,
/// so it gives the median code. Votes are sorted by a network of odd-even transposition: as many passes as votes, each of which orders
/// neighbours.
/// </summary>
internal static unsafe class VoteMedian
{
    private const int HalfBits = 16;

    /// <summary>Replaces the high halves of vote 0 by the median.</summary>
    /// <param name="highs">The halves of vote 0, one per column, in memory that can be read and written up to a multiple of the widest
    /// vector.</param>
    /// <param name="others">The halves of all votes, those of vote k <paramref name="stride"/> * k elements behind; those of vote 0 are not
    /// read.</param>
    [SkipLocalsInit]
    public static void Take(ushort* highs, ushort* others, int stride, int count, int columns)
    {
        Span<Vector<ushort>> votes = stackalloc Vector<ushort>[count];
        for (int column = 0; column < columns; column += Vector<ushort>.Count)
        {
            for (int vote = 0; vote < count; vote++)
                votes[vote] = Vector.Load((vote == 0 ? highs : others + (long)vote * stride) + column);
            Median(votes).Store(highs + column);
        }
    }

    /// <summary>Replaces both halves of vote 0 by those of the median.</summary>
    /// <param name="others">The high halves of all votes, then the low ones of all, <paramref name="stride"/> elements from one to the
    /// next.</param>
    [SkipLocalsInit]
    public static void Take(ushort* highs, ushort* lows, ushort* others, int stride, int count, int columns)
    {
        Span<Vector<uint>> first = stackalloc Vector<uint>[count], second = stackalloc Vector<uint>[count];
        for (int column = 0; column < columns; column += Vector<ushort>.Count)
        {
            for (int vote = 0; vote < count; vote++)
            {
                var high = Vector.Load((vote == 0 ? highs : others + (long)vote * stride) + column);
                var low = Vector.Load((vote == 0 ? lows : others + (long)(count + vote) * stride) + column);
                first[vote] = (Vector.WidenLower(high) << HalfBits) | Vector.WidenLower(low);
                second[vote] = (Vector.WidenUpper(high) << HalfBits) | Vector.WidenUpper(low);
            }
            var (medianOfFirst, medianOfSecond) = (Median(first), Median(second));
            Vector.Narrow(medianOfFirst >>> HalfBits, medianOfSecond >>> HalfBits).Store(highs + column);
            var mask = new Vector<uint>(ushort.MaxValue);
            Vector.Narrow(medianOfFirst & mask, medianOfSecond & mask).Store(lows + column);
        }
    }

    private static Vector<T> Median<T>(Span<Vector<T>> votes)
    {
        for (int pass = 0; pass < votes.Length; pass++)
            for (int i = pass % 2; i + 1 < votes.Length; i += 2)
                (votes[i], votes[i + 1]) = (Vector.Min(votes[i], votes[i + 1]), Vector.Max(votes[i], votes[i + 1]));
        return votes[votes.Length / 2];
    }
}
