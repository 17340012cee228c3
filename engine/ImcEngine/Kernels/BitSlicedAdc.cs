using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>
/// Flash conversion of bit-sliced counts: comparison k gives one bit per lane, "count reaches threshold k"; thresholds ascend, so bit b of the
/// code (the number of thresholds reached) is the exclusive or of every 2^b-th comparison.
/// <code>
/// reached = 1; for plane p upwards: reached = threshold bit p ? count &amp; reached : count | reached   = Carry(count, reached, not threshold)
/// </code>
/// </summary>
internal static unsafe class BitSlicedAdc<TLanes, TVector>
    where TLanes : ILanes<TVector>
    where TVector : unmanaged
{
    /// <param name="counts">Planes of the counts.</param>
    /// <param name="planes">How many.</param>
    /// <param name="notThresholds"><c>[threshold, plane]</c>: the complements of the thresholds' bits, per lane.</param>
    /// <param name="thresholds">How many.</param>
    /// <param name="code">Planes of the codes, written.</param>
    /// <param name="codePlanes">How many.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Convert(TVector* counts, int planes, TVector* notThresholds, int thresholds, TVector* code, int codePlanes)
    {
        for (int bit = 0; bit < codePlanes; bit++) code[bit] = TLanes.Zero;
        for (int k = 1; k <= thresholds; k++, notThresholds += planes)
        {
            var reached = TLanes.Ones;
            for (int plane = 0; plane < planes; plane++)
                reached = TLanes.Carry(counts[plane], reached, notThresholds[plane]);
            for (int bit = 0; (k & ((1 << bit) - 1)) == 0 && bit < codePlanes; bit++)
                code[bit] = TLanes.Xor(code[bit], reached);
        }
    }
}
