using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>Which products the cells can form.</summary>
public enum CellKind
{
    /// <summary>All products.</summary>
    Any,

    /// <summary>AND only.</summary>
    And,

    /// <summary>XNOR and gated.</summary>
    Xnor,
}

/// <summary>One hardware configuration: an array, its ADCs, its shift-and-add, and its non-idealities (ARITHMETIC §1, §2, §9).</summary>
public sealed record MacroSpec
{
    public string Name { get; init; } = "custom";

    /// <summary>The source of the numbers, such as a paper or a data sheet.</summary>
    public string? Source { get; init; }

    /// <summary>The family of networks whose operands this macro's ADC was made for; other networks are refused. Null: any.</summary>
    public ModelFamily? Family { get; init; }

    /// <summary>Rows activated in one conversion.</summary>
    public int Rows { get; init; } = 256;

    /// <summary>The number of cells on a column, a multiple of <see cref="Rows"/>. Null: equal to <see cref="Rows"/>.</summary>
    public int? ArrayRows { get; init; }

    /// <summary>The number of columns of an array. Null: unlimited.</summary>
    public int? Columns { get; init; }

    /// <summary>The number of adjacent columns that share one ADC, and with it the ADC's gain and edge errors.</summary>
    public int ColumnsPerAdc { get; init; } = 1;

    public MappingKind Mapping { get; init; } = MappingKind.WholeTaps;

    /// <summary>How the convolution groups of grouped layers share arrays.</summary>
    public GroupingKind Grouping { get; init; } = GroupingKind.Separate;

    /// <summary>Whether the last fold may hold more channels than <see cref="Rows"/>, a quirk of D21.</summary>
    public bool LegacyOverfull { get; init; }

    public CellKind Cell { get; init; } = CellKind.Any;

    /// <summary>The number of bits that one input line drives at once; only 1 is supported.</summary>
    public int InputDigitBits { get; init; } = 1;

    /// <summary>The number of bits that one cell stores; only 1 is supported.</summary>
    public int CellBits { get; init; } = 1;

    public AdcSpec Adc { get; init; } = new();

    public DieSpec Die { get; init; } = new();

    /// <summary>The number of cells on a column.</summary>
    internal int ColumnCells => ArrayRows ?? Rows;

    /// <summary>Whether the cells can form a product.</summary>
    internal bool Forms(CellProduct product) => Cell == CellKind.Any || Cell == CellKind.And == (product == CellProduct.And);
}
