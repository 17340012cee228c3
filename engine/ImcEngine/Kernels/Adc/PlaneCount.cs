namespace ImcEngine.Kernels.Adc;

/// <summary>The number of bit-planes that numbers take.</summary>
internal static class PlaneCount
{
    /// <summary>Returns the planes that hold every number from 0 to <paramref name="most"/>.</summary>
    public static int Holding(long most) => 64 - (int)long.LeadingZeroCount(Math.Max(1, most));

    /// <summary>Returns the planes of a count after the offset is subtracted. One of them is a sign where the offset is above
    /// zero.</summary>
    /// <param name="largestCount">The largest count; the least is 0.</param>
    /// <param name="low">The least number of planes, without a sign.</param>
    public static int OfCounts(int largestCount, int countOffset, int low)
    {
        int planes = Math.Max(low, Holding(largestCount - countOffset));
        if (countOffset > 0) planes = Math.Max(planes, Holding(countOffset)) + 1;
        return Math.Max(planes, CounterEncoding.LeastPlanes);
    }
}
