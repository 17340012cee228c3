using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

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
    [SkipLocalsInit]
    public static void ToIntegers(TVector* slices, int planes, int* integers)
    {
        var bytes = stackalloc TVector[8 * 4];
        int groups = (planes + 7) / 8;
        for (int group = 0; group < groups; group++)
            TurnEight(slices + group * 8, Math.Min(8, planes - group * 8), bytes + group * 8);
        int signShift = 32 - planes, words = TLanes.Bits / 64;
        for (int word = 0; word < words; word++)
            for (int k = 0; k < 8; k++)
                Widen((ulong*)bytes + k * words + word, 8 * words, groups, signShift, integers + word * 64 + k * 8);
    }

    /// <summary>The same of numbers that are not negative; fewer than nine planes take half the time.</summary>
    [SkipLocalsInit]
    public static void ToCounts(TVector* slices, int planes, int* integers)
    {
        if (planes > 8)
        {
            slices[planes] = TLanes.Zero;
            ToIntegers(slices, planes + 1, integers);
            return;
        }
        var bytes = stackalloc TVector[8];
        TurnEight(slices, planes, bytes);
        int words = TLanes.Bits / 64;
        for (int word = 0; word < words; word++)
            for (int k = 0; k < 8; k++, integers += 8)
            {
                byte* eight = (byte*)((ulong*)bytes + k * words + word);
                if (Avx2.IsSupported) Avx2.ConvertToVector256Int32(eight).Store(integers);
                else Widen((ulong*)eight, 0, 1, 0, integers);
            }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void TurnEight(TVector* slices, int planes, TVector* turned)
    {
        TVector a = slices[0], b = planes > 1 ? slices[1] : TLanes.Zero, c = planes > 2 ? slices[2] : TLanes.Zero, d = planes > 3 ? slices[3] : TLanes.Zero;
        TVector e = planes > 4 ? slices[4] : TLanes.Zero, f = planes > 5 ? slices[5] : TLanes.Zero, g = planes > 6 ? slices[6] : TLanes.Zero, h = planes > 7 ? slices[7] : TLanes.Zero;
        var mask = TLanes.Repeat(0x5555555555555555);
        Swap(ref a, ref b, 1, mask);
        Swap(ref c, ref d, 1, mask);
        Swap(ref e, ref f, 1, mask);
        Swap(ref g, ref h, 1, mask);
        mask = TLanes.Repeat(0x3333333333333333);
        Swap(ref a, ref c, 2, mask);
        Swap(ref b, ref d, 2, mask);
        Swap(ref e, ref g, 2, mask);
        Swap(ref f, ref h, 2, mask);
        mask = TLanes.Repeat(0x0F0F0F0F0F0F0F0F);
        Swap(ref a, ref e, 4, mask);
        Swap(ref b, ref f, 4, mask);
        Swap(ref c, ref g, 4, mask);
        Swap(ref d, ref h, 4, mask);
        (turned[0], turned[1], turned[2], turned[3]) = (a, b, c, d);
        (turned[4], turned[5], turned[6], turned[7]) = (e, f, g, h);
    }

    /// <summary>Bits of <paramref name="low"/> under the mask's complement with those of <paramref name="high"/> under the mask.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Swap(ref TVector low, ref TVector high, int distance, TVector mask)
    {
        var swap = TLanes.And(TLanes.Xor(TLanes.ShiftRight(low, distance), high), mask);
        high = TLanes.Xor(high, swap);
        low = TLanes.Xor(low, TLanes.ShiftLeft(swap, distance));
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
