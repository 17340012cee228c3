using ImcEngine.Mapping;

namespace ImcEngine.Kernels.Adc;

/// <summary>The level that each partial sum of a layer adds to the accumulator: a table over s, which begins at the least possible
/// s.</summary>
internal readonly struct PartialSumLevels
{
    private readonly long[] _levels;
    private readonly int _least;

    public PartialSumLevels(MappedLayer layer, IntegerAdc? adc)
    {
        _least = layer.LeastPartialSum;
        _levels = new long[layer.MostPartialSum - _least + 1];
        for (int i = 0; i < _levels.Length; i++) _levels[i] = adc is null ? i + _least : adc.UnitOfCode[adc.CodeOf(i + _least)];
    }

    public long this[int partialSum] => _levels[partialSum - _least];
}
