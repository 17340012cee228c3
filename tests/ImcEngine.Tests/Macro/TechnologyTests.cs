using ImcEngine.Macro;

namespace ImcEngine.Tests.Macro;

public class TechnologyTests
{
    private const string Stated = """
        {"macro":{"technology":{"nodeNanometres":65,"supplyVolts":0.8,"unitCapacitanceFemtofarads":1.5,"clockMegahertz":50,
        "arrayEnergy":"sharing","arraysAtOnce":4,"cellSquareMicrometres":0.7,"energyFemtojoules":{"conversion":700,"inputBit":2}}}}
        """;

    [Fact]
    public void What_is_not_stated_is_not_written()
    {
        Assert.DoesNotContain("technology", RunSpecJson.Write(RunSpecJson.Default), StringComparison.Ordinal);
        foreach (string empty in new[] { """{"macro":{"technology":{}}}""", """{"macro":{"technology":null}}""",
            """{"macro":{"technology":{"nodeNanometres":null,"energyFemtojoules":{}}}}""" })
            Assert.Equal(RunSpecJson.Write(RunSpecJson.Default), RunSpecJson.Write(RunSpecJson.Read(empty)));
    }

    [Fact]
    public void What_is_stated_is_read_and_written()
    {
        var run = RunSpecJson.Read(Stated);
        Assert.Equal(new TechnologySpec
        {
            NodeNanometres = 65, SupplyVolts = 0.8, UnitCapacitanceFemtofarads = 1.5, ClockMegahertz = 50,
            ArrayEnergy = ArrayEnergyKind.Sharing, ArraysAtOnce = 4, CellSquareMicrometres = 0.7,
            EnergyFemtojoules = new() { Conversion = 700, InputBit = 2 },
        }, run.Macro.Technology);
        string written = RunSpecJson.Write(run);
        Assert.Equal(written, RunSpecJson.Write(RunSpecJson.Read(written)));
    }

    [Fact]
    public void A_single_field_is_set_by_its_path()
    {
        var run = RunSpecJson.Set(RunSpecJson.Default, "macro.technology.nodeNanometres=22",
            "macro.technology.energyFemtojoules.addition=3");
        Assert.Equal(new TechnologySpec { NodeNanometres = 22, EnergyFemtojoules = new() { Addition = 3 } }, run.Macro.Technology);
        var preset = MacroPresets.Get("xnor-256") with { Technology = run.Macro.Technology };
        Assert.Equal("xnor-256, changed: technology.nodeNanometres 22, technology.energyFemtojoules.addition 3",
            PresetChanges.Marked(preset).Name);
    }

    [Theory]
    [InlineData("macro.technology.nodeNanometres=0", "nodeNanometres")]
    [InlineData("macro.technology.node=28", "no such field")]
    [InlineData("macro.technology.energyFemtojoules.adc=1", "conversion, drivenRow")]
    [InlineData("macro.technology.arrayEnergy=coupling", "unitCapacitanceFemtofarads too")]
    public void A_bad_field_is_refused(string assignment, string message) =>
        Assert.Contains(message, Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, assignment)).Message,
            StringComparison.Ordinal);

    [Fact]
    public void The_capacitance_of_a_cell_is_one_number()
    {
        string[] both = ["macro.technology.unitCapacitanceFemtofarads=2", "macro.die.unitCapacitanceFemtofarads=1"];
        Assert.Contains("the same capacitor",
            Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, both)).Message, StringComparison.Ordinal);
        var technology = RunSpecJson.Set(RunSpecJson.Default, both[0]).Macro;
        Assert.Equal((2, true), (technology.UnitFemtofarads, technology.Die.IsIdeal));
        Assert.Equal(1, RunSpecJson.Set(RunSpecJson.Default, both[1], "macro.technology.arrayEnergy=coupling").Macro.UnitFemtofarads);
    }

    [Fact]
    public void A_stated_energy_of_cells_leaves_no_model_of_the_array_to_choose()
    {
        string[] both = ["macro.technology.unitCapacitanceFemtofarads=2", "macro.technology.arrayEnergy=sharing",
            "macro.technology.energyFemtojoules.cellAccess=0.3"];
        Assert.Contains("cellAccess",
            Assert.Throws<SpecException>(() => RunSpecJson.Set(RunSpecJson.Default, both)).Message, StringComparison.Ordinal);
    }
}
