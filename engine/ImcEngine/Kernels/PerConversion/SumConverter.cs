using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>ADC kind <c>none</c> on a die that is not ideal. The level is v / 4096, which is not a whole count, so sums are in units of
/// 2^-16 count.</summary>
internal sealed unsafe class SumConverter(LayerMap map, NoiseTable? noise, AccumulationUnit unit) : IColumnConverter
{
    private readonly bool _countsSums = unit == AccumulationUnit.Counts;

    public bool Draws => noise is not null;

    public CodeSums Sums { get; } = new(map, []);
    public long Bytes => noise?.Bytes ?? 0;

    public void Convert(in PlaneConversions at)
    {
        for (int plane = 0; plane < at.Planes; plane++) Convert(at.Of(plane));
    }

    private void Convert(in DieConversions at)
    {
        var sums = (long*)at.Sums;
        for (int column = 0; column < at.Columns; column++)
        {
            long v = at.Quanta(column) + (long)(noise is null ? 0 : NoiseQuanta(noise, at, column));
            sums[column] += at.PlaneWeight
                * (_countsSums ? v / AdcTransfer.QuantaPerCount : v * (AdcTransfer.LevelsPerCount / AdcTransfer.QuantaPerCount));
        }
    }

    /// <summary>Returns the noise of a column. Often the high half of u decides it; the low half is drawn only where it does not.</summary>
    private static int NoiseQuanta(NoiseTable noise, in DieConversions at, int column)
    {
        int sum = at.PartialSum(column);
        var (least, most) = noise.BoundsQuanta(sum, at.Highs[column]);
        return least == most ? least : noise.Quanta(sum, at.Uniform(column));
    }
}
