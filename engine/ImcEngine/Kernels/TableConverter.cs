using System.Runtime.InteropServices;
using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>A measured conversion (ARITHMETIC §5): code = number of k with u >= CDF[s][k]; most codes follow from the high half of u.</summary>
/// <param name="levelUnits">Per code, in 2^-16 count.</param>
internal sealed class TableConverter(MeasuredTable table, long[] levelUnits) : IColumnConverter
{
    public bool ReadsCounts => true;

    /// <summary>The table is shared by all layers and dies.</summary>
    public long Bytes => 0;

    public void Convert(in BlockConversions at, ReadOnlySpan<int> sums, ReadOnlySpan<int> quanta)
    {
        Span<uint> random = stackalloc uint[BlockConversions.RandomWords(sums.Length)];
        at.HighHalves(random);
        var highs = MemoryMarshal.Cast<uint, ushort>(random);
        for (int column = 0; column < sums.Length; column++)
        {
            uint least = (uint)highs[column] << 16;
            int code = table.Sample(sums[column], least);
            var cdf = table.Cdf(sums[column]);
            if (code < cdf.Length && cdf[code] <= (least | 0xFFFF)) code = table.Sample(sums[column], at.Uniform(column));
            at.Accumulators[column] += at.PlaneWeight * levelUnits[code];
        }
    }
}
