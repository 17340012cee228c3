using System.Globalization;

namespace ImcEngine.Macro;

/// <summary>Which fields of <c>macro.technology</c> are allowed together, and with the die.</summary>
internal static class TechnologyRules
{
    /// <exception cref="SpecException">Two fields contradict each other.</exception>
    public static void Check(MacroSpec macro)
    {
        var technology = macro.Technology;
        if (technology.UnitCapacitanceFemtofarads is { } own && macro.Die.UnitCapacitanceFemtofarads is { } ofDie && own != ofDie)
            throw new SpecException("macro.technology.unitCapacitanceFemtofarads", Text(own),
                $"macro.die.unitCapacitanceFemtofarads states {Text(ofDie)} for the same capacitor; "
                    + "state equal numbers, or one of the two");
        if (technology.ArrayEnergy is { } kind && macro.UnitFemtofarads is null)
            throw new SpecException("macro.technology.arrayEnergy", $"\"{SpecWords.WordFor(kind)}\" without a capacitance",
                "state macro.technology.unitCapacitanceFemtofarads too, or leave arrayEnergy out");
        if (technology.ArrayEnergy is { } given && technology.EnergyFemtojoules.CellAccess is not null)
            throw new SpecException("macro.technology.arrayEnergy", $"\"{SpecWords.WordFor(given)}\" beside energyFemtojoules.cellAccess",
                "a stated energy of a cell replaces the model of the array; leave one of the two out");
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
