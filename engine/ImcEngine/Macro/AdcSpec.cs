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

    /// <summary>No ADC: partial sums pass exactly.</summary>
    None,
}

public enum RangeKind
{
    /// <summary>[0, rows], or [-rows, rows] in a signed layer.</summary>
    Full,

    /// <summary>The end levels are given.</summary>
    Fixed,

    /// <summary>Chosen per layer (or plane pair, or row group) from calibration images.</summary>
    Calibrated,
}

/// <summary>How the LSB of an ADC depends on the rows of a row group (ARITHMETIC §15).</summary>
public enum AdcGain
{
    /// <summary>All row groups are converted with the same edges and levels.</summary>
    Fixed,

    /// <summary>Edges and levels shrink with the rows of the row group: an adaptive reference.</summary>
    DrivenRows,
}

/// <summary>What happens when a layer has partial sums beyond the ends of its measured table.</summary>
public enum BeyondTable
{
    /// <summary>The run stops with an error before any image runs.</summary>
    Error,

    /// <summary>Those conversions use the first or last line of the table, and they are counted.</summary>
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

    /// <summary>The ADC has 2^Bits levels. A uniform ADC states this, or <see cref="LevelCount"/>, or <see cref="LsbCounts"/>
    /// alone.</summary>
    public int? Bits { get; init; }

    public int? LevelCount { get; init; }

    public AdcRange Range { get; init; } = AdcRange.Full;

    /// <summary>Whether the range is found on images.</summary>
    internal bool IsCalibrated => Kind == AdcKind.Uniform && LsbCounts is null && Range.Kind == RangeKind.Calibrated;

    /// <summary>Counts per code step, in place of a range.</summary>
    public double? LsbCounts { get; init; }

    public TieRule Ties { get; init; } = TieRule.Down;

    /// <summary>For the kinds <see cref="AdcKind.Uniform"/> and <see cref="AdcKind.List"/>.</summary>
    public AdcGain Gain { get; init; } = AdcGain.Fixed;

    /// <summary>Edges of kind <see cref="AdcKind.List"/>: ascending, counts.</summary>
    public double[]? EdgesCounts { get; init; }

    /// <summary>Levels in counts: for kind <see cref="AdcKind.List"/> one more than edges, for kind <see cref="AdcKind.Table"/> one per
    /// code.</summary>
    public double[]? LevelsCounts { get; init; }

    /// <summary>For kind <see cref="AdcKind.Table"/>: the path of the CSV of P(code given partial sum), relative to the file that names it,
    /// or <c>preset:NAME</c> for a table that comes with a preset.</summary>
    public string? Table { get; init; }

    /// <summary>For kind <see cref="AdcKind.Table"/>: what happens to partial sums that <see cref="Table"/> does not cover.</summary>
    public BeyondTable BeyondTable { get; init; } = BeyondTable.Error;

    /// <summary>A second table, applied to the digital sum over the kernel positions of a chunk. Its sums and levels are in codes (level /
    /// LSB). Null: none.</summary>
    public string? SecondTable { get; init; }

    /// <summary>The mean of the second stage's noise: round(N(mean, sigma)), in codes, is added to that digital sum. Null: none.</summary>
    public double? SecondNoiseMean { get; init; }

    public double? SecondNoiseSigma { get; init; }

    /// <summary>Whether a second table or noise is applied to the digital sum over the kernel positions of a chunk.</summary>
    public bool HasSecondStage => SecondTable is not null || SecondNoiseSigma is not null;

    /// <summary>For the D21 kinds: the bound of the converter, counts.</summary>
    public double? BoundCounts { get; init; }

    /// <summary>For kind <see cref="AdcKind.D21Cifar"/>: the number of decimals (0 or 2) that edges are truncated to; null: not
    /// truncated.</summary>
    public int? EdgeDecimals { get; init; }
}
