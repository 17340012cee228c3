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

/// <summary>Where the sign plane of two's complement weights is converted (ARITHMETIC §15).</summary>
public enum SignPlaneKind
{
    /// <summary>With the other planes of its digit, where it counts negative.</summary>
    Joined,

    /// <summary>By itself.</summary>
    Own,
}

/// <summary>The result of several conversions of one sum (ARITHMETIC §15).</summary>
public enum VotingKind
{
    /// <summary>The median code.</summary>
    Median,

    /// <summary>The mean of the levels.</summary>
    Mean,
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

    /// <summary>The number of bits that the DAC of an input line drives at once.</summary>
    public int InputDigitBits { get; init; } = 1;

    /// <summary>The number of weight bits that one cell stores.</summary>
    public int CellBits { get; init; } = 1;

    /// <summary>The number of weight bits that share a conversion, in binary-weighted columns: a multiple of <see cref="CellBits"/>. Null:
    /// equal to <see cref="CellBits"/>.</summary>
    public int? WeightDigitBits { get; init; }

    public SignPlaneKind SignPlane { get; init; } = SignPlaneKind.Joined;

    /// <summary>The number of conversions of each sum, odd.</summary>
    public int Votes { get; init; } = 1;

    public VotingKind Voting { get; init; } = VotingKind.Median;

    /// <summary>A digit pair whose lowest planes i and j have i + j at or above this is summed exactly by digital adders, without a
    /// conversion (ARITHMETIC §15). Null: every pair is converted.</summary>
    public int? DigitalPlanePairs { get; init; }

    public AdcSpec Adc { get; init; } = new();

    public DieSpec Die { get; init; } = new();

    /// <summary>The number of cells on a column.</summary>
    internal int ColumnCells => ArrayRows ?? Rows;

    /// <summary>Whether the conversions of one sum can differ.</summary>
    internal bool VotesDiffer => Votes > 1 && (Die.HasNoise || Adc.Kind == AdcKind.Table);

    /// <summary>The number of votes whose mean counts, where they can differ; 1 where their median counts.</summary>
    internal int VotesOfMean => Voting == VotingKind.Mean ? Votes : 1;

    /// <summary>The number of levels that are summed for each sum.</summary>
    internal int SummedVotes => VotesDiffer ? VotesOfMean : 1;

    /// <summary>The digits of inputs: the planes that are driven together.</summary>
    internal OperandDigits InputDigits(OperandFormat format) => new(format, InputDigitBits);

    /// <summary>Returns the format in which cells hold weights: that of the weights, or offset binary. A cell of several bits holds no
    /// negative number, so two's complement weights that have no sign plane of their own are stored as w + 2^(b-1).</summary>
    internal OperandFormat StoredFormat(OperandFormat weights) =>
        CellBits > 1 && SignPlane == SignPlaneKind.Joined && weights.Encoding == OperandEncoding.TwosComplement
            ? weights with { Encoding = OperandEncoding.Unipolar } : weights;

    /// <summary>Returns what is added to weights where they are stored: 2^(b-1) in offset binary, else 0.</summary>
    internal int StoredOffset(OperandFormat weights) => StoredFormat(weights) == weights ? 0 : 1 << (weights.Bits - 1);

    /// <summary>The digits of weights, as they are stored: the planes that are converted together.</summary>
    internal OperandDigits WeightDigits(OperandFormat format) =>
        new(StoredFormat(format), WeightDigitBits ?? CellBits, SignPlane == SignPlaneKind.Own);

    /// <summary>The planes of weights that are in one cell, as they are stored.</summary>
    internal OperandDigits WeightCells(OperandFormat format) => new(StoredFormat(format), CellBits, SignPlane == SignPlaneKind.Own);

    /// <summary>The columns of an output.</summary>
    internal WeightColumns WeightColumns(OperandFormat format) => new(WeightDigits(format), WeightCells(format));

    /// <summary>Whether the cells can form a product.</summary>
    internal bool Forms(CellProduct product) => Cell == CellKind.Any || Cell == CellKind.And == (product == CellProduct.And);
}
