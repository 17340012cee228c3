using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Codes of successive planes of one operand put together before they reach the accumulators, which have more planes:
/// <code>
/// sum = code of bit 0 + 2 * code of bit 1 + 4 * code of bit 2 + ...      code planes + bits planes; where the last bit weighs negatively, the top plane is a sign
/// </code>
/// </summary>
internal static unsafe class CodeCombiner<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <summary>sum += code * 2^bit, or sum -= code * 2^bit, bit after bit; bit 0 starts a sum and only the last may be subtracted.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Add(TVector* sum, int bit, TVector* code, int codePlanes, bool subtract)
    {
        if (bit == 0)
        {
            for (int plane = 0; plane < codePlanes; plane++) sum[plane] = code[plane];
            sum[codePlanes] = TLanes.Zero;
            return;
        }
        sum += bit;
        TVector flip = subtract ? TLanes.Ones : TLanes.Zero, carry = flip; // a - c = a + ~c + 1
        for (int plane = 0; plane < codePlanes; plane++)
        {
            TVector old = sum[plane], addend = TLanes.Xor(code[plane], flip);
            sum[plane] = TLanes.Sum(old, addend, carry);
            carry = TLanes.Carry(old, addend, carry);
        }
        sum[codePlanes] = TLanes.Xor(carry, flip);
    }
}
