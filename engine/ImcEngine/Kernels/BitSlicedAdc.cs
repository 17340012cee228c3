using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Flash conversion of bit-sliced counts: comparison k gives one bit per lane, "count reaches threshold k"; thresholds ascend, so bit b of the
/// code (the number of thresholds reached) is the exclusive or of every 2^b-th comparison.
/// <code>
/// reached = 1; for plane p upwards: reached = threshold bit p ? count &amp; reached : count | reached   = Carry(count, reached, not threshold)
/// </code>
/// Only the planes that thresholds need are compared; a count with a bit above them has reached every threshold, a negative one none.
/// </summary>
internal static unsafe class BitSlicedAdc<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="counts">Planes of the counts.</param>
    /// <param name="plan">Which planes are compared with how many thresholds.</param>
    /// <param name="notThresholds"><c>[threshold, low plane]</c>: the complements of the thresholds' bits, per lane.</param>
    /// <param name="code">Planes of the codes, written.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Convert(TVector* counts, in ComparisonPlan plan, TVector* notThresholds, TVector* code)
    {
        for (int bit = 0; bit < plan.CodePlanes; bit++) code[bit] = TLanes.Zero;
        for (int k = 1; k <= plan.Thresholds; k++, notThresholds += plan.LowPlanes)
        {
            var reached = TLanes.Ones;
            for (int plane = 0; plane < plan.LowPlanes; plane++)
                reached = TLanes.Carry(counts[plane], reached, notThresholds[plane]);
            for (int bit = 0; (k & ((1 << bit) - 1)) == 0 && bit < plan.CodePlanes; bit++)
                code[bit] = TLanes.Xor(code[bit], reached);
        }
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
