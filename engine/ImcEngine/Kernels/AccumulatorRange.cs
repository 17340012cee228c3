using ImcEngine.Mapping;

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

    /// <summary>Planes that hold every sum of codes 0 .. <paramref name="mostCode"/> times input plane weights over the row groups.</summary>
    public static int Planes(LayerMap map, int mostCode)
    {
        long least = 0, most = 0;
        for (int bit = 0; bit < map.InputFormat.Bits; bit++)
        {
            long end = (long)map.InputFormat.PlaneWeight(bit) * mostCode * map.Groups.Length;
            least += Math.Min(0, end);
            most += Math.Max(0, end);
        }
        return Planes(least, most);
    }
}
