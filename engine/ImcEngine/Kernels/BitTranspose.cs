using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ImcEngine.Kernels;

/// <summary>
/// Bit-sliced two's complement to integers. Eight planes are an 8 x 8 bit matrix for every eight lanes; three rounds of swaps between plane vectors turn it:
/// <code>
/// plane p, lane 8 t + k   ->   byte t of vector k, bit p         so byte t of vector k is the number of lane 8 t + k
/// </code>
/// Lanes are assigned such (see <see cref="VerticalTables"/>) that the bytes of vector k of a word are eight neighbouring integers.
/// </summary>
internal static unsafe class BitTranspose<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="slices">Planes, the top plane negative.</param>
    /// <param name="planes">1 .. 32.</param>
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
        int signShift = 32 - planes, words = TLanes.Bits / 64;
        for (int word = 0; word < words; word++)
            for (int k = 0; k < 8; k++)
                Widen((ulong*)bytes + k * words + word, 8 * words, groups, signShift, integers + word * 64 + k * 8);
    }

    /// <summary>Bit p of byte t of vector k becomes bit k of byte t of vector p.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnBits(TVector* square)
    {
        Swap(square, 1, 1, 0x5555555555555555);
        Swap(square, 2, 2, 0x3333333333333333);
        Swap(square, 4, 4, 0x0F0F0F0F0F0F0F0F);
    }

    /// <summary>Byte t of vector k becomes byte k of vector t.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnBytes(TVector* square)
    {
        Swap(square, 1, 8, 0x00FF00FF00FF00FF);
        Swap(square, 2, 16, 0x0000FFFF0000FFFF);
        Swap(square, 4, 32, 0x00000000FFFFFFFF);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Swap(TVector* square, int distance, int bits, ulong low)
    {
        var mask = TLanes.Repeat(low);
        for (int i = 0; i < 8; i++)
        {
            if ((i & distance) != 0) continue;
            var swap = TLanes.And(TLanes.Xor(TLanes.ShiftRight(square[i], bits), square[i + distance]), mask);
            square[i + distance] = TLanes.Xor(square[i + distance], swap);
            square[i] = TLanes.Xor(square[i], TLanes.ShiftLeft(swap, bits));
        }
    }

    /// <summary>Eight integers from their low, next, ... bytes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Widen(ulong* low, int stride, int groups, int signShift, int* integers)
    {
        var sum = Vector256<int>.Zero;
        for (int group = 0; group < groups; group++, low += stride)
        {
            var wide = Vector128.WidenLower(Vector128.CreateScalar(*low).AsByte());
            sum |= Vector256.Create(Vector128.WidenLower(wide).AsInt32(), Vector128.WidenUpper(wide).AsInt32()) << (8 * group);
        }
        (sum << signShift >> signShift).Store(integers);
    }
}
