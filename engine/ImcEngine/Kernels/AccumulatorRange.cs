namespace ImcEngine.Kernels;

internal static class AccumulatorRange
{
    /// <summary>Planes of two's complement that hold every integer from <paramref name="least"/> to <paramref name="most"/>.</summary>
    public static int Planes(long least, long most)
    {
        int planes = 1;
        while (most >= 1L << (planes - 1) || least < -(1L << (planes - 1))) planes++;
        return planes;
    }
}
