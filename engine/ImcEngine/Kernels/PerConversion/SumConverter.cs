using System.Runtime.CompilerServices;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>ADC kind <c>none</c> on a die that is not ideal. The level is v / 4096, which is not a whole count, so sums are in units of
/// 2^-16 count.</summary>
internal sealed unsafe class SumConverter : IColumnConverter
{
    private readonly LayerMap _map;
    private readonly NoiseTable? _noise;
    private readonly NoiseSteps? _steps;
    private readonly bool _countsSums;

    public SumConverter(LayerMap map, NoiseTable? noise, AccumulationUnit unit)
    {
        (_map, _noise, _countsSums, Sums) = (map, noise, unit == AccumulationUnit.Counts, new(map, []));
        if (noise is { IsSymmetric: true, MostQuanta: <= int.MaxValue }) _steps = NoiseSteps.Of(noise);
    }

    public bool Draws => _noise is not null;
    public bool DrawsLows => Draws;
    public CodeSums Sums { get; }
    public long Bytes => _noise?.Bytes ?? 0;

    public void Convert(in PlaneConversions at)
    {
        for (int plane = 0; plane < at.Planes; plane++) Convert(at.Of(plane), at.Lows(plane));
    }

    [SkipLocalsInit]
    private void Convert(in DieConversions at, ushort* lows)
    {
        int* steps = stackalloc int[DieConversions.MostColumns];
        int columns = at.Columns;
        _steps?.Quanta(at.Highs, lows, columns, steps);
        var sums = (long*)at.Sums;
        long weight = at.PlaneWeight;
        int digits = _map.WeightDigits.Count, digit = at.Place.Column % digits;
        for (int column = 0; column < columns; column++)
        {
            long noise = _steps is not null ? steps[column]
                : _noise?.Quanta(at.PartialSum(column), (uint)at.Highs[column] << 16 | lows[column]) ?? 0;
            long v = _map.IsDigital(at.Place.InputBit, digit)
                ? (long)at.PartialSum(column) * AdcTransfer.QuantaPerCount : at.Quanta(column) + noise;
            sums[column] += weight
                * (_countsSums ? v / AdcTransfer.QuantaPerCount : v * (AdcTransfer.LevelsPerCount / AdcTransfer.QuantaPerCount));
            if (++digit == digits) digit = 0;
        }
    }
}
