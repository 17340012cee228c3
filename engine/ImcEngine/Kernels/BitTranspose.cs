using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels;

/// <summary>
/// Bit-sliced numbers to integers. Eight planes are an 8 x 8 bit matrix for every eight lanes; three rounds of swaps between plane vectors turn it:
/// <code>
/// plane p, lane 8 t + k   ->   byte t of vector k, bit p         so byte t of vector k is the number of lane 8 t + k
/// </code>
/// Lanes are assigned such (see <see cref="VerticalTables"/>) that the bytes of vector k of a word are eight neighbouring integers.
/// </summary>
internal static unsafe class BitTranspose<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="slices">Planes.</param>
    /// <param name="planes">1 .. 31.</param>
    /// <param name="integers">One per lane, written: integer 64 w + 8 k + t is that of lane 64 w + 8 t + k.</param>
    public static void ToIntegers(TVector* slices, int planes, int* integers) => ToIntegers(slices, planes, false, integers);

    /// <summary>The same in the order of lanes, which turns the bytes as well.</summary>
    public static void ToIntegersInOrder(TVector* slices, int planes, int* integers) => ToIntegers(slices, planes, true, integers);

    [SkipLocalsInit]
    private static void ToIntegers(TVector* slices, int planes, bool inOrder, int* integers)
    {
        var bytes = stackalloc TVector[8 * 4];
        int groups = (planes + 7) / 8;
        for (int group = 0; group < groups; group++)
        {
            var turned = bytes + group * 8;
            for (int plane = 0; plane < 8; plane++) turned[plane] = group * 8 + plane < planes ? slices[group * 8 + plane] : TLanes.Zero;
            TurnBits(turned);
            if (inOrder) TurnBytes(turned);
        }
        int words = TLanes.Bits / 64;
        for (int word = 0; word < words; word++)
            for (int k = 0; k < 8; k++)
                Widen((ulong*)bytes + k * words + word, 8 * words, groups, integers + word * 64 + k * 8);
    }

    /// <summary>Bit p of byte t of vector k becomes bit k of byte t of vector p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnBits(TVector* square) => Turn(square, 1, 0x5555555555555555, 0x3333333333333333, 0x0F0F0F0F0F0F0F0F);

    /// <summary>Byte t of vector k becomes byte k of vector t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnBytes(TVector* square) => Turn(square, 8, 0x00FF00FF00FF00FF, 0x0000FFFF0000FFFF, 0x00000000FFFFFFFF);

    /// <summary>Three rounds of swaps between vectors 1, 2 and 4 apart, all eight in registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn(TVector* square, int bits, ulong low1, ulong low2, ulong low4)
    {
        TVector a = square[0], b = square[1], c = square[2], d = square[3], e = square[4], f = square[5], g = square[6], h = square[7];
        var low = TLanes.Repeat(low1);
        Swap(ref a, ref b, bits, low);
        Swap(ref c, ref d, bits, low);
        Swap(ref e, ref f, bits, low);
        Swap(ref g, ref h, bits, low);
        low = TLanes.Repeat(low2);
        Swap(ref a, ref c, 2 * bits, low);
        Swap(ref b, ref d, 2 * bits, low);
        Swap(ref e, ref g, 2 * bits, low);
        Swap(ref f, ref h, 2 * bits, low);
        low = TLanes.Repeat(low4);
        Swap(ref a, ref e, 4 * bits, low);
        Swap(ref b, ref f, 4 * bits, low);
        Swap(ref c, ref g, 4 * bits, low);
        Swap(ref d, ref h, 4 * bits, low);
        (square[0], square[1], square[2], square[3]) = (a, b, c, d);
        (square[4], square[5], square[6], square[7]) = (e, f, g, h);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Swap(ref TVector a, ref TVector b, int bits, TVector low)
    {
        var swap = TLanes.And(TLanes.Xor(TLanes.ShiftRight(a, bits), b), low);
        b = TLanes.Xor(b, swap);
        a = TLanes.Xor(a, TLanes.ShiftLeft(swap, bits));
    }

    /// <summary>Eight integers from their low, next, ... bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(ulong* low, int stride, int groups, int* integers)
    {
        var sum = Vector256<int>.Zero;
        for (int group = 0; group < groups; group++, low += stride)
        {
            var wide = Vector128.WidenLower(Vector128.CreateScalar(*low).AsByte());
            sum |= Vector256.Create(Vector128.WidenLower(wide).AsInt32(), Vector128.WidenUpper(wide).AsInt32()) << (8 * group);
        }
        sum.Store(integers);
    }
}
