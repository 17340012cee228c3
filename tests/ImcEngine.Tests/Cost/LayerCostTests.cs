using ImcEngine.BitPlanes;
using ImcEngine.Cost;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Tests.Cost;

public class LayerCostTests
{
    private static readonly OperandFormat Binary = OperandFormat.Parse("bipolar:1"), Unipolar = OperandFormat.Parse("unipolar:4"),
        Twos = OperandFormat.Parse("twos-complement:4");

    [Fact]
    public void A_full_array_of_C3SRAM_costs_what_the_models_give_its_columns()
    {
        var macro = MacroPresets.Get("c3sram-256x64");
        var cost = Cost(ConvGeometry.Linear(256, 64), Binary, Binary, macro);
        var chip = PublishedChip.Of("c3sram-256x64")!;
        Assert.Equal((64, 1, 5), (cost.Counts.Conversions, cost.Counts.Arrays, cost.AdcBits!.Value));
        Assert.Equal(0, cost.ShiftAddFemtojoules);
        Assert.Equal(64 * chip.ModelledFemtojoules(chip.Process)!.Value, cost.TotalFemtojoules(cost.Adcs[0])!.Value, 6);
        Assert.Equal(1.20, cost.TotalFemtojoules(cost.Adcs[0])!.Value / 64 / chip.ColumnFemtojoules, 2);
        Assert.Contains("C3SRAM", cost.Technology.NodeOrigin, StringComparison.Ordinal);
        Assert.Contains("65 nm", cost.Adcs[0].Outside, StringComparison.Ordinal);
        Assert.Equal(1, cost.Cycles);
    }

    [Fact]
    public void Without_a_technology_the_models_are_those_of_28_nm()
    {
        var cost = Cost(ConvGeometry.Linear(256, 10), Unipolar, Twos, new() { Adc = new() { Bits = 5 } });
        Assert.Equal(new Process(28, 0.9), cost.Technology.Process);
        Assert.Equal("assumed", cost.Technology.NodeOrigin);
        Assert.All(cost.Adcs, adc => Assert.Null(adc.Outside));
        // 10 outputs, 4 input planes, 4 weight planes; an accumulator has 4 + 5 + 4 bits, a tree 5 * 3 + 4 * 1.5 full adders.
        Assert.Equal(10 * 4 * (13 * (4.2 + 2.1) + 21 * 4.2) * 0.81, cost.ShiftAddFemtojoules, 6);
        Assert.Equal(10 * 16 * (256 + 256) * 0.35 * 0.81, cost.ArrayFemtojoules, 6);
        Assert.Equal(160 * (500 + 1.024) * 0.81, cost.Adcs[0].ConversionFemtojoules!.Value * cost.Counts.Conversions, 6);
        Assert.Equal(0.0478 + 5 * (0.00653 * 256 + 0.64) + (4.8 + 2 * 8) * 0.0478 + (4.8 + 2 * 12) * 0.0478, cost.CycleNanoseconds, 9);
        Assert.Null(cost.BufferFemtojoules);
    }

    [Fact]
    public void Stated_energies_replace_the_models_of_their_events()
    {
        var macro = new MacroSpec
        {
            Rows = 8, ColumnsPerAdc = 2, Adc = new() { Bits = 5 },
            Technology = new()
            {
                ClockMegahertz = 100, ArraysAtOnce = 1, CellSquareMicrometres = 2,
                EnergyFemtojoules = new()
                {
                    Conversion = 700, DrivenRow = 3, CellAccess = 0.5, Addition = 11, RegisterWrite = 7, InputBit = 2, OutputBit = 5,
                },
            },
        };
        var cost = Cost(ConvGeometry.Linear(16, 3), Unipolar, Twos, macro);
        Assert.Equal([700, 700], cost.Adcs.Select(adc => adc.ConversionFemtojoules!.Value));
        Assert.Equal(3.0 * 16 * 4, cost.DriverFemtojoules);
        Assert.Equal(0.5 * 16 * 4 * 12, cost.ArrayFemtojoules);
        Assert.Equal(11 * 3 * (2 * 16 - 1) + 7 * 3 * 8, cost.ShiftAddFemtojoules);
        Assert.Equal(2 * 16 * 4 + 5 * 3 * (4 + 5 + 4 + 1), cost.BufferFemtojoules);
        // Two arrays in turn, 4 input planes, two columns of an ADC in turn, 10 ns each.
        Assert.Equal(2 * 4 * 2 * 10, cost.Nanoseconds);
        Assert.Equal(2 * 8 * 12 * 2, cost.CellsSquareMicrometres);
    }

    [Theory]
    [InlineData(ArrayEnergyKind.Coupling, 3)]
    [InlineData(ArrayEnergyKind.Sharing, 7)]
    public void The_charge_of_a_measured_layer_is_that_of_its_products(ArrayEnergyKind kind, int rowsOfArray)
    {
        // Two rows and one output: input planes 1, 0 (code 1) and 1, 1 (code 3); weight planes 1, 1 and 1, 0.
        var unipolar = OperandFormat.Parse("unipolar:2");
        var macro = new MacroSpec
        {
            Rows = rowsOfArray, Adc = new() { Bits = 3 }, Die = new() { ParasiticRelative = 0.5 },
            Technology = new() { UnitCapacitanceFemtofarads = 2, SupplyVolts = 0.5, ArrayEnergy = kind },
        };
        var map = new LayerMap("layer", ConvGeometry.Linear(2, 1), unipolar, unipolar, macro);
        var rows = new DrivenRowSums(map);
        rows.Add([1, 3]);
        // Products that are 1, for each pair of planes: input plane 0 with weight planes 0 and 1, then input plane 1.
        double[] ones = [2, 1, 1, 0];
        var cost = new LayerCost(map, macro, new DrivenProducts(rows, [4, 1, 1, 0]), [3, 1]);
        double total = rowsOfArray * 1.5;
        Assert.Equal(ones.Sum(n => 2 * 0.25 * (kind == ArrayEnergyKind.Coupling ? n * (total - n) / total : n)), cost.ArrayFemtojoules, 12);
        Assert.Equal((3, 6), (cost.DrivenRows, cost.CellAccesses));
        Assert.Equal((1.5, 1.5), (cost.MeanDrivenRows, cost.MeanSquaredSum!.Value));
        Assert.Equal(ChargeSharing.ModelOf(kind), cost.ArrayModel);
        var bound = new LayerCost(map, macro, null, []);
        Assert.True(bound.IsBound && bound.ArrayFemtojoules >= cost.ArrayFemtojoules && bound.DrivenRows == 4);
    }

    [Fact]
    public void A_layer_without_an_ADC_has_no_energy_of_conversions()
    {
        var cost = Cost(ConvGeometry.Linear(16, 3), Unipolar, Twos, MacroPresets.Get(MacroPresets.Ideal));
        Assert.Empty(cost.Adcs);
        Assert.Null(cost.AdcBits);
        var network = new NetworkCost([cost]);
        Assert.Equal(cost.OtherFemtojoules / 1e6, network.BandNanojoules!.Value.Least, 12);
    }

    [Fact]
    public void A_network_adds_its_layers_and_has_a_band()
    {
        var macro = new MacroSpec { Adc = new() { Bits = 6 } };
        LayerCost[] layers =
            [Cost(ConvGeometry.Linear(256, 10), Unipolar, Twos, macro), Cost(ConvGeometry.Linear(10, 2), Binary, Binary, macro)];
        var network = new NetworkCost(layers);
        Assert.Equal(layers.Sum(layer => layer.TotalFemtojoules(layer.Adcs[1])!.Value) / 1e6, network.Nanojoules(1)!.Value, 12);
        Assert.Equal((network.Nanojoules(0)!.Value, network.Nanojoules(1)!.Value), network.BandNanojoules);
        Assert.Equal(2 / (network.Nanojoules(0)!.Value * 1e-9 / network.MultiplyAccumulates) / 1e12,
            network.TeraOperationsPerJoule(network.Nanojoules(0)!.Value), 9);
        var small = new NetworkCost([Cost(ConvGeometry.Linear(9, 1), Binary, Binary, new() { Adc = new() { Bits = 3 } })]);
        Assert.Null(small.Nanojoules(1));
        Assert.Equal(small.Nanojoules(0), small.BandNanojoules!.Value.Most);
    }

    [Theory]
    [InlineData("""{"adc":{"bits":7}}""", 7)]
    [InlineData("""{"adc":{"levels":11,"range":"full"}}""", 4)]
    [InlineData("""{"adc":{"lsbCounts":2,"bits":null}}""", 8)]
    [InlineData("""{"adc":{"kind":"list","levels":[0,1,5],"edges":[0.5,2]}}""", 2)]
    [InlineData("""{"adc":{"kind":"d21-cifar","levels":15,"boundCounts":60}}""", 4)]
    [InlineData("""{"adc":{"kind":"table","table":"preset:xnor-sram"}}""", 4)]
    public void An_ADC_has_the_bits_that_number_its_codes(string json, int bits)
    {
        var macro = RunSpecJson.ReadMacro(json);
        var map = new LayerMap("layer", ConvGeometry.Linear(300, 2), Unipolar, Twos, macro);
        Assert.Equal(bits, AdcResolution.BitsOf(macro.Adc, map));
    }

    private static LayerCost Cost(ConvGeometry geometry, OperandFormat input, OperandFormat weight, MacroSpec macro) =>
        new(new LayerMap("layer", geometry, input, weight, macro), macro, null, []);
}
