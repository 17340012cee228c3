using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class DieRulesTests
{
    public static TheoryData<string, Func<DieSpec, double, DieSpec>, double> Fields { get; } = new()
    {
        { "cellMismatchRelative", (die, x) => die with { CellMismatchRelative = x }, 0.16 },
        { "unitCapacitanceFemtofarads", (die, x) => die with { UnitCapacitanceFemtofarads = x }, 0.01 },
        { "columnOffsetCounts", (die, x) => die with { ColumnOffsetCounts = x }, 4_194_305 },
        { "columnOffsetLsb", (die, x) => die with { ColumnOffsetLsb = x }, 257 },
        { "gainErrorRelative", (die, x) => die with { GainErrorRelative = x }, 0.2 },
        { "edgeErrorLsb", (die, x) => die with { EdgeErrorLsb = x }, 257 },
        { "sarMismatchRelative", (die, x) => die with { SarMismatchRelative = x }, 0.2 },
        { "bitlineNoiseCounts", (die, x) => die with { BitlineNoiseCounts = x }, 4_194_305 },
        { "comparatorNoiseLsb", (die, x) => die with { ComparatorNoiseLsb = x }, 257 },
        { "parasiticRelative", (die, x) => die with { ParasiticRelative = x }, 17 },
        { "stuckAtZeroRelative", (die, x) => die with { StuckAtZeroRelative = x }, 1.01 },
        { "stuckAtOneRelative", (die, x) => die with { StuckAtZeroRelative = 0.5, StuckAtOneRelative = x }, 0.6 },
    };

    [Theory]
    [MemberData(nameof(Fields))]
    public void Negative_infinite_undefined_and_too_large_values_are_refused_with_field_value_and_range(string field,
        Func<DieSpec, double, DieSpec> with, double tooLarge)
    {
        foreach (double bad in new[] { -0.01, double.NaN, double.NegativeInfinity, double.PositiveInfinity, tooLarge })
        {
            var error = Assert.Throws<SpecException>(() => DieRules.Check(new MacroSpec { Die = with(new DieSpec(), bad) }));
            Assert.Equal($"macro.die.{field}", error.Field);
            Assert.Contains($"found {bad}; allowed is ", error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_unit_capacitance_gives_sigma_by_the_square_root_law_and_has_a_least_value()
    {
        Assert.Equal(0.021, new DieSpec { UnitCapacitanceFemtofarads = 1 }.CellSigmaRelative());
        Assert.Equal(0.0105, new DieSpec { UnitCapacitanceFemtofarads = 4 }.CellSigmaRelative());
        var error =
            Assert.Throws<SpecException>(() => DieRules.Check(new MacroSpec { Die = new DieSpec { UnitCapacitanceFemtofarads = 0.01 } }));
        Assert.Equal("macro.die.unitCapacitanceFemtofarads", error.Field);
    }

    public static TheoryData<string, DieSpec> Alternatives { get; } = new()
    {
        { "unitCapacitanceFemtofarads", new DieSpec { UnitCapacitanceFemtofarads = 1, CellMismatchRelative = 0.01 } },
        { "columnOffsetLsb", new DieSpec { ColumnOffsetLsb = 0.1, ColumnOffsetCounts = 1 } },
        { "noiseProfile", new DieSpec { NoiseProfile = "noise.csv", BitlineNoiseCounts = 1 } },
        { "sarMismatchRelative", new DieSpec { SarMismatchRelative = 0.01, EdgeErrorLsb = 0.1 } },
    };

    [Theory]
    [MemberData(nameof(Alternatives))]
    public void Two_ways_to_say_the_same_are_refused(string field, DieSpec die) =>
        Assert.Equal($"macro.die.{field}", Assert.Throws<SpecException>(() => DieRules.Check(new MacroSpec { Die = die })).Field);

    public static TheoryData<string, DieSpec> NeedingEdges { get; } = new()
    {
        { "columnOffsetCounts", new DieSpec { ColumnOffsetCounts = 1 } },
        { "columnOffsetLsb", new DieSpec { ColumnOffsetLsb = 1 } },
        { "gainErrorRelative", new DieSpec { GainErrorRelative = 0.01 } },
        { "edgeErrorLsb", new DieSpec { EdgeErrorLsb = 1 } },
        { "sarMismatchRelative", new DieSpec { SarMismatchRelative = 0.01 } },
        { "comparatorNoiseLsb", new DieSpec { ComparatorNoiseLsb = 1 } },
        { "referenceTracksParasitic", new DieSpec { ParasiticRelative = 0.2, ReferenceTracksParasitic = false } },
    };

    [Theory]
    [MemberData(nameof(NeedingEdges))]
    public void Without_an_adc_nothing_can_move_edges_or_be_in_lsb(string field, DieSpec die) =>
        Assert.Equal($"macro.die.{field}",
            Assert.Throws<SpecException>(
                () => DieRules.Check(new MacroSpec { Adc = new AdcSpec { Kind = AdcKind.None }, Die = die })).Field);

    [Fact]
    public void Cells_and_bitline_noise_stand_beside_kind_none() =>
        DieRules.Check(new MacroSpec { Adc = new AdcSpec { Kind = AdcKind.None },
            Die = new DieSpec { CellMismatchRelative = 0.02, BitlineNoiseCounts = 1, StuckAtZeroRelative = 0.01 } });

    [Fact]
    public void A_measured_table_tolerates_no_other_error() =>
        Assert.Equal("macro.die", Assert.Throws<SpecException>(() =>
            DieRules.Check(new MacroSpec { Adc = new AdcSpec { Kind = AdcKind.Table },
                Die = new DieSpec { BitlineNoiseCounts = 0.1 } })).Field);

    [Fact]
    public void A_sar_needs_a_power_of_two_of_uniform_levels()
    {
        var die = new DieSpec { SarMismatchRelative = 0.01 };
        DieRules.Check(new MacroSpec { Adc = new AdcSpec { Bits = 5 }, Die = die });
        DieRules.Check(new MacroSpec { Adc = new AdcSpec { LevelCount = 8, LsbCounts = 3 }, Die = die });
        foreach (var adc in new[] { new AdcSpec { LevelCount = 11 }, new AdcSpec { LsbCounts = 4 },
            new AdcSpec { Kind = AdcKind.List, EdgesCounts = [0], LevelsCounts = [-1, 1] } })
            Assert.Equal("macro.die.sarMismatchRelative",
                Assert.Throws<SpecException>(() => DieRules.Check(new MacroSpec { Adc = adc, Die = die })).Field);
    }

    [Fact]
    public void An_adc_serves_at_least_one_column() =>
        Assert.Equal("macro.columnsPerAdc", Assert.Throws<SpecException>(() => DieRules.Check(new MacroSpec { ColumnsPerAdc = 0 })).Field);
}
