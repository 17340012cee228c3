using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Which products the cells can form.</summary>
public enum CellKind
{
    /// <summary>All of them.</summary>
    Any,

    /// <summary>AND only.</summary>
    And,

    /// <summary>XNOR and gated.</summary>
    Xnor,
}

/// <summary>One hardware configuration: an array, its ADCs, its shift-and-add,
/// and what is imperfect about it (ARITHMETIC §1, §2, §9).</summary>
public sealed record MacroSpec
{
    public string Name { get; init; } = "custom";

    /// <summary>Where the figures come from: paper, data sheet.</summary>
    public string? Source { get; init; }

    /// <summary>The family of networks whose operands this macro's converter was made for; other networks are refused. Null: any.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Rows activated in one conversion.</summary>
    public int Rows { get; init; } = 256;

    /// <summary>Cells on a column; a multiple of <see cref="Rows"/>. Null: as many as rows.</summary>
    public int? ArrayRows { get; init; }

    /// <summary>Columns of an array. Null: unlimited.</summary>
    public int? Columns { get; init; }

    /// <summary>Adjacent columns that share one ADC, and so its gain and edge errors.</summary>
    public int ColumnsPerAdc { get; init; } = 1;

    public MappingKind Mapping { get; init; } = MappingKind.WholeTaps;

    /// <summary>D21's quirk: a last fold may hold more channels than <see cref="Rows"/>.</summary>
    public bool LegacyOverfull { get; init; }

    public CellKind Cell { get; init; } = CellKind.Any;

    /// <summary>Bits that one input line drives at once; 1 is what is built.</summary>
    public int InputDigitBits { get; init; } = 1;

    /// <summary>Bits that one cell stores; 1 is what is built.</summary>
    public int CellBits { get; init; } = 1;

    public AdcSpec Adc { get; init; } = new();

    public DieSpec Die { get; init; } = new();

    /// <summary>Cells on a column.</summary>
    internal int ColumnCells => ArrayRows ?? Rows;

    /// <summary>Whether the cells can form a product.</summary>
    internal bool Forms(CellProduct product) => Cell == CellKind.Any || Cell == CellKind.And == (product == CellProduct.And);
}
