using System.Collections.Immutable;

namespace ImcEngine.Kernels.Adc;

/// <summary>What a comparison's thresholds have in common in all lanes.</summary>
/// <param name="LowPlanes">Planes in which they differ.</param>
/// <param name="High">What stands above these.</param>
internal readonly record struct MaskedThreshold(int LowPlanes, int High)
{
    /// <param name="least">Of the lanes' thresholds.</param>
    /// <param name="most">Of the lanes' thresholds.</param>
    public static MaskedThreshold Spanning(int least, int most)
    {
        int low = least == most ? 0 : ComparisonPlan.BitsOf(least ^ most);
        return new(low, most >> low);
    }

    /// <summary>Whether the threshold's bit is clear in every lane; of a plane in which lanes do not differ.</summary>
    public bool IsClear(int plane) => (High >> (plane - LowPlanes) & 1) == 0;
}

/// <summary>
/// Thresholds that differ by lane, as the vectors that a conversion program compares counts with:
/// <code>
/// masks   [comparison][low plane]     the complements of the threshold's bits; planes that all lanes share are left out
/// reached = 1; for plane p upwards: at least two of count, reached, mask
/// </code>
/// </summary>
internal static unsafe class ComparisonMasks
{
    public static int Count(ImmutableArray<MaskedThreshold> masked) => masked.Sum(threshold => threshold.LowPlanes);

    /// <param name="masks">All zeros in this lane, written.</param>
    /// <param name="thresholds">Of the lane, one per comparison.</param>
    public static void Set(ulong* masks, ImmutableArray<MaskedThreshold> masked, int vectorBytes, int lane, ReadOnlySpan<int> thresholds)
    {
        var at = masks + lane / 64;
        for (int k = 0; k < masked.Length; k++)
            for (int plane = 0; plane < masked[k].LowPlanes; plane++, at += vectorBytes / sizeof(ulong))
                *at |= (~(ulong)thresholds[k] >> plane & 1) << (lane & 63);
    }
}
