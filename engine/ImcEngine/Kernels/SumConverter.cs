using ImcEngine.Macro;

namespace ImcEngine.Kernels;

/// <summary>ADC kind <c>none</c> on a die: level = v / 4096, which is no whole count, so accumulators count 2^-16.</summary>
internal sealed class SumConverter(NoiseTable? noise, AccumulationUnit unit) : IColumnConverter
{
    private readonly bool _countsSums = unit == AccumulationUnit.Counts;

    public bool ReadsCounts => noise?.ReadsCounts == true;
    public long Bytes => noise?.Bytes ?? 0;

    public void Convert(in BlockConversions at, ReadOnlySpan<int> sums, ReadOnlySpan<int> quanta)
    {
        for (int column = 0; column < quanta.Length; column++)
        {
            long v = quanta[column] + (long)(noise?.Quanta(sums[column], at.Uniform(column)) ?? 0);
            at.Accumulators[column] += at.PlaneWeight * (_countsSums ? v / AdcTransfer.QuantaPerCount : v * (AdcTransfer.LevelsPerCount / AdcTransfer.QuantaPerCount));
        }
    }
}
