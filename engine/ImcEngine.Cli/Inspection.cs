using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>The mapping report of an imported network as tables and as JSON.</summary>
/// <param name="outline">The plan for quantizing a float network; null for a quantized network.</param>
internal sealed partial class Inspection(ImportedNetwork imported, MappingReport mapping, RunSpec run, QuantizationOutline? outline)
{
    /// <summary>The most layers that a sentence names.</summary>
    private const int MostNames = 4;

    private readonly Dictionary<string, LayerNote> _notes = imported.Layers.ToDictionary(note => note.Name);

    /// <summary>Returns the mapping that a float network will have once it is quantized.</summary>
    /// <param name="asItIs">The mapping of the float network, in which all layers are digital.</param>
    /// <exception cref="ImcException">The macro cannot hold a layer, or is for another family of networks.</exception>
    public static MappingReport Planned(MappingReport asItIs, QuantizationOutline outline, RunSpec run)
    {
        ModelFamilies.Require(run, "network", outline.OnMacro.Select(layer => (layer.Name, layer.Input, layer.Weight)));
        var onMacro = outline.OnMacro.ToDictionary(layer => layer.Name);
        var why = outline.Digital.ToDictionary(layer => layer.Name, layer => layer.Why);
        return new(
            [
                .. asItIs.Layers.Select(layer => onMacro.TryGetValue(layer.Name, out var planned)
                    ? LayerMapping.Create(layer.Name, layer.Geometry, planned.Input, planned.Weight, run.MacroOf(layer.Name))
                    : layer with { WhyDigital = why[layer.Name] })]);
    }

    /// <param name="withMap">Whether to print which cells hold which weights.</param>
    public void Write(Report report, bool withMap)
    {
        report.Line($"Network '{imported.Network.Name}' on macro {MacroText(run.Macro)}.");
        foreach (var own in mapping.Layers.Where(layer => layer.Map is not null && run.OverrideOf(layer.Name)?.Macro is not null)
            .GroupBy(layer => MacroText(run.MacroOf(layer.Name))))
            report.Line($"On macro {own.Key}: {NamesOf([.. own.Select(layer => layer.Name)]).TrimEnd(',')}.");
        if (outline is not null)
            report.Line($"The network is float. All numbers are for the network "
                + $"quantized as the specification says ('imc compare' does this itself, 'imc quantize' writes the network): "
                + $"{outline.OnMacro.Count} of {outline.OnMacro.Count + outline.Digital.Count} layers run on the macro.");
        report.Line();
        report.Write(LayerTable());
        WriteGroupings(report);
        RowGroupAdcListing.Write(report, mapping, run);
        WriteDigital(report);
        WriteDefaults(report);
        WriteZeroPoints(report);
        if (withMap) WeightMap.Write(report, mapping, layer => RowGroupAdcListing.TryCreate(layer, run));
    }

    /// <param name="model">The network, as <see cref="JsonOutput.OfModel"/> writes it.</param>
    /// <param name="withMap">Whether to include which cells hold which weights.</param>
    public JsonObject ToJson(JsonObject model, bool withMap)
    {
        var json = JsonOutput.NewDocument();
        json["model"] = model;
        json["run"] = RunOutput.ToJson(run, isQuantizedAlready: imported.Network.MacroLayers.Count > 0);
        json["planned"] = outline is not null;
        json["layers"] = new JsonArray([.. mapping.Layers.Select(layer => (JsonNode)ToJson(layer, withMap))]);
        json["totals"] = new JsonObject
        {
            ["rowGroups"] = mapping.RowGroups,
            ["arrays"] = mapping.Arrays,
            ["cellsUsed"] = mapping.CellsUsed,
            ["cellsInArrays"] = mapping.CellsInArrays,
            ["utilizationRelative"] = mapping.UtilizationRelative,
            ["conversionsPerImage"] = mapping.Conversions,
            ["digitalSumsPerImage"] = mapping.DigitalSums,
            ["multiplyAccumulatesPerImage"] = mapping.MultiplyAccumulates,
            ["macroMultiplyAccumulatesPerImage"] = mapping.MacroMultiplyAccumulates,
        };
        return json;
    }

    private TextTable LayerTable()
    {
        var table = new TextTable(
            TextTable.Name("layer"), TextTable.Text("shape"), TextTable.Text("input x weight"), TextTable.Text("cells"),
            TextTable.Number("row groups"), TextTable.Number("largest, rows"),
            TextTable.Number(mapping.Layers.All(layer => layer.Map?.ConvertsPlanes ?? true) ? "plane pairs" : "digit pairs"),
            TextTable.Number("arrays"), TextTable.Number("cells used"), TextTable.Number("utilization"),
            TextTable.Number("conversions/image"), TextTable.Number("MAC/image"));
        foreach (var layer in mapping.Layers)
            if (layer.Map is { } map)
                table.Add(layer.Name, ShapeText(layer.Geometry), $"{map.InputFormat} x {map.GivenWeightFormat}",
                    SpecWords.WordFor(map.Product), $"{layer.RowGroups}", $"{map.Groups.Max(group => group.Rows)}",
                    $"{layer.DigitPairs}", $"{layer.Arrays}", $"{layer.CellsUsed}", Percent(layer.UtilizationRelative),
                    $"{layer.Conversions}", $"{layer.MultiplyAccumulates}");
            else
                table.Add(layer.Name, ShapeText(layer.Geometry), "digital", "", "", "", "", "", "", "", "", $"{layer.MultiplyAccumulates}");
        table.Add("total", "", "", "", $"{mapping.RowGroups}", "", "", $"{mapping.Arrays}", $"{mapping.CellsUsed}",
            Percent(mapping.UtilizationRelative), $"{mapping.Conversions}", $"{mapping.MultiplyAccumulates}");
        return table;
    }

    /// <summary>Prints how each grouping would use the arrays, for the layers that have convolution groups.</summary>
    private void WriteGroupings(Report report)
    {
        var table = new TextTable([TextTable.Text("grouped layer"), TextTable.Number("groups"),
            .. Enum.GetValues<GroupingKind>().SelectMany(grouping => new[] { "arrays", "utilization" }
                .Select(what => TextTable.Number($"{SpecWords.WordFor(grouping)}: {what}")))]);
        var grouped = mapping.Layers.Where(layer => layer.WithEachGrouping(run.MacroOf(layer.Name)).Any()).ToList();
        if (grouped.Count == 0) return;
        foreach (var layer in grouped)
            table.Add([layer.Name, $"{layer.Geometry.Groups}", .. layer.WithEachGrouping(run.MacroOf(layer.Name)).SelectMany(each =>
                each.Layer is { } mapped ? new[] { $"{mapped.Arrays}", Percent(mapped.UtilizationRelative) } : ["does not fit", ""])]);
        report.Line();
        report.Line($"Convolution groups in arrays, by macro.grouping (now '{SpecWords.WordFor(run.Macro.Grouping)}'):");
        report.Write(table);
    }

    private void WriteDigital(Report report)
    {
        report.Line();
        if (mapping.DigitalSums > 0)
            report.Line($"Digital adders form {mapping.DigitalSums} partial sums of an image, in place of conversions "
                + "(macro.digitalPlanePairs).");
        report.Line($"On the macro: {mapping.MacroMultiplyAccumulates} of {mapping.MultiplyAccumulates} multiply-accumulates of an image.");
        foreach (var kind in mapping.Layers.Where(layer => layer.Map is null).GroupBy(layer => WithoutNames(layer.WhyDigital)))
            report.Line(DigitalText(kind.Key, [.. kind]));
        if (mapping.Layers.All(layer => layer.Map is null)) report.Line("No layer runs on the macro.");
    }

    /// <summary>Returns one sentence for all layers that stay digital for the same kind of reason.</summary>
    private static string DigitalText(string kind, LayerMapping[] layers) => layers.Length == 1
        ? $"Layer '{layers[0].Name}' stays digital: {layers[0].WhyDigital}."
        : $"{layers.Length} layers stay digital, each because {kind}: "
            + string.Join(", ", layers.Take(MostNames).Select(layer => $"'{layer.Name}'"))
            + (layers.Length > MostNames ? $" and {layers.Length - MostNames} more." : ".");

    /// <summary>Returns a reason without the names of nodes and tensors, which differ between layers that share it.</summary>
    private static string WithoutNames(string reason) => QuotedName().Replace(reason, "");

    [GeneratedRegex(" '[^']*'")]
    private static partial Regex QuotedName();

    private void WriteDefaults(Report report)
    {
        foreach (var layer in mapping.Layers)
            if (_notes[layer.Name] is { OnMacro: true } note)
            {
                if (note.InputIsDefault)
                    report.Line($"Layer '{layer.Name}': the model does not name its input's encoding; "
                        + $"{note.Input} holds the codes in the fewest bits.");
                if (note.WeightIsDefault)
                    report.Line($"Layer '{layer.Name}': the model does not name its weights' encoding; "
                        + $"{note.Weight} holds the codes in the fewest bits.");
            }
    }

    /// <summary>Writes which codes re-basing changes, or would change, and which code stands for 0 on the macro (ARITHMETIC
    /// §13).</summary>
    private void WriteZeroPoints(Report report)
    {
        WriteChanges(report, "input codes", note => note.InputChange);
        WriteChanges(report, "weight codes", note => note.WeightChange);
        foreach (var same in mapping.Layers.Where(layer => layer.Map is { WeightOffset: > 0 }).GroupBy(layer => layer.Map!.WeightOffset))
            report.Line($"The weight codes of {NamesOf([.. same.Select(layer => layer.Name)])} are stored in offset binary, "
                + $"as w + {same.Key}; the sum of the input's codes is formed digitally. "
                + "macro.signPlane=own converts their sign plane by itself instead.");
        foreach (var layer in imported.Network.MacroLayers)
        {
            if (layer.Zeros is not { } zeros) continue;
            bool isPadded = imported.Network.IsPadded(layer.Inputs[0]);
            if (zeros.Input != 0)
                report.Line($"Layer '{layer.Name}': code {zeros.Input} of its input stands for 0"
                    + (isPadded ? ", and its padding drives it; its shape is that of the padded input." : "."));
            if (zeros.Weights is { } weights)
                report.Line($"Layer '{layer.Name}': codes {weights.Min()} .. {weights.Max()} of its weights stand for 0; "
                    + "the sum of its input's codes is formed digitally.");
        }
    }

    /// <summary>Writes a sentence for all layers whose codes change, or would change, in the same way.</summary>
    private void WriteChanges(Report report, string codes, Func<LayerNote, CodeChange?> changeOf)
    {
        foreach (var same in imported.Layers.Where(note => changeOf(note) is not null).GroupBy(changeOf))
        {
            var change = same.Key!;
            string of = $"The {codes} of {NamesOf([.. same.Select(note => note.Name)])} are";
            report.Line(run.Quantization.KeepsZeroPoints
                ? $"{of} those of the file, {change.Type} with {change.Zero} for 0; re-based they would have {change.Rebased} for 0."
                : $"{of} re-based from {change.Type} with {change.Zero} for 0 in the file to {change.Rebased} for 0; "
                    + "quantization.rebase=none keeps them.");
        }
    }

    private static string MacroText(MacroSpec macro) => $"'{macro.Name}': {macro.Rows} rows activated of {macro.ColumnCells}, "
        + $"{(macro.Columns is { } columns ? $"{columns} columns" : "columns unlimited")}, "
        + $"mapping {SpecWords.WordFor(macro.Mapping)}, grouping {SpecWords.WordFor(macro.Grouping)}";

    private static string NamesOf(string[] layers) => (layers.Length == 1 ? "layer " : $"{layers.Length} layers, ")
        + string.Join(", ", layers.Take(MostNames).Select(layer => $"'{layer}'"))
        + (layers.Length > MostNames ? $" and {layers.Length - MostNames} more," : "");

    private JsonObject ToJson(LayerMapping layer, bool withMap)
    {
        var json = new JsonObject
        {
            ["name"] = layer.Name,
            ["onMacro"] = layer.Map is not null,
            ["multiplyAccumulatesPerImage"] = layer.MultiplyAccumulates,
        };
        if (layer.Map is not { } map)
        {
            json["whyDigital"] = layer.WhyDigital;
            return json;
        }
        var note = _notes[layer.Name];
        if (run.OverrideOf(layer.Name)?.Macro is { } own) json["macro"] = own.Name;
        json["input"] = EncodingJson(map.InputFormat, note.InputIsDefault || outline is not null);
        json["weight"] = EncodingJson(map.GivenWeightFormat, note.WeightIsDefault || outline is not null);
        if (map.WeightOffset != 0) json["weightOffset"] = map.WeightOffset;
        if (imported.Network.MacroLayers.FirstOrDefault(node => node.Name == layer.Name)?.Zeros is { } zeros)
        {
            json["inputZeroPoint"] = zeros.Input;
            json["weightZeroPoints"] = zeros.Weights is null ? null
                : new JsonArray([.. zeros.Weights.Select(zero => JsonValue.Create(zero))]);
        }
        foreach (var (name, change) in new[] { ("inputRebasing", note.InputChange), ("weightRebasing", note.WeightChange) })
            if (change is not null) json[name] = ToJson(change);
        json["product"] = SpecWords.WordFor(map.Product);
        json["planePairs"] = map.PlanePairs;
        json["digitPairs"] = layer.DigitPairs;
        json["rowGroups"] = layer.RowGroups;
        json["rowsOfGroups"] = new JsonArray([.. map.Groups.Select(group => (JsonNode)group.Rows)]);
        if (RowGroupAdcListing.TryCreate(layer, run) is { } adcs) json["rowGroupAdcs"] = adcs.ToJson();
        json["arrays"] = layer.Arrays;
        json["cellsUsed"] = layer.CellsUsed;
        json["cellsInArrays"] = layer.CellsInArrays;
        json["utilizationRelative"] = layer.UtilizationRelative;
        json["conversionsPerImage"] = layer.Conversions;
        json["digitalSumsPerImage"] = layer.DigitalSums;
        if (layer.Geometry.Groups > 1) json["groupings"] = GroupingsJson(layer);
        if (withMap) json["map"] = WeightMap.ToJson(map);
        return json;
    }

    private JsonObject ToJson(CodeChange change) => new()
    {
        ["type"] = change.Type.ToString(), ["zeroPointInFile"] = change.Zero, ["zeroPointRebased"] = change.Rebased,
        ["isRebased"] = !run.Quantization.KeepsZeroPoints,
    };

    private JsonObject GroupingsJson(LayerMapping layer) => new(layer.WithEachGrouping(run.MacroOf(layer.Name)).Select(
        each => KeyValuePair.Create(SpecWords.WordFor(each.Grouping), each.Layer is { } mapped ? (JsonNode?)new JsonObject
        {
            ["arrays"] = mapped.Arrays,
            ["cellsInArrays"] = mapped.CellsInArrays,
            ["utilizationRelative"] = mapped.UtilizationRelative,
        } : null)));

    private static JsonObject EncodingJson(OperandFormat format, bool isDefault) =>
        new() { ["format"] = format.ToString(), ["namedByModel"] = !isDefault };

    private static string ShapeText(ConvGeometry g) => g.IsLinear
        ? $"{g.InputChannels} -> {g.OutputChannels}"
        : $"{g.InputChannels}x{g.InputHeight}x{g.InputWidth} -> {g.OutputChannels}x{g.OutputHeight}x{g.OutputWidth}, "
            + $"{g.KernelHeight}x{g.KernelWidth}{(g.Groups > 1 ? $", {g.Groups} groups" : "")}";

    private static string Percent(double relative) => $"{100 * relative:F1} %";
}
