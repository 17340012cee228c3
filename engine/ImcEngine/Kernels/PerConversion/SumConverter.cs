using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>ADC kind <c>none</c> on a die that is not ideal. The level is v / 4096, which is not a whole count, so sums are in units of
/// 2^-16 count.</summary>
internal sealed unsafe class SumConverter(LayerMap map, NoiseTable? noise, AccumulationUnit unit) : IColumnConverter
{
    private readonly bool _countsSums = unit == AccumulationUnit.Counts;

    /// <summary>False: noise needs all bits of u, so the high halves alone are of no use.</summary>
    public bool Draws => false;

    public CodeSums Sums { get; } = new(map, []);
    public long Bytes => noise?.Bytes ?? 0;

    public void Convert(in DieConversions at)
    {
        var sums = (long*)at.Sums;
        for (int column = 0; column < at.Columns; column++)
        {
            long v = at.Quanta(column) + (long)(noise?.Quanta(at.PartialSum(column), at.Uniform(column)) ?? 0);
            sums[column] += at.PlaneWeight
                * (_countsSums ? v / AdcTransfer.QuantaPerCount : v * (AdcTransfer.LevelsPerCount / AdcTransfer.QuantaPerCount));
        }
    }
}
