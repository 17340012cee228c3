using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Adds one-bit-per-lane table rows into a bit-sliced counter: plane k of the counter is one vector, lane l counts
/// <c>sum over k of 2^k * bit l of plane k</c>, modulo 2^planes.
/// <code>
/// 16 rows -> carry-save adders (Harley-Seal) -> ones twos fours eights | sixteens ripple into planes 4, 5, ...
/// </code>
/// </summary>
internal static unsafe class VerticalCounter<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>Rows are added eight at a time: lists are padded with a row of zeros to a multiple of this.</summary>
    public const int RowStep = 8;

    /// <summary>A counter has at least this many planes.</summary>
    public const int LeastPlanes = 4;

    /// <param name="table">First lane vector of row 0.</param>
    /// <param name="rowOffsets">Byte offsets of the rows to add.</param>
    /// <param name="count">How many, a multiple of <see cref="RowStep"/>.</param>
    /// <param name="counter">Planes, read and written.</param>
    /// <param name="planes">At least <see cref="LeastPlanes"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(byte* table, int* rowOffsets, int count, TVector* counter, int planes)
    {
        TVector ones = counter[0], twos = counter[1], fours = counter[2], eights = counter[3];
        int* end16 = rowOffsets + (count & ~15), end = rowOffsets + count;
        for (; rowOffsets < end16; rowOffsets += 16)
        {
            var eightsA = AddEight(table, rowOffsets, ref ones, ref twos, ref fours);
            var eightsB = AddEight(table, rowOffsets + 8, ref ones, ref twos, ref fours);
            var sixteens = TLanes.Carry(eights, eightsA, eightsB);
            eights = TLanes.Sum(eights, eightsA, eightsB);
            Ripple(counter, 4, planes, sixteens);
        }
        if (rowOffsets < end)
        {
            var more = AddEight(table, rowOffsets, ref ones, ref twos, ref fours);
            var sixteens = TLanes.And(eights, more);
            eights = TLanes.Xor(eights, more);
            Ripple(counter, 4, planes, sixteens);
        }
        counter[0] = ones;
        counter[1] = twos;
        counter[2] = fours;
        counter[3] = eights;
    }

    /// <summary>Eight rows into ones, twos, fours; returns the carry into the eights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddEight(byte* table, int* at, ref TVector ones, ref TVector twos, ref TVector fours)
    {
        var foursA = AddFour(table, at, ref ones, ref twos);
        var foursB = AddFour(table, at + 4, ref ones, ref twos);
        var carry = TLanes.Carry(fours, foursA, foursB);
        fours = TLanes.Sum(fours, foursA, foursB);
        return carry;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector AddFour(byte* table, int* at, ref TVector ones, ref TVector twos)
    {
        TVector a = *(TVector*)(table + at[0]), b = *(TVector*)(table + at[1]);
        TVector c = *(TVector*)(table + at[2]), d = *(TVector*)(table + at[3]);
        var twosA = TLanes.Carry(ones, a, b);
        ones = TLanes.Sum(ones, a, b);
        var twosB = TLanes.Carry(ones, c, d);
        ones = TLanes.Sum(ones, c, d);
        var carry = TLanes.Carry(twos, twosA, twosB);
        twos = TLanes.Sum(twos, twosA, twosB);
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
