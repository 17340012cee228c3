namespace ImcEngine.Macro;

/// <summary>
/// What a macro is made in, for the models of energy, time and area (<c>imc cost</c>). Nothing here changes a result of a network. A field
/// that is null is not stated; the models then say what they assume.
/// </summary>
public sealed record TechnologySpec
{
    /// <summary>The node.</summary>
    public double? NodeNanometres { get; init; }

    public double? SupplyVolts { get; init; }

    /// <summary>
    /// The capacitance C of a cell, from which the energy of the array follows. Null: <see cref="DieSpec.UnitCapacitanceFemtofarads"/>,
    /// which is the same capacitance. If both are stated they are equal. Stated here it makes no mismatch.
    /// </summary>
    public double? UnitCapacitanceFemtofarads { get; init; }

    /// <summary>The rate of cycles; in a cycle each ADC converts once. Null: that of the model of the cycle.</summary>
    public double? ClockMegahertz { get; init; }

    /// <summary>How the charges of a column's cells meet, for arrays of a stated capacitance. Null: coupling.</summary>
    public ArrayEnergyKind? ArrayEnergy { get; init; }

    /// <summary>The most arrays that work at once. Null: all arrays of a layer.</summary>
    public int? ArraysAtOnce { get; init; }

    /// <summary>The area of a cell, with its capacitor.</summary>
    public double? CellSquareMicrometres { get; init; }

    /// <summary>Energies that replace those of the models.</summary>
    public EnergySpec EnergyFemtojoules { get; init; } = new();
}

/// <summary>Energies of single events, in fJ. One that is stated replaces the model of that event; null: not stated.</summary>
public sealed record EnergySpec
{
    /// <summary>A conversion: that of both ADC models.</summary>
    public double? Conversion { get; init; }

    /// <summary>A driven row of an array, in one activation: its driver or DAC.</summary>
    public double? DrivenRow { get; init; }

    /// <summary>A cell in a driven row, in one activation: all of the array's energy.</summary>
    public double? CellAccess { get; init; }

    /// <summary>An addition of levels: all adders.</summary>
    public double? Addition { get; init; }

    /// <summary>A write of an accumulator: all registers.</summary>
    public double? RegisterWrite { get; init; }

    /// <summary>A bit of an input code that is read from the buffer.</summary>
    public double? InputBit { get; init; }

    /// <summary>A bit of a sum that is written to the buffer.</summary>
    public double? OutputBit { get; init; }
}
