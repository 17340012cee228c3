namespace ImcEngine.Macro;

/// <summary>How the charges of a column's cells meet, which decides the energy of the array.</summary>
public enum ArrayEnergyKind
{
    /// <summary>Driven plates are switched while the column is joined.</summary>
    Coupling,

    /// <summary>Each cell is charged by itself, then all are joined.</summary>
    Sharing,
}
