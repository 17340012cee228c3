using ImcEngine.Macro;

namespace ImcEngine.Cost;

/// <summary>Errors of a die that follow from its technology: the floor of noise that charge sharing has, and a published
/// mismatch.</summary>
internal static class TechnologyErrors
{
    /// <summary>Returns the macro with the thermal noise of its columns as <c>die.bitlineNoiseCounts</c>. Of digits it is that of the
    /// longest ones.</summary>
    /// <exception cref="SpecException">Supply, capacitance or kind of cell are not stated, or the die states noise already.</exception>
    public static MacroSpec WithThermalNoise(MacroSpec macro)
    {
        if (macro.Die.BitlineNoiseCounts > 0 || macro.Die.NoiseProfile is not null)
            throw new SpecException("macro.die.bitlineNoiseCounts", "noise that is stated", "thermal noise from the technology replaces "
                + "none; leave bitlineNoiseCounts and noiseProfile out");
        if (macro.Cell == CellKind.Any)
            throw new SpecException("macro.cell", "\"any\"", "a count of XNOR cells is half the voltage of one of AND cells; for thermal "
                + "noise state \"and\" or \"xnor\"");
        return macro with { Die = macro.Die with { BitlineNoiseCounts = ThermalNoiseCounts(macro, macro.Cell == CellKind.Xnor) } };
    }

    /// <summary>Returns the macro with the published mismatch of its capacitance as <c>die.cellMismatchRelative</c>, in place of the
    /// convention of <c>die.unitCapacitanceFemtofarads</c>.</summary>
    /// <exception cref="SpecException">The capacitance is not stated, or the die states a mismatch already.</exception>
    public static MacroSpec WithPublishedMismatch(MacroSpec macro)
    {
        if (macro.Die.CellMismatchRelative > 0)
            throw new SpecException("macro.die.cellMismatchRelative", "a mismatch that is stated",
                "the published mismatch replaces none; leave it out");
        double femtofarads = RequireCapacitance(macro);
        return macro with
        {
            Die = macro.Die with
            {
                UnitCapacitanceFemtofarads = null, CellMismatchRelative = ChargeSharing.MismatchRelative(femtofarads),
            },
            Technology = macro.Technology with { UnitCapacitanceFemtofarads = femtofarads },
        };
    }

    /// <summary>Returns the sigma of thermal noise, counts as <c>die.bitlineNoiseCounts</c> takes them.</summary>
    /// <param name="isSigned">Whether the products are XNOR or gated.</param>
    /// <exception cref="SpecException">Supply or capacitance are not stated.</exception>
    public static double ThermalNoiseCounts(MacroSpec macro, bool isSigned)
    {
        var technology = new AssumedTechnology(macro);
        double femtofarads = RequireCapacitance(macro);
        if (technology.SupplyOrigin == AssumedTechnology.Assumed)
            throw new SpecException("macro.technology.supplyVolts", "nothing", "thermal noise needs it: a count is a share of the supply");
        int input = Most(macro.InputDigitBits), digit = Most(macro.WeightDigitBits ?? macro.CellBits), cell = Most(macro.CellBits);
        // The joined columns of a digit have digit / cell units a row, and a count is the (input * cell)-th part of a unit's full swing.
        var column = new ColumnCharge(macro.ColumnCells, digit / cell, femtofarads, technology.ParasiticRelative, isSigned);
        return input * cell * ChargeSharing.ThermalNoiseCounts(column, technology.Process.SupplyVolts);
    }

    private static int Most(int bits) => (1 << bits) - 1;

    private static double RequireCapacitance(MacroSpec macro) => macro.UnitFemtofarads
        ?? throw new SpecException("macro.technology.unitCapacitanceFemtofarads", "nothing",
            "thermal noise and mismatch follow from the capacitance of a cell; state it");
}
