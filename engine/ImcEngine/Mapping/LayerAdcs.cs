using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>The ideal ADCs of one layer, the unit of its accumulators, and the partial sums that its ADCs can receive.</summary>
internal sealed class LayerAdcs
{
    private readonly Summing _summing;

    private LayerAdcs(IReadOnlyList<RowGroupAdcs> rowGroups, DieSpec die, Summing summing, MeasuredTable? table = null,
        SecondStage? second = null)
    {
        _summing = summing;
        SummedVotes = table is not null || die.HasNoise ? summing.VotesOfMean : 1;
        RowGroups = rowGroups;
        Transfers = [.. rowGroups.SelectMany(each => each.Transfers)];
        ProducibleSums = rowGroups is [var all] ? all.ProducibleSums
            : [.. rowGroups.SelectMany(each => each.ProducibleSums).Distinct().Order()];
        Table = table;
        SecondStage = second;
        IsTransparent = die.IsIdeal && table is null && second is null && rowGroups.All(each => each.AreTransparent);
        // On a die that is not ideal, kind none passes v, which is not a whole count. An exact sum is no code.
        Unit = IsTransparent ? AccumulationUnit.Counts
            : Transfers[0].PassesSums || summing.HasDigitalPairs || rowGroups.Count > 1 ? AccumulationUnit.Levels : Transfers[0].Unit;
    }

    /// <summary>What is summed beside single codes.</summary>
    /// <param name="VotesOfMean">As <see cref="MacroSpec.VotesOfMean"/>.</param>
    /// <param name="HasDigitalPairs">Whether digital adders sum some digit pairs.</param>
    private readonly record struct Summing(int VotesOfMean, bool HasDigitalPairs)
    {
        public static Summing Of(MacroSpec macro, LayerMap map) => new(macro.VotesOfMean, map.DigitalPairs > 0);
    }

    /// <summary>The ADCs of all row groups together or, where row groups are converted differently, of each kind of them.</summary>
    public IReadOnlyList<RowGroupAdcs> RowGroups { get; }

    /// <summary>The transfers of all <see cref="RowGroups"/>, one after the other.</summary>
    public IReadOnlyList<AdcTransfer> Transfers { get; }

    /// <summary>The measured table of ADC kind <c>table</c>; null for other kinds. <see cref="Transfers"/> then holds the ideal ADC with
    /// the table's levels and edges midway between them.</summary>
    public MeasuredTable? Table { get; }

    /// <summary>Whether partial sums beyond the <see cref="Table"/> are converted by its first or last line.</summary>
    public bool ClampsBeyondTable { get; private init; }

    /// <summary>The second stage, which converts the digital sums over kernel positions; null for none.</summary>
    public SecondStage? SecondStage { get; }

    /// <summary>The number of levels that are summed for each partial sum, of which the mean counts.</summary>
    public int SummedVotes { get; }

    /// <summary>The partial sums that the layer can produce, in counts, ascending.</summary>
    public IReadOnlyList<int> ProducibleSums { get; }

    /// <summary>Whether the ADCs reproduce exactly every partial sum that the layer can produce. Always false on a die that is not
    /// ideal.</summary>
    public bool IsTransparent { get; }

    public AccumulationUnit Unit { get; }

    /// <summary>Returns the ADCs of a row group.</summary>
    public RowGroupAdcs Of(int rowGroup) => RowGroups.First(each => Array.BinarySearch(each.RowGroups, rowGroup) >= 0);

    /// <summary>Returns the same sums with other ADCs, and without a second stage.</summary>
    /// <param name="change">Returns the ADC in place of another, given the partial sums that it receives.</param>
    internal LayerAdcs With(Func<AdcTransfer, IReadOnlyList<int>, AdcTransfer> change) =>
        new([.. RowGroups.Select(each => each with { Transfers = [.. each.Transfers.Select(adc => change(adc, each.ProducibleSums))] })],
            new(), _summing);

    /// <summary>Returns the same ADCs on another die.</summary>
    internal LayerAdcs On(DieSpec die) =>
        new(RowGroups, die, _summing, Table, SecondStage) { ClampsBeyondTable = ClampsBeyondTable };

    /// <summary>Returns the ADCs that a run's specification and calibration give a layer.</summary>
    /// <exception cref="ImcException">The specification allows no ADC for the layer, a table cannot be read or does not hold the layer's
    /// sums, or a calibrated range is missing.</exception>
    public static LayerAdcs Create(RunSpec run, string layerName, MappedLayer layer, Calibration? calibration)
    {
        var macro = run.MacroOf(layerName);
        var (spec, map) = (macro.Adc, layer.Map);
        if (spec.HasSecondStage && macro.Mapping != MappingKind.SingleTap)
            throw new ImcException(
                $"Layer '{layerName}' has a second stage (adc.{(spec.SecondTable is null ? "secondNoiseSigma" : "secondTable")}), "
                    + "which acts on the sum over the kernel positions of a chunk; "
                + $"macro '{macro.Name}' has mapping '{SpecWords.WordFor(macro.Mapping)}'. Set macro.mapping to 'single-tap'.");
        if (spec.Kind == AdcKind.Table) return Measured(macro, spec, layerName, layer);
        if (!NeedsCalibration(spec))
        {
            var transfer = AdcFactory.Create(spec, map.Rows, map.Products, map.Geometry.IsLinear);
            return new(RowGroupAdcs.Of(layer, spec.Gain, [transfer]), macro.Die, Summing.Of(macro, map),
                second: SecondStage.TryCreate(spec, transfer));
        }
        if (calibration is null)
            throw new ImcException($"Layer '{layerName}' has an ADC with a calibrated range, but there is no calibration. "
                + "Calibrate first, or set macro.adc.range.");
        calibration.RequireMadeFor(run);
        var ranges = calibration.LayerRanges(layerName, macro, map.InputDigits.Count, map.WeightDigits.Count, map.Groups.Length);
        AdcTransfer OfRange(CountRange range) =>
            AdcFactory.Create(spec, map.Rows, map.Products, map.Geometry.IsLinear, range, ranges.Scope);
        AdcTransfer[] transfers = ranges.Lists is { } lists ? [.. lists.Select(list => list.Transfer(spec.Ties, spec.Gain))]
            : [.. ranges.Ranges.Select(OfRange)];
        return new(ranges.PerRowGroup ? RowGroupAdcs.OfEach(layer, transfers) : RowGroupAdcs.Of(layer, spec.Gain, transfers), macro.Die,
            Summing.Of(macro, map));
    }

    /// <summary>Checks that a layer's noise profile, if there is one, holds every partial sum of the layer (ARITHMETIC §4). A file is read
    /// once for all its layers.</summary>
    /// <exception cref="ImcException">A profile cannot be read, or a layer can produce sums beyond it.</exception>
    public static void RequireNoise(RunSpec run, IEnumerable<(string Name, MappedLayer Layer)> layers)
    {
        var profiles = new Dictionary<string, NoiseProfile>();
        foreach (var (name, layer) in layers)
        {
            if (run.MacroOf(name).Die.NoiseProfile is not { } file) continue;
            if (!profiles.TryGetValue(file, out var profile)) profiles.Add(file, profile = NoiseProfile.Read(file));
            if (SumsOf(layer) is [var least, .., var most]) profile.RequireSums(least, most, name);
        }
    }

    /// <summary>Whether the range of a layer's ADC is calibrated.</summary>
    public static bool NeedsCalibration(RunSpec run, string layerName) => NeedsCalibration(run.MacroOf(layerName).Adc);

    /// <summary>Whether a layer's results are corrected digitally: they are converted.</summary>
    public static bool IsCorrected(RunSpec run, string layerName) =>
        run.Calibration.Correct != DigitalCorrection.None && run.MacroOf(layerName).Adc.Kind != AdcKind.None;

    /// <summary>Whether the range of an ADC is calibrated.</summary>
    public static bool NeedsCalibration(AdcSpec spec) => spec.IsCalibrated;

    private static LayerAdcs Measured(MacroSpec macro, AdcSpec spec, string layerName, MappedLayer layer)
    {
        var table = MeasuredTable.Read(spec.Table
            ?? throw new SpecException("macro.adc.table", "nothing", "an ADC of kind 'table' needs its CSV file"), spec.LevelsCounts);
        double[] levels = table.LevelCounts, edges = [.. levels.Skip(1).Select((level, k) => (levels[k] + level) / 2).Order()];
        var transfer = new AdcTransfer(edges, levels, TieRule.Down, AdcTransfer.LsbOf(levels), AccumulationUnit.Levels);
        int[] sums = SumsOf(layer);
        TableSums.Require(layerName, sums, spec, table);
        var second = SecondStage.TryCreate(spec, transfer);
        if (second is not null) TableSums.RequireSecond(layerName, layer, table, transfer, second);
        return new(RowGroupAdcs.Of(layer, AdcGain.Fixed, [transfer]), new(), Summing.Of(macro, layer.Map), table, second)
        {
            ClampsBeyondTable = spec.BeyondTable == BeyondTable.Clamp,
        };
    }

    /// <summary>Returns all partial sums that the layer can produce, in counts, ascending.</summary>
    internal static int[] SumsOf(MappedLayer layer)
    {
        int channels = layer.Map.Geometry.GroupInputChannels;
        var driven = layer.Map.Groups.SelectMany(
            group => Enumerable.Range(0, layer.Borders.Count).Select(border => layer.Borders.DrivenRows(border, group, channels)));
        return PartialSums.Producible(driven, layer.Map.Products, layer.InputMayBeUndriven);
    }
}
