namespace ImcEngine.Macro;

public enum AdcKind
{
    /// <summary>Evenly spaced levels, edges midway.</summary>
    Uniform,

    /// <summary>Edges and levels given, in counts.</summary>
    List,

    /// <summary>Measured: P(code given partial sum).</summary>
    Table,

    /// <summary>D21's converter for its CIFAR-10 networks.</summary>
    D21Cifar,

    /// <summary>D21's converter for its ImageNet networks.</summary>
    D21ImageNet,

    /// <summary>Sums pass exactly.</summary>
    None,
}

public enum RangeKind
{
    /// <summary>[0, rows], or [-rows, rows] in a signed layer.</summary>
    Full,

    /// <summary>The end levels are given.</summary>
    Fixed,

    /// <summary>Chosen per layer (or plane pair) from calibration images.</summary>
    Calibrated,
}

/// <summary>What a layer with partial sums beyond the ends of its measured table is.</summary>
public enum BeyondTable
{
    /// <summary>An error, before any image runs.</summary>
    Error,

    /// <summary>Its conversions there take the table's end lines, and are counted.</summary>
    Clamp,
}

/// <summary>The range of a uniform ADC: its first and last level, counts.</summary>
public sealed record AdcRange(RangeKind Kind, double LowCounts = 0, double HighCounts = 0)
{
    public static AdcRange Full { get; } = new(RangeKind.Full);
    public static AdcRange Calibrated { get; } = new(RangeKind.Calibrated);
}

/// <summary>How the ADC's list of edges and levels is made (ARITHMETIC §5).</summary>
public sealed record AdcSpec
{
    public AdcKind Kind { get; init; } = AdcKind.Uniform;

    /// <summary>2^Bits levels; with a uniform ADC either this, or <see cref="LevelCount"/>, or <see cref="LsbCounts"/> alone.</summary>
    public int? Bits { get; init; }

    public int? LevelCount { get; init; }

    public AdcRange Range { get; init; } = AdcRange.Full;

    /// <summary>Counts per code step, in place of a range.</summary>
    public double? LsbCounts { get; init; }

    public TieRule Ties { get; init; } = TieRule.Down;

    /// <summary>Of kind <see cref="AdcKind.List"/>: ascending, counts.</summary>
    public double[]? EdgesCounts { get; init; }

    /// <summary>Of kind <see cref="AdcKind.List"/>, one more than edges; of kind <see cref="AdcKind.Table"/>, one per code.
    /// Counts.</summary>
    public double[]? LevelsCounts { get; init; }

    /// <summary>Of kind <see cref="AdcKind.Table"/>: CSV of P(code given partial sum), relative to the file that names it; or
    /// <c>preset:NAME</c>, which comes with a preset.</summary>
    public string? Table { get; init; }

    /// <summary>Of kind <see cref="AdcKind.Table"/>: partial sums that <see cref="Table"/> does not reach.</summary>
    public BeyondTable BeyondTable { get; init; } = BeyondTable.Error;

    /// <summary>Optional second stage on the digital sum over a chunk's kernel positions:
    /// a second table, of sums and levels in codes (level / LSB).</summary>
    public string? SecondTable { get; init; }

    /// <summary>Optional second stage: round(N(mean, sigma)) added to that sum, in code units.</summary>
    public double? SecondNoiseMean { get; init; }

    public double? SecondNoiseSigma { get; init; }

    /// <summary>Whether something happens to the digital sum over a chunk's kernel positions.</summary>
    public bool HasSecondStage => SecondTable is not null || SecondNoiseSigma is not null;

    /// <summary>Of the D21 kinds: bound of the converter, counts.</summary>
    public double? BoundCounts { get; init; }

    /// <summary>Of kind <see cref="AdcKind.D21Cifar"/>: decimals that edges are truncated to (0 or 2); null for none.</summary>
    public int? EdgeDecimals { get; init; }
}
