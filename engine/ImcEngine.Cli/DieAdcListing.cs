using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli;

/// <summary>Which ADCs of a die to list.</summary>
/// <param name="Model">Network file; null for a macro by itself.</param>
/// <param name="Network">What the user chooses of the network.</param>
/// <param name="Layer">A layer's name; without a model, its number among the layers on the macro.</param>
/// <param name="Array">Array of the layer; null for all, or without a model for the first.</param>
/// <param name="Column">Physical column of the array; null for all, or without a model for the first.</param>
internal sealed record DieAdcChoice(uint Die, string? Model, NetworkChoice Network, string? Layer, int? Array, int? Column,
    string? CalibrationFile);

/// <summary>INL and DNL of the ADCs of a die, column by column (<see cref="AdcLinearity"/>).</summary>
internal sealed class DieAdcListing
{
    private readonly string _title;
    private readonly List<ColumnAdc> _adcs = [];

    /// <summary>An ADC as one column of an array has it.</summary>
    /// <param name="RowGroups">The row groups that it converts; null for all of the column.</param>
    private sealed record ColumnAdc(int Array, int Column, string? RowGroups, int? InputBit, AdcLinearity Linearity);

    /// <summary>The scales of ADCs that differ; null where all have the same.</summary>
    private TextTable? _scales;

    private DieAdcListing(string title) => _title = title;

    /// <summary>Lists one column of a macro by itself, as it is in the layer with the chosen number.</summary>
    /// <exception cref="ImcException">The ADC has no edges, or its range is only known for a layer of a network;
    /// or the column does not exist.</exception>
    public static DieAdcListing OfMacro(MacroSpec macro, BitPlanes.CellProduct product, bool isLinear, DieAdcChoice choice)
    {
        RequireEdges(macro.Adc);
        if (LayerAdcs.NeedsCalibration(macro.Adc))
            throw new SpecException("macro.adc.range", "\"calibrated\"", "a calibrated range belongs to a layer; "
                + "name it with --model, --layer and --calibration-file, or use --set macro.adc.range=[low,high] or full");
        int ordinal = choice.Layer is null ? 0 : int.TryParse(choice.Layer, out int given) && given >= 0 ? given
            : throw new ImcException($"--layer is '{choice.Layer}'; "
                + "without --model it must be the layer's number among those on the macro, from 0 on. Give --model to name a layer.");
        var operands = new DigitOperands(macro, product);
        int column = choice.Column ?? 0;
        RequireColumn(column, macro.Columns ?? int.MaxValue, operands.Columns);
        var listing = new DieAdcListing($"macro '{macro.Name}', die {choice.Die}, layer {ordinal}");
        var transfer = AdcFactory.Create(macro.Adc, macro.Rows, operands.Products, isLinear);
        listing.Add(transfer, macro, new(macro, choice.Die, ordinal, columns: operands.Columns), choice.Array ?? 0, column, null, null);
        return listing;
    }

    /// <summary>Lists the columns of a layer of a network: all, or those chosen.</summary>
    /// <exception cref="ImcException">For the reasons of <see cref="OfMacro"/>, or because there is no such layer.</exception>
    public static DieAdcListing OfLayer(RunSpec run, DieAdcChoice choice)
    {
        var imported = UserFiles.Network(choice.Model!, UserFiles.Model(choice.Model!, choice.Network), run);
        var nodes = imported.Network.MacroLayers;
        int ordinal = nodes.ToList().FindIndex(node => node.Name == choice.Layer);
        if (ordinal < 0)
            throw new ImcException($"--layer is {(choice.Layer is null ? "missing" : $"'{choice.Layer}'")}; "
                + $"the layers of '{choice.Model}' on the macro are {string.Join(", ", nodes.Select(node => node.Name))}.");
        var macro = run.MacroOf(choice.Layer!);
        RequireEdges(macro.Adc);
        var calibration = choice.CalibrationFile is { } file ? UserFiles.Calibration(file) : null;
        calibration?.RequireNetwork(imported.Network.Name, imported.Network.Sha256);
        var layer = new MappedNetwork(imported.Network, run).Layers[ordinal];
        var adcs = LayerAdcs.Create(run, choice.Layer!, layer, calibration);
        RequireColumn(choice.Column ?? 0, layer.Map.ArrayColumns, layer.Map.WeightColumns);
        if (choice.Array >= layer.Map.Arrays)
            throw new ImcException($"--array is {choice.Array}; layer '{choice.Layer}' has {layer.Map.Arrays} arrays, from 0 on.");

        var listing = new DieAdcListing($"layer '{choice.Layer}' (number {ordinal}), macro '{macro.Name}', die {choice.Die}");
        if (adcs.Transfers is { Count: > 1 } transfers)
            listing._scales = ScaleTable.Of([.. transfers.Select(adc => ErrorScale.Of(macro, adc, layer.Map.Products))]);
        var columns = layer.Map.WeightColumns;
        var sampler = new DieSampler(macro, choice.Die, ordinal, columns: columns);
        foreach (var (array, column) in ColumnsOf(layer, choice))
            foreach (var each in adcs.RowGroups)
            {
                if (!layer.OfRowGroups(each.RowGroups).Map.Uses(array)) continue;
                string? rowGroups = adcs.RowGroups.Count == 1 ? null : string.Join(' ', each.RowGroups);
                for (int transfer = 0; transfer < (each.Transfers.Count == 1 ? 1 : layer.Map.InputDigits.Count); transfer++)
                    listing.Add(each.TransferOf(transfer, columns.DigitOf(column % columns.Count), columns.Digits), macro,
                        sampler, array, column, rowGroups, each.Transfers.Count == 1 ? null : transfer);
            }
        return listing;
    }

    public void Write(Report report)
    {
        if (_scales is not null)
        {
            report.Line("The layer's ADCs, of the least and of the greatest scale:");
            report.Line();
            report.Write(_scales);
            report.Line();
        }
        report.Line($"ADCs of {_title}: edges against a line through the first and the last edge (end-point fit).");
        report.Line();
        var table =
            new TextTable([.. Place.Concat(["offset, counts", "gain error", "largest INL, LSB", "largest DNL, LSB", "missing codes"])
                .Select(TextTable.Number)]);
        foreach (var adc in _adcs)
            table.Add([.. PlaceOf(adc), $"{adc.Linearity.OffsetCounts:F4}",
                adc.Linearity.GainErrorRelative is { } gain ? $"{100 * gain:F3} %" : "", $"{adc.Linearity.MostInlLsb:F4}",
                $"{adc.Linearity.MostDnlLsb:F4}", $"{adc.Linearity.MissingCodes}"]);
        report.Write(table);
    }

    public void WriteCsv(Report report)
    {
        report.Line($"# ADCs of {_title}");
        report.Line("# end-point fit: a = (e[n-1] - e[0]) / (E[n-1] - E[0]), b = e[0] - a E[0]; e: edgeCounts, E: "
            + "idealEdgeCounts, both in counts");
        report.Line("# inlLsb[k] = (e[k] - (a E[k] + b)) / (a lsb); dnlLsb[k] = inlLsb[k+1] - inlLsb[k], of the code above edge k");
        var table =
            new TextTable([.. Place.Concat(["edge", "idealEdgeCounts", "edgeCounts", "inlLsb", "dnlLsb"]).Select(TextTable.Number)]);
        foreach (var adc in _adcs)
            foreach (var edge in adc.Linearity.Edges)
                table.Add([.. PlaceOf(adc), $"{edge.Edge}", Text(edge.IdealCounts), Text(edge.Counts), Text(edge.InlLsb),
                    Text(edge.DnlLsb)]);
        report.WriteCsv(table);
    }

    private bool HasInputBits => _adcs.Any(adc => adc.InputBit is not null);
    private bool HasRowGroups => _adcs.Any(adc => adc.RowGroups is not null);
    private string[] Place => Joined("array", "column", "rowGroups", "inputBit");

    /// <summary>Returns the lowest column of every digit.</summary>
    private static IEnumerable<(int Array, int Column)> ColumnsOf(MappedLayer layer, DieAdcChoice choice) =>
        from place in Mapping.ColumnPlacement.PlaceColumns(layer.Map)
        where (choice.Array ?? place.Array) == place.Array && (choice.Column ?? place.Column) == place.Column
            && IsLowest(place.Column, layer.Map.WeightColumns)
        group place by (place.Array, place.Column) into column
        orderby column.Key
        select column.Key;

    private static void RequireEdges(AdcSpec adc)
    {
        if (adc.Kind is AdcKind.None or AdcKind.Table)
            throw new SpecException("macro.adc.kind", $"\"{SpecWords.WordFor(adc.Kind)}\"",
                "such an ADC has no edges, and so neither INL nor DNL");
    }

    private static void RequireColumn(int column, int columns, BitPlanes.WeightColumns ofOutput)
    {
        if (column >= columns) throw new ImcException($"--column is {column}; an array has {columns} columns here, from 0 on.");
        if (!IsLowest(column, ofOutput))
            throw new ImcException($"--column is {column}, whose charge is joined with that of the columns below before the ADC "
                + $"(macro.weightDigitBits). Of every {ofOutput.Count} columns of an output, allowed are those numbered "
                + $"{string.Join(", ", Enumerable.Range(0, ofOutput.Digits).Select(ofOutput.FirstOf))}.");
    }

    private static bool IsLowest(int column, BitPlanes.WeightColumns ofOutput)
    {
        int inOutput = column % ofOutput.Count;
        return ofOutput.FirstOf(ofOutput.DigitOf(inOutput)) == inOutput;
    }

    private static string Text(double? number) => number is { } n ? n.ToString("R", System.Globalization.CultureInfo.InvariantCulture) : "";

    private string[] PlaceOf(ColumnAdc adc) => Joined($"{adc.Array}", $"{adc.Column}", adc.RowGroups, $"{adc.InputBit}");

    /// <summary>Returns the parts of a place, without those that are the same everywhere.</summary>
    private string[] Joined(string array, string column, string? rowGroups, string inputBit) =>
        [array, column, .. HasRowGroups ? [rowGroups ?? ""] : (string[])[], .. HasInputBits ? [inputBit] : (string[])[]];

    private void Add(AdcTransfer transfer, MacroSpec macro, DieSampler sampler, int array, int column, string? rowGroups, int? inputBit) =>
        _adcs.Add(new(array, column, rowGroups, inputBit, AdcLinearity.Measure(transfer, macro, sampler, array, column)));
}
