using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Kernels.Adc;

/// <summary>ADCs in the integer form that kernels use.</summary>
public class IntegerAdcTests
{
    /// <summary>Bound 60, 11 levels, as D21's preset has them: the lowest edge, -66, lies between two levels of -60;
    /// the others are 12 apart.</summary>
    [Fact]
    public void Codes_of_one_level_merge_into_one_and_no_sum_stands_for_another_value()
    {
        var adc = IntegerAdc.FromTransfer(D21Converters.Cifar(60, 11, edgeDecimals: 2, isLinear: false), AccumulationUnit.Counts);
        var merged = adc.Merged();
        Assert.False(adc.IsAffine(out _, out _));
        Assert.True(merged.IsAffine(out long first, out long step));
        Assert.Equal((-60, 12, 10), (first, step, merged.Thresholds.Length));
        Assert.All(Enumerable.Range(-256, 513), s => Assert.Equal(adc.UnitOfCode[adc.CodeOf(s)], merged.UnitOfCode[merged.CodeOf(s)]));
    }

    [Fact]
    public void An_ADC_whose_levels_all_differ_stays_as_it_is()
    {
        var adc = new IntegerAdc([0, 0, 5], [-2, -1, 0, 4]);
        Assert.Same(adc, adc.Merged());
    }
}
