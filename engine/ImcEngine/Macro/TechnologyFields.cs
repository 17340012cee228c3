namespace ImcEngine.Macro;

/// <summary>The fields of <c>macro.technology</c>, in canonical order, with their allowed ranges. One that is not stated is left out when
/// written.</summary>
internal static class TechnologyFields
{
    private const int MostArrays = 1 << 30;
    private const double MostFemtojoules = 1e12;

    public static SpecField<EnergySpec>[] Energy { get; } =
    [
        Femtojoules("conversion", e => e.Conversion, (e, energy) => e with { Conversion = energy }),
        Femtojoules("drivenRow", e => e.DrivenRow, (e, energy) => e with { DrivenRow = energy }),
        Femtojoules("cellAccess", e => e.CellAccess, (e, energy) => e with { CellAccess = energy }),
        Femtojoules("addition", e => e.Addition, (e, energy) => e with { Addition = energy }),
        Femtojoules("registerWrite", e => e.RegisterWrite, (e, energy) => e with { RegisterWrite = energy }),
        Femtojoules("inputBit", e => e.InputBit, (e, energy) => e with { InputBit = energy }),
        Femtojoules("outputBit", e => e.OutputBit, (e, energy) => e with { OutputBit = energy }),
    ];

    public static SpecField<TechnologySpec>[] All { get; } =
    [
        new("nodeNanometres", t => t.NodeNanometres, (t, v) => t with { NodeNanometres = v.Number(1, 1000) }),
        new("supplyVolts", t => t.SupplyVolts, (t, v) => t with { SupplyVolts = v.Number(0.05, 10) }),
        new("unitCapacitanceFemtofarads", t => t.UnitCapacitanceFemtofarads,
            (t, v) => t with { UnitCapacitanceFemtofarads = v.Number(0.02, 1_000_000) }),
        new("clockMegahertz", t => t.ClockMegahertz, (t, v) => t with { ClockMegahertz = v.Number(0.001, 100_000) }),
        new("arrayEnergy", t => t.ArrayEnergy is { } kind ? SpecWords.WordFor(kind) : null,
            (t, v) => t with { ArrayEnergy = v.Word(SpecWords.ArrayEnergies) }),
        new("arraysAtOnce", t => t.ArraysAtOnce, (t, v) => t with { ArraysAtOnce = v.Integer(1, MostArrays) }),
        new("cellSquareMicrometres", t => t.CellSquareMicrometres,
            (t, v) => t with { CellSquareMicrometres = v.Number(0.001, 1_000_000) }),
        new("energyFemtojoules", t => t.EnergyFemtojoules == new EnergySpec() ? null : SpecObject.Write(t.EnergyFemtojoules, Energy),
            (t, v) => t with { EnergyFemtojoules = SpecObject.Read(v, Energy, new EnergySpec()) }),
    ];

    private static SpecField<EnergySpec> Femtojoules(string name, Func<EnergySpec, double?> of,
        Func<EnergySpec, double, EnergySpec> with) =>
        new(name, e => of(e), (e, v) => with(e, v.Number(0, MostFemtojoules)));
}
