using ImcEngine.BitPlanes;

namespace ImcEngine.Macro;

/// <summary>
/// Makes the list of edges and levels of an ADC (ARITHMETIC §5).
/// <code>
/// uniform, range [low, high]:  level[k] = low + k (high - low) / (L - 1)     edge[k] midway between level[k] and level[k + 1]
/// uniform, lsbCounts x:        level[k] = k x, or (k - (L - 1) / 2) x in a signed layer
/// </code>
/// </summary>
internal static class AdcFactory
{
    /// <summary>The bits of a uniform ADC that states neither bits nor levels nor lsbCounts.</summary>
    public const int DefaultBits = 4;

    /// <summary>The maximum number of codes of any ADC, that of 16 bits. More would take minutes and gigabytes per die and would not
    /// resolve partial sums any better.</summary>
    public const int MaxCodes = 65_536;

    /// <summary>Returns the ideal transfer of <paramref name="spec"/> in a layer.</summary>
    /// <param name="rows">Rows activated in one conversion.</param>
    /// <param name="products">The products that a row can form.</param>
    /// <param name="isLinear">Whether the layer is linear; D21's converters differ between convolutions and linear layers.</param>
    /// <param name="calibrated">The layer's (or digit pair's) range, for range <c>calibrated</c>.</param>
    /// <param name="scope">Whether <paramref name="calibrated"/> is the layer's or a digit pair's;
    /// decides the unit of accumulation.</param>
    /// <exception cref="SpecException">The fields of <paramref name="spec"/> make no ADC for this layer.</exception>
    /// <exception cref="InvalidOperationException">Kind <c>table</c>, which has no edges; or range <c>calibrated</c> without
    /// <paramref name="calibrated"/>.</exception>
    public static AdcTransfer Create(
        AdcSpec spec, int rows, DigitProducts products, bool isLinear = false, CountRange? calibrated = null,
        CalibrationScope scope = CalibrationScope.Layer) => spec.Kind switch
    {
        AdcKind.None => AdcTransfer.None,
        AdcKind.Uniform when spec.LsbCounts is { } lsb => UniformByLsb(spec, lsb, PartialSums.FullRange(rows, products)),
        AdcKind.Uniform => UniformByRange(LevelCount(spec), RangeOf(spec, rows, products, calibrated), spec.Ties, UnitOf(spec, scope)),
        AdcKind.List => Listed(spec),
        AdcKind.D21Cifar => D21Converters.Cifar(BoundOf(spec), LevelCount(spec), spec.EdgeDecimals, isLinear),
        AdcKind.D21ImageNet => D21Converters.ImageNet(BoundOf(spec), LevelCount(spec)),
        _ => throw new InvalidOperationException("An ADC of kind 'table' has no edges; its codes are drawn from the measured table."),
    };

    /// <summary>The number of codes of an ADC that states <c>bits</c> or <c>levels</c>.</summary>
    public static int LevelCount(AdcSpec spec) => spec.LevelCount ?? 1 << (spec.Bits ?? DefaultBits);

    /// <summary>A uniform ADC between two end levels.</summary>
    public static AdcTransfer UniformByRange(int levels, CountRange range, TieRule ties, AccumulationUnit unit = AccumulationUnit.Codes)
    {
        double span = range.HighCounts - range.LowCounts;
        double[] levelCounts = new double[levels], edgeCounts = new double[levels - 1];
        for (int k = 0; k < levels; k++) levelCounts[k] = range.LowCounts + (k * span / (levels - 1));
        for (int k = 0; k < edgeCounts.Length; k++) edgeCounts[k] = range.LowCounts + (((2 * k) + 1) * span / (2.0 * (levels - 1)));
        return new(edgeCounts, levelCounts, ties, span / (levels - 1), unit);
    }

    private static AdcTransfer UniformByLsb(AdcSpec spec, double lsbCounts, CountRange full)
    {
        bool signed = full.LowCounts < 0;
        double most = Math.Max(-full.LowCounts, full.HighCounts);
        bool countGiven = spec.LevelCount is not null || spec.Bits is not null;
        double steps = Math.Ceiling(most / lsbCounts) * (signed ? 2 : 1);
        if (!countGiven && !(steps < MaxCodes))
            throw new SpecException("macro.adc.lsbCounts", $"{lsbCounts} with sums up to {most}, which makes {steps + 1} codes",
                $"allowed are at most {MaxCodes} codes; raise lsbCounts or state bits or levels");
        int levels = countGiven ? LevelCount(spec) : (int)steps + 1;
        double first = signed ? -(levels - 1) / 2.0 : 0;
        double[] levelCounts = new double[levels], edgeCounts = new double[levels - 1];
        for (int k = 0; k < levels; k++) levelCounts[k] = (k + first) * lsbCounts;
        for (int k = 0; k < edgeCounts.Length; k++) edgeCounts[k] = (k + 0.5 + first) * lsbCounts;
        return new(edgeCounts, levelCounts, spec.Ties, lsbCounts, AccumulationUnit.Codes);
    }

    private static AdcTransfer Listed(AdcSpec spec)
    {
        double[] edges = spec.EdgesCounts
            ?? throw new SpecException("macro.adc.edges", "nothing", "an ADC of kind 'list' needs its edges, in counts");
        double[] levels = spec.LevelsCounts
            ?? throw new SpecException("macro.adc.levels", "nothing", "an ADC of kind 'list' needs its levels, in counts");
        return new(edges, levels, spec.Ties, AdcTransfer.LsbOf(levels), AccumulationUnit.Levels);
    }

    private static CountRange RangeOf(AdcSpec spec, int rows, DigitProducts products, CountRange? calibrated) => spec.Range.Kind switch
    {
        RangeKind.Full => PartialSums.FullRange(rows, products),
        RangeKind.Fixed => new(spec.Range.LowCounts, spec.Range.HighCounts),
        _ => calibrated
            ?? throw new InvalidOperationException("An ADC whose range is 'calibrated' is made from a calibration; none is given."),
    };

    private static AccumulationUnit UnitOf(AdcSpec spec, CalibrationScope scope) =>
        spec.Range.Kind == RangeKind.Calibrated && scope == CalibrationScope.PlanePair ? AccumulationUnit.Levels : AccumulationUnit.Codes;

    private static double BoundOf(AdcSpec spec) =>
        spec.BoundCounts
            ?? throw new SpecException("macro.adc.boundCounts", "nothing",
                $"an ADC of kind '{SpecWords.WordFor(spec.Kind)}' needs its bound, in counts");
}
