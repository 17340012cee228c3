using ImcEngine.Cost;
using ImcEngine.Macro;

namespace ImcEngine.Tests.Cost;

/// <summary>The formulas give the figures that their sources, and the chips that they are held against, have.</summary>
public class PublishedFiguresTests
{
    private static readonly Process Node28 = new(28, 0.9), Node65 = new(65, 1);

    [Theory]
    [InlineData(28, 4, 0.72)]
    [InlineData(28, 6, 0.83)]
    [InlineData(28, 8, 1.33)]
    [InlineData(65, 4, 3.50)]
    [InlineData(65, 6, 4.04)]
    [InlineData(65, 8, 6.49)]
    public void The_survey_model_has_the_known_energies(double node, int bits, double picojoules) =>
        Assert.Equal(picojoules, SurveyAdc.Instance.EnergyFemtojoules(bits, new(node, 1), 50e6)!.Value / 1000, 2);

    [Fact]
    public void The_survey_model_has_nothing_below_4_bits()
    {
        Assert.Null(SurveyAdc.Instance.EnergyFemtojoules(3, Node28, 50e6));
        Assert.Null(SurveyAdc.Instance.AreaSquareMicrometres(3, Node28, 50e6));
        Assert.Contains("begins at 4", SurveyAdc.Instance.Outside(3, Node28), StringComparison.Ordinal);
        Assert.Null(SurveyAdc.Instance.Outside(4, Node65));
    }

    [Fact]
    public void A_fast_ADC_of_many_bits_takes_more_energy()
    {
        // The merit falls with the rate from where both of its terms are equal: 8 bits, 1.07 GHz.
        double slow = SurveyAdc.Instance.EnergyFemtojoules(8, Node28, 1e6)!.Value;
        Assert.Equal(slow, SurveyAdc.Instance.EnergyFemtojoules(8, Node28, 1e9)!.Value, 6);
        double factor = SurveyAdc.Instance.EnergyFemtojoules(8, Node28, 1e10)!.Value / slow;
        Assert.Equal(Math.Pow(10, (128.3068 + 3.22051 * 8 - (213.7807 - 2.87190 * Math.Log(1e10))) / 10), factor, 9);
    }

    [Fact]
    public void C3SRAM_measured_what_its_figures_say()
    {
        var chip = PublishedChip.Of("c3sram-256x64")!;
        Assert.Equal(762, chip.ColumnFemtojoules, 0);
        Assert.Equal(20, chip.CycleNanoseconds!.Value, 1);
        Assert.Equal(0.081, chip.SquareMillimetres!.Value, 3);
    }

    [Fact]
    public void The_models_give_the_known_ratios_of_C3SRAM()
    {
        var chip = PublishedChip.Of("c3sram-256x64")!;
        double unscaled = chip.ModelledFemtojoules(new(28, 1))!.Value, scaled = chip.ModelledFemtojoules(Node65)!.Value;
        Assert.Equal(501, SmallAdc.Instance.EnergyFemtojoules(5, Node65, 0)!.Value, 0);
        Assert.Equal((680, 917), (Math.Round(unscaled), Math.Round(scaled)));
        Assert.Equal(0.89, unscaled / chip.ColumnFemtojoules, 2);
        Assert.Equal(1.20, scaled / chip.ColumnFemtojoules, 2);
    }

    [Fact]
    public void The_models_give_the_known_delay_and_area_of_the_ADCs_of_C3SRAM()
    {
        Assert.Equal(11.6, SmallAdc.DelayNanoseconds(5, 256, Node28), 1);
        Assert.Equal(26.8, SmallAdc.DelayNanoseconds(5, 256, Node65), 1);
        Assert.Equal(0.116, 64 * SmallAdc.Instance.AreaSquareMicrometres(5, Node65, 0)!.Value / 1e6, 3);
    }

    [Fact]
    public void A_column_of_Jia_et_al_takes_more_than_the_models_give()
    {
        var chip = PublishedChip.Of("jia-jssc2020")!;
        // Measured: 1.79 pJ of the ADC and 9.7 pJ of array and drivers, which 400 TOPS/W agree with.
        Assert.Equal((1.79 + 9.7) * 1000, chip.ColumnFemtojoules, 100.0);
        Assert.Equal((1791, 3330), (Math.Round(chip.ModelledFemtojoules(new(28, 0.85))!.Value),
            Math.Round(chip.ModelledFemtojoules(chip.Process)!.Value)));
    }

    [Theory]
    [InlineData(0.85, 1.79, 0.35, 3.6)]
    [InlineData(1.2, 3.56, 0.35, 1.8)]
    public void The_models_give_the_known_ratios_of_the_ADC_of_Jia_et_al(double volts, double measuredPicojoules, double small,
        double survey)
    {
        // Jia et al., IEEE JSSC 2020: 8-bit SAR ADCs in 65 nm.
        var process = new Process(65, volts);
        Assert.Equal(small, SmallAdc.Instance.EnergyFemtojoules(8, process, 0)!.Value / 1000 / measuredPicojoules, 2);
        Assert.Equal(survey, SurveyAdc.Instance.EnergyFemtojoules(8, process, 50e6)!.Value / 1000 / measuredPicojoules, 1);
    }

    [Fact]
    public void A_full_adder_is_three_NAND_and_two_XOR()
    {
        Assert.Equal(4.2, ColumnLogic.FullAdderFemtofarads, 9);
        Assert.Equal(4.79, ColumnLogic.FullAdderSquareMicrometres, 2);
        Assert.Equal(3.68, ColumnLogic.RegisterSquareMicrometres, 2);
        // Four planes of 5-bit codes: 5 * 3 + 4 * (2 - 0.5).
        Assert.Equal(21, ColumnLogic.TreeFullAdders(5, 4));
        Assert.Equal(0, ColumnLogic.TreeFullAdders(5, 1));
    }

    [Fact]
    public void The_energy_of_a_column_of_XNOR_cells_is_the_known_one()
    {
        // 10 products of +1, 20 of -1, 226 idle rows of 256.
        var column = new ColumnCharge(256, 1, UnitFemtofarads: 1, ParasiticRelative: 0, IsSigned: true);
        Assert.Equal(7.40, ChargeSharing.EnergyFemtojoules(ArrayEnergyKind.Coupling, new(30, 10 * 10), column, 1), 2);
        Assert.Equal(7.5, ChargeSharing.EnergyFemtojoules(ArrayEnergyKind.Sharing, new(30, 10 * 10), column, 1), 9);
    }

    [Theory]
    [InlineData(ArrayEnergyKind.Coupling, 0)]
    [InlineData(ArrayEnergyKind.Coupling, 0.25)]
    [InlineData(ArrayEnergyKind.Sharing, 0)]
    public void The_energy_of_a_column_of_AND_cells_is_what_its_supply_delivers(ArrayEnergyKind kind, double parasitic)
    {
        const int Cells = 16;
        const double Femtofarads = 1.5, Volts = 0.8;
        var column = new ColumnCharge(Cells, 1, Femtofarads, parasitic, IsSigned: false);
        double greatest = 0;
        for (int n = 0; n <= Cells; n++)
        {
            // The column rises by the share of the switched charge; each switched plate is charged through the difference.
            double risen = kind == ArrayEnergyKind.Coupling ? Volts * n / (Cells * (1 + parasitic)) : 0;
            double delivered = Volts * n * Femtofarads * (Volts - risen);
            Assert.Equal(delivered, ChargeSharing.EnergyFemtojoules(kind, new(n, n * n), column, Volts), 12);
            greatest = Math.Max(greatest, delivered);
        }
        double bound = ChargeSharing.GreatestFemtojoules(kind, Cells, column, Volts);
        Assert.InRange(greatest, 0.98 * bound, bound + 1e-9);
    }

    [Fact]
    public void Thermal_noise_and_mismatch_are_the_known_ones()
    {
        var and = new ColumnCharge(256, 1, 1, 0, IsSigned: false);
        Assert.Equal(0.033, ChargeSharing.ThermalNoiseCounts(and, 1), 3);
        Assert.Equal(0.065, ChargeSharing.ThermalNoiseCounts(and with { IsSigned = true }, 1), 3);
        Assert.Equal(0.00664, ChargeSharing.MismatchRelative(1), 5);
        Assert.Equal(0.00664 / 2, ChargeSharing.MismatchRelative(4), 5);
    }

    [Fact]
    public void XNOR_SRAM_is_not_modelled()
    {
        var chip = PublishedChip.Of("xnor-sram")!;
        Assert.Equal(1270, chip.ColumnFemtojoules, 0);
        Assert.Null(chip.ModelledFemtojoules(chip.Process));
        Assert.Contains("static current", chip.NotModelled, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_chip_is_one_that_a_preset_has() =>
        Assert.All(PublishedChip.All, chip =>
        {
            var preset = MacroPresets.Get(chip.Preset);
            Assert.Equal((chip.Rows, chip.Columns), (preset.Rows, preset.Columns!.Value));
            Assert.All(chip.AdcBits is { } bits ? new[] { bits } : [], expected => Assert.Equal(preset.Adc.Bits, expected));
        });

    [Fact]
    public void What_lies_outside_a_model_is_said()
    {
        Assert.Null(SmallAdc.Instance.Outside(8, Node28));
        Assert.Contains("65 nm", SmallAdc.Instance.Outside(5, Node65), StringComparison.Ordinal);
        Assert.Contains("9 bits", SmallAdc.Instance.Outside(9, Node28), StringComparison.Ordinal);
        Assert.Contains("ends at 14", SurveyAdc.Instance.Outside(15, Node28), StringComparison.Ordinal);
        Assert.Null(Node28.ScalingNote);
        Assert.Contains("2.321", Node65.ScalingNote, StringComparison.Ordinal);
    }
}
