using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Adds one-bit-per-lane table rows into a bit-sliced counter: plane k of the counter is one vector, lane l counts
/// <c>sum over k of 2^k * bit l of plane k</c>, modulo 2^planes.
/// <code>
/// 32 rows -> carry-save adders (Harley-Seal) -> ones twos fours eights sixteens | thirty-twos ripple into planes 5, 6, ...
/// </code>
/// </summary>
internal static unsafe class VerticalCounter<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows are added eight at a time: lists are padded with a row of zeros to a multiple of this.</summary>
    public const int RowStep = 8;

    /// <summary>A counter has at least this many planes.</summary>
    public const int LeastPlanes = 5;

    /// <param name="table">First lane vector of row 0.</param>
    /// <param name="rowOffsets">Byte offsets of the rows to add.</param>
    /// <param name="count">How many, a multiple of <see cref="RowStep"/>.</param>
    /// <param name="counter">Planes, read and written.</param>
    /// <param name="planes">At least <see cref="LeastPlanes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(byte* table, int* rowOffsets, int count, TVector* counter, int planes)
    {
        TVector ones = counter[0], twos = counter[1], fours = counter[2], eights = counter[3], sixteens = counter[4];
        int* end32 = rowOffsets + (count & ~31);
        for (; rowOffsets < end32; rowOffsets += 32)
        {
            var first = AddSixteen(table, rowOffsets, ref ones, ref twos, ref fours, ref eights);
            var second = AddSixteen(table, rowOffsets + 16, ref ones, ref twos, ref fours, ref eights);
            Ripple(counter, 5, planes, TLanes.Carry(first, second, sixteens));
            sixteens = TLanes.Sum(first, second, sixteens);
        }
        if ((count & 16) != 0)
        {
            var more = AddSixteen(table, rowOffsets, ref ones, ref twos, ref fours, ref eights);
            Ripple(counter, 5, planes, TLanes.And(sixteens, more));
            sixteens = TLanes.Xor(sixteens, more);
            rowOffsets += 16;
        }
        if ((count & 8) != 0)
        {
            var more = AddEight(table, rowOffsets, ref ones, ref twos, ref fours);
            var carry = TLanes.And(eights, more);
            eights = TLanes.Xor(eights, more);
            Ripple(counter, 5, planes, TLanes.And(sixteens, carry));
            sixteens = TLanes.Xor(sixteens, carry);
        }
        counter[0] = ones;
        counter[1] = twos;
        counter[2] = fours;
        counter[3] = eights;
        counter[4] = sixteens;
    }

    /// <summary>Sixteen rows into ones .. eights; returns the carry into the sixteens.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddSixteen(byte* table, int* at, ref TVector ones, ref TVector twos, ref TVector fours, ref TVector eights)
    {
        var first = AddEight(table, at, ref ones, ref twos, ref fours);
        var second = AddEight(table, at + 8, ref ones, ref twos, ref fours);
        var carry = TLanes.Carry(first, second, eights);
        eights = TLanes.Sum(first, second, eights);
        return carry;
    }

    /// <summary>Eight rows into ones, twos, fours; returns the carry into the eights. Rows are added among themselves first, so that few additions wait for the last eight rows'.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddEight(byte* table, int* at, ref TVector ones, ref TVector twos, ref TVector fours)
    {
        TVector a = *(TVector*)(table + at[0]), b = *(TVector*)(table + at[1]), c = *(TVector*)(table + at[2]);
        TVector twosA = TLanes.Carry(a, b, c), sumA = TLanes.Sum(a, b, c);
        TVector d = *(TVector*)(table + at[3]), e = *(TVector*)(table + at[4]), f = *(TVector*)(table + at[5]);
        TVector twosB = TLanes.Carry(d, e, f), sumB = TLanes.Sum(d, e, f);
        TVector g = *(TVector*)(table + at[6]), h = *(TVector*)(table + at[7]);
        TVector twosC = TLanes.Carry(g, h, sumA), sumC = TLanes.Sum(g, h, sumA);
        TVector twosD = TLanes.Carry(sumB, sumC, ones);
        ones = TLanes.Sum(sumB, sumC, ones);
        TVector foursA = TLanes.Carry(twosA, twosB, twosC), sumTwos = TLanes.Sum(twosA, twosB, twosC);
        TVector foursB = TLanes.Carry(sumTwos, twosD, twos);
        twos = TLanes.Sum(sumTwos, twosD, twos);
        var carry = TLanes.Carry(foursA, foursB, fours);
        fours = TLanes.Sum(foursA, foursB, fours);
        return carry;
    }

    /// <summary>Adds one bit per lane at plane <paramref name="from"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Ripple(TVector* counter, int from, int planes, TVector carry)
    {
        for (int plane = from; plane < planes; plane++)
        {
            var old = counter[plane];
            counter[plane] = TLanes.Xor(old, carry);
            carry = TLanes.And(old, carry);
        }
    }
}
