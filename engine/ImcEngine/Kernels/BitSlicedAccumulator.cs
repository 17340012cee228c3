using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>Two's complement accumulators, bit-sliced: lane l holds the sum over planes p of 2^p * bit l of plane p, the top plane negative.</summary>
internal static unsafe class BitSlicedAccumulator<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>accumulator += number * 2^shift.</summary>
    /// <param name="signed">The number's top plane is a sign.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector* accumulator, int planes, TVector* number, int numberPlanes, bool signed, int shift)
    {
        var carry = TLanes.Zero;
        int plane = shift, end = Math.Min(planes, shift + numberPlanes);
        for (; plane < end; plane++, number++)
        {
            TVector old = accumulator[plane], digit = *number;
            accumulator[plane] = TLanes.Sum(old, digit, carry);
            carry = TLanes.Carry(old, digit, carry);
        }
        var sign = signed ? number[-1] : TLanes.Zero;
        for (; plane < planes; plane++)
        {
            var old = accumulator[plane];
            accumulator[plane] = TLanes.Sum(old, sign, carry);
            carry = TLanes.Carry(old, sign, carry);
        }
    }

    /// <summary>accumulator -= number * 2^shift.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Subtract(TVector* accumulator, int planes, TVector* number, int numberPlanes, bool signed, int shift)
    {
        // a - c = ~(~a + c): complementing the planes touched keeps one adder body.
        for (int plane = shift; plane < planes; plane++) accumulator[plane] = TLanes.Not(accumulator[plane]);
        Add(accumulator, planes, number, numberPlanes, signed, shift);
        for (int plane = shift; plane < planes; plane++) accumulator[plane] = TLanes.Not(accumulator[plane]);
    }

    /// <summary>counter = constant + scalar, modulo 2^planes: where a count starts.</summary>
    /// <param name="constant">Planes of a per-lane constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Start(TVector* constant, int scalar, TVector* counter, int planes)
    {
        var carry = TLanes.Zero;
        for (int plane = 0; plane < planes; plane++, scalar >>= 1)
        {
            var bit = (scalar & 1) != 0 ? TLanes.Ones : TLanes.Zero;
            counter[plane] = TLanes.Sum(constant[plane], bit, carry);
            carry = TLanes.Carry(constant[plane], bit, carry);
        }
    }

    /// <summary>counter = scalar in every lane, modulo 2^planes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Start(int scalar, TVector* counter, int planes)
    {
        for (int plane = 0; plane < planes; plane++, scalar >>= 1)
            counter[plane] = (scalar & 1) != 0 ? TLanes.Ones : TLanes.Zero;
    }
}
