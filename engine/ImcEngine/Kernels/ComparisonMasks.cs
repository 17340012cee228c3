using System.Runtime.CompilerServices;

namespace ImcEngine.Kernels;

/// <summary>Thresholds as the mask vectors that <see cref="BitSlicedAdc{TLanes, TVector}"/> reads, the same in every lane: <c>[parity][mask]</c>.</summary>
internal static unsafe class ComparisonMasks
{
    public static AlignedBuffer Pack(ComparisonThresholds thresholds, int parities, int vectorBytes)
    {
        var plan = thresholds.Plan;
        var buffer = new AlignedBuffer((long)parities * plan.MaskVectors * vectorBytes);
        for (int parity = 0; parity < parities; parity++)
        {
            var masks = buffer.Pointer + (long)parity * plan.MaskVectors * vectorBytes;
            if (plan.Scale is { } scale)
            {
                PackComplement(~scale.ConstantOf(parity), scale.Planes, masks, vectorBytes, vectorBytes);
                continue;
            }
            for (int k = 1; k <= plan.Comparisons; k++)
            {
                var at = masks + (k / 4 * (1 + plan.LowPlanes) * 4 + k % 4) * vectorBytes;
                Unsafe.InitBlock(at, 255, (uint)vectorBytes);
                PackComplement(thresholds.Compared(parity, k - 1), plan.LowPlanes, at + 4 * vectorBytes, 4 * vectorBytes, vectorBytes);
            }
        }
        return buffer;
    }

    private static void PackComplement(int threshold, int planes, byte* at, int stride, int vectorBytes)
    {
        for (int plane = 0; plane < planes; plane++, at += stride)
            Unsafe.InitBlock(at, (byte)((threshold >> plane & 1) == 0 ? 255 : 0), (uint)vectorBytes);
    }
}
