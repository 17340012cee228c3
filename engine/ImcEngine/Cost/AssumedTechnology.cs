using ImcEngine.Macro;

namespace ImcEngine.Cost;

/// <summary>The technology that the models of a layer use: what its macro states, else what the published chip of its preset has, else
/// 28 nm and 0.9 V.</summary>
internal sealed record AssumedTechnology
{
    /// <summary>The origin of what neither the macro nor a chip states.</summary>
    public const string Assumed = "assumed";

    private const double HertzPerMegahertz = 1e6;

    public AssumedTechnology(MacroSpec macro)
    {
        var (stated, chip) = (macro.Technology, PublishedChip.Of(PresetChanges.PresetOf(macro)));
        Stated = stated;
        Process = new(stated.NodeNanometres ?? chip?.Process.NodeNanometres ?? Process.ModelledNodeNanometres,
            stated.SupplyVolts ?? chip?.Process.SupplyVolts ?? Process.ModelledSupplyVolts);
        ArrayEnergy = stated.ArrayEnergy ?? ArrayEnergyKind.Coupling;
        UnitFemtofarads = macro.UnitFemtofarads;
        ParasiticRelative = macro.Die.ParasiticRelative;
        NodeOrigin = OriginOf(stated.NodeNanometres, chip);
        SupplyOrigin = OriginOf(stated.SupplyVolts, chip);
    }

    /// <summary>What the macro states.</summary>
    public TechnologySpec Stated { get; }

    public Process Process { get; }

    /// <summary>Whether node and supply are stated, assumed, or those of a chip.</summary>
    public string NodeOrigin { get; }

    /// <inheritdoc cref="NodeOrigin"/>
    public string SupplyOrigin { get; }

    public ArrayEnergyKind ArrayEnergy { get; }

    /// <summary>The capacitance of a cell; null: not stated, so that the array's energy is that of its gates and wires.</summary>
    public double? UnitFemtofarads { get; }

    public double ParasiticRelative { get; }

    /// <summary>Whether the energy of arrays follows from charge sharing.</summary>
    public bool SharesCharge => UnitFemtofarads is not null && Stated.EnergyFemtojoules.CellAccess is null;

    /// <summary>The stated rate of cycles; null: that of the model.</summary>
    public double? CyclesPerSecond => Stated.ClockMegahertz * HertzPerMegahertz;

    private static string OriginOf(double? stated, PublishedChip? chip) =>
        stated is not null ? "stated" : chip is null ? Assumed : $"that of {chip.Source}";
}
