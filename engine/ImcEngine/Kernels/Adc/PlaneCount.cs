namespace ImcEngine.Kernels.Adc;

/// <summary>How many planes numbers take.</summary>
internal static class PlaneCount
{
    /// <summary>Planes that hold every number up to this one.</summary>
    public static int Holding(long most) => 64 - (int)long.LeadingZeroCount(Math.Max(1, most));

    /// <summary>Planes of a count less the offset, one of them a sign where the offset is above zero.</summary>
    /// <param name="largestCount">Counts are 0 .. this.</param>
    /// <param name="low">At least so many.</param>
    public static int OfCounts(int largestCount, int countOffset, int low)
    {
        int planes = Math.Max(low, Holding(largestCount - countOffset));
        if (countOffset > 0) planes = Math.Max(planes, Holding(countOffset)) + 1;
        return Math.Max(planes, CounterEncoding.LeastPlanes);
    }
}
