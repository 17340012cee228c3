using ImcEngine.Cli;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Cli;

public class SettingLabelTests
{
    [Theory]
    [InlineData("256 rows, ADC 4 bits, calibrated range")]
    [InlineData("64 rows, ADC 11 levels, -9 to 9 counts, mapping dense", "macro.rows=64", "macro.adc.levels=11", "macro.adc.range=[-9,9]",
        "macro.mapping=dense")]
    [InlineData("256 rows, ADC uniform, LSB 2.5 counts, ties up", "macro.adc.lsbCounts=2.5", "macro.adc.bits=null", "macro.adc.ties=up")]
    [InlineData("256 rows, ADC 4 bits, calibrated range, columnOffsetCounts 0.1, bitlineNoiseCounts 0.5",
        "macro.die.columnOffsetCounts=0.1", "macro.die.bitlineNoiseCounts=0.5")]
    [InlineData("256 rows, ADC none, calibration.design minmax", "macro.adc.kind=none", "calibration.statistic=minmax")]
    [InlineData("256 rows, ADC 4 bits, calibrated range, layer4.*: ADC 6 bits, full range, fc: digital", "layers.fc=digital",
        "layers.layer4.*.adc.bits=6", "layers.layer4.*.adc.range=full")]
    public void A_label_names_what_is_set(string label, params string[] set)
    {
        Assert.Equal(label, SettingLabel.Describe(RunSpecJson.Set(RunSpecJson.Default, set)));
    }

    [Fact]
    public void Settings_that_differ_read_differently()
    {
        string[] changes =
        [
            "macro.rows=128", "macro.arrayRows=512", "macro.columns=64", "macro.columnsPerAdc=2", "macro.mapping=dense",
            "macro.legacyOverfull=true", "macro.cell=and", "macro.adc.bits=5",
            "macro.adc.range=full", "macro.adc.range=[0,40]", "macro.adc.ties=even", "macro.die.cellMismatchRelative=0.01",
            "macro.die.cellMismatchRelative=0.02",
            "macro.die.unitCapacitanceFemtofarads=2", "macro.die.columnOffsetLsb=0.1", "macro.die.gainErrorRelative=0.1",
            "macro.die.edgeErrorLsb=0.1", "macro.die.sarMismatchRelative=0.1",
            "macro.die.bitlineNoiseCounts=1", "macro.die.comparatorNoiseLsb=1", "macro.die.parasiticRelative=1",
            "macro.die.stuckAtZeroRelative=0.1", "macro.die.stuckAtOneRelative=0.1",
            "layers.a=digital", "layers.b=digital", "layers.a.weightBits=3", "layers.a.activationBits=3", "quantization.weightBits=3",
            "calibration.per=planePair",
        ];
        var labels = changes.Select(change => SettingLabel.Describe(RunSpecJson.Set(RunSpecJson.Default, change))).ToList();
        Assert.Equal(labels.Count, labels.Distinct().Count());
    }

    [Fact]
    public void Many_overrides_and_long_lists_are_short_and_still_told_apart()
    {
        string Of(string last) =>
            SettingLabel.Describe(RunSpecJson.Set(RunSpecJson.Default, "layers.a=digital", "layers.b=digital",
                $"layers.c.adc.bits={last}"));
        Assert.Matches("^256 rows, ADC 4 bits, calibrated range, 3 layer overrides #[0-9a-f]{6}$", Of("5"));
        Assert.NotEqual(Of("5"), Of("6"));
        string OfList(string levels) =>
            SettingLabel.Describe(RunSpecJson.Set(RunSpecJson.Default, "macro.adc.kind=list", "macro.adc.edges=[1,2,3]",
                $"macro.adc.levels={levels}"));
        Assert.StartsWith("256 rows, ADC list, of 4 numbers #", OfList("[0,1,2,3]"), StringComparison.Ordinal);
        Assert.NotEqual(OfList("[0,1,2,3]"), OfList("[0,1,2,4]"));
    }
}
