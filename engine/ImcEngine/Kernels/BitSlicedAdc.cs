using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Flash conversion of bit-sliced counts: comparison k gives one bit per lane, "count reaches threshold k"; thresholds ascend, so bit b of the
/// code (the number of thresholds reached) is the exclusive or of every 2^b-th comparison.
/// <code>
/// reached = 1; for plane p upwards: reached = threshold bit p ? count &amp; reached : count | reached   = Carry(count, reached, not threshold)
/// comparisons   k = 0 1 2 3 | 4 5 6 7 | ...     four at a time, their carry chains side by side; k = 0 and those beyond the last are never reached
/// masks         [four][1 + low plane][4]        the start of reached, then the complements of the thresholds' bits
/// </code>
/// Only the planes that thresholds need are compared; a count with a bit above them has reached every threshold, a negative one none.
/// </summary>
internal static unsafe class BitSlicedAdc<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="counts">Planes of the counts.</param>
    /// <param name="plan">Which planes are compared with how many thresholds.</param>
    /// <param name="masks">See above; per lane.</param>
    /// <param name="code">Planes of the codes, written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Convert(TVector* counts, in ComparisonPlan plan, TVector* masks, TVector* code)
    {
        TVector code0 = TLanes.Zero, code1 = TLanes.Zero;
        for (int bit = 2; bit < plan.CodePlanes; bit++) code[bit] = TLanes.Zero;
        for (int four = 0; four < plan.Fours; four++)
        {
            TVector a = masks[0], b = masks[1], c = masks[2], d = masks[3];
            masks += 4;
            for (int plane = 0; plane < plan.LowPlanes; plane++, masks += 4)
            {
                var count = counts[plane];
                a = TLanes.Carry(count, a, masks[0]);
                b = TLanes.Carry(count, b, masks[1]);
                c = TLanes.Carry(count, c, masks[2]);
                d = TLanes.Carry(count, d, masks[3]);
            }
            code0 = TLanes.Xor(TLanes.Sum(code0, a, b), TLanes.Xor(c, d));
            code1 = TLanes.Sum(code1, a, c);
            for (int bit = 2; (four & ((1 << (bit - 2)) - 1)) == 0 && bit < plan.CodePlanes; bit++)
                code[bit] = TLanes.Xor(code[bit], a);
        }
        code[0] = code0;
        if (plan.CodePlanes > 1) code[1] = code1;
        int magnitudePlanes = plan.Planes - (plan.IsSigned ? 1 : 0);
        if (plan.LowPlanes < magnitudePlanes) Saturate(counts, plan, magnitudePlanes, code);
        if (!plan.IsSigned) return;
        var notNegative = TLanes.Not(counts[plan.Planes - 1]);
        for (int bit = 0; bit < plan.CodePlanes; bit++) code[bit] = TLanes.And(code[bit], notNegative);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Saturate(TVector* counts, in ComparisonPlan plan, int magnitudePlanes, TVector* code)
    {
        var within = TLanes.Not(counts[plan.LowPlanes]);
        for (int plane = plan.LowPlanes + 1; plane < magnitudePlanes; plane++) within = TLanes.And(within, TLanes.Not(counts[plane]));
        for (int bit = 0; bit < plan.CodePlanes; bit++)
            code[bit] = (plan.Thresholds >> bit & 1) != 0 ? TLanes.Not(TLanes.And(TLanes.Not(code[bit]), within)) : TLanes.And(code[bit], within);
    }
}
