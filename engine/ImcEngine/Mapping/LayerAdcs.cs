using ImcEngine.Macro;

namespace ImcEngine.Mapping;

/// <summary>The ideal ADCs of one layer, what its accumulators count, and which partial sums can reach it.</summary>
internal sealed class LayerAdcs
{
    private LayerAdcs(IReadOnlyList<AdcTransfer> transfers, int[] sums, bool dieIsIdeal, MeasuredTable? table = null,
        SecondStage? second = null)
    {
        Transfers = transfers;
        ProducibleSums = sums;
        Table = table;
        SecondStage = second;
        IsTransparent = dieIsIdeal && table is null && second is null && transfers.All(transfer => transfer.IsTransparent(sums));
        // On a die, kind none passes v, which is no whole count.
        Unit = IsTransparent ? AccumulationUnit.Counts : transfers[0].PassesSums ? AccumulationUnit.Levels : transfers[0].Unit;
    }

    /// <summary>One, or one per plane pair <c>[inputBit, weightBit]</c>.</summary>
    public IReadOnlyList<AdcTransfer> Transfers { get; }

    /// <summary>Of kind <c>table</c>, whose <see cref="Transfers"/> then hold its levels with edges midway:
    /// what it would be were it ideal.</summary>
    public MeasuredTable? Table { get; }

    /// <summary>Conversions of partial sums beyond the <see cref="Table"/> take its end lines.</summary>
    public bool ClampsBeyondTable { get; private init; }

    /// <summary>Of the digital sums over kernel positions; null for none.</summary>
    public SecondStage? SecondStage { get; }

    /// <summary>Ascending, counts.</summary>
    public IReadOnlyList<int> ProducibleSums { get; }

    /// <summary>Every partial sum that the layer can produce comes out as it went in: never so on a die that is not ideal.</summary>
    public bool IsTransparent { get; }

    public AccumulationUnit Unit { get; }

    public AdcTransfer TransferOf(int inputBit, int weightBit, int weightBits) =>
        Transfers[Transfers.Count == 1 ? 0 : inputBit * weightBits + weightBit];

    /// <summary>The same sums through other ADCs, one or one per plane pair, without a second stage.</summary>
    internal LayerAdcs With(IReadOnlyList<AdcTransfer> transfers) => new(transfers, [.. ProducibleSums], dieIsIdeal: true);

    /// <summary>The same ADCs on another die.</summary>
    internal LayerAdcs On(DieSpec die) =>
        new(Transfers, [.. ProducibleSums], die.IsIdeal, Table, SecondStage) { ClampsBeyondTable = ClampsBeyondTable };

    /// <summary>The ADCs that a run's specification and calibration make for a layer.</summary>
    /// <exception cref="ImcException">The specification makes none, or a calibrated range is missing.</exception>
    public static LayerAdcs Create(RunSpec run, string layerName, MappedLayer layer, Calibration? calibration)
    {
        var spec = SpecOf(run, layerName);
        var map = layer.Map;
        if (spec.HasSecondStage && run.Macro.Mapping != MappingKind.SingleTap)
            throw new ImcException(
                $"Layer '{layerName}' has a second stage (adc.{(spec.SecondTable is null ? "secondNoiseSigma" : "secondTable")}), "
                    + "which acts on the sum over the kernel positions of a chunk; "
                + $"macro '{run.Macro.Name}' has mapping '{SpecWords.WordFor(run.Macro.Mapping)}'. Set macro.mapping to 'single-tap'.");
        if (spec.Kind == AdcKind.Table) return Measured(spec, layerName, layer);
        if (!NeedsCalibration(spec))
        {
            var transfer = AdcFactory.Create(spec, map.Rows, map.Product, map.Geometry.IsLinear);
            return new([transfer], SumsOf(layer), run.Macro.Die.IsIdeal, second: SecondStage.TryCreate(spec, transfer));
        }
        if (calibration is null)
            throw new ImcException($"Layer '{layerName}' has an ADC with calibrated range and no calibration. "
                + "Calibrate first, or set macro.adc.range.");
        var ranges = calibration.LayerRanges(layerName, run.Macro, spec, map.InputFormat.Bits, map.WeightFormat.Bits);
        return new(
            [.. ranges.Ranges.Select(range => AdcFactory.Create(spec, map.Rows, map.Product, map.Geometry.IsLinear, range, ranges.Scope))],
            SumsOf(layer), run.Macro.Die.IsIdeal);
    }

    public static AdcSpec SpecOf(RunSpec run, string layerName) =>
        run.OverrideOf(layerName)?.Adc ?? run.Macro.Adc;

    /// <summary>The noise profile of a die, where it has one, holds every partial sum of its layers (ARITHMETIC §4);
    /// it is read once for all of them.</summary>
    /// <exception cref="ImcException">The profile cannot be read, or a layer makes sums beyond it.</exception>
    public static void RequireNoise(DieSpec die, IEnumerable<(string Name, MappedLayer Layer)> layers)
    {
        if (die.NoiseProfile is not { } file) return;
        var profile = NoiseProfile.Read(file);
        foreach (var (name, layer) in layers)
            if (SumsOf(layer) is [var least, .., var most]) profile.RequireSums(least, most, name);
    }

    public static bool NeedsCalibration(AdcSpec spec) =>
        spec.Kind == AdcKind.Uniform && spec.LsbCounts is null && spec.Range.Kind == RangeKind.Calibrated;

    private static LayerAdcs Measured(AdcSpec spec, string layerName, MappedLayer layer)
    {
        var table = MeasuredTable.Read(spec.Table
            ?? throw new SpecException("macro.adc.table", "nothing", "an ADC of kind 'table' needs its CSV file"), spec.LevelsCounts);
        double[] levels = table.LevelCounts, edges = [.. levels.Skip(1).Select((level, k) => (levels[k] + level) / 2).Order()];
        var transfer = new AdcTransfer(edges, levels, TieRule.Down, AdcTransfer.LsbOf(levels), AccumulationUnit.Levels);
        int[] sums = SumsOf(layer);
        TableSums.Require(layerName, sums, spec, table);
        var second = SecondStage.TryCreate(spec, transfer);
        if (second is not null) TableSums.RequireSecond(layerName, layer, table, transfer, second);
        return new([transfer], sums, dieIsIdeal: true, table, second) { ClampsBeyondTable = spec.BeyondTable == BeyondTable.Clamp };
    }

    /// <summary>All partial sums that the layer can produce, ascending.</summary>
    internal static int[] SumsOf(MappedLayer layer)
    {
        int channels = layer.Map.Geometry.GroupInputChannels;
        var driven = layer.Map.Groups.SelectMany(
            group => Enumerable.Range(0, layer.Borders.Count).Select(border => layer.Borders.DrivenRows(border, group, channels)));
        return PartialSums.Producible(driven, layer.Map.Product, layer.InputMayBeUndriven);
    }
}
