using System.Text.Json.Nodes;
using ImcEngine.BitPlanes;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>The mapping report of an imported network as tables and as JSON.</summary>
/// <param name="outline">The plan for quantizing a float network; null for a quantized network.</param>
internal sealed class Inspection(ImportedNetwork imported, MappingReport mapping, RunSpec run, QuantizationOutline? outline)
{
    private readonly Dictionary<string, LayerNote> _notes = imported.Layers.ToDictionary(note => note.Name);

    /// <summary>Returns the mapping that a float network will have once it is quantized.</summary>
    /// <param name="asItIs">The mapping of the float network, in which all layers are digital.</param>
    /// <exception cref="ImcException">The macro cannot hold a layer, or is for another family of networks.</exception>
    public static MappingReport Planned(MappingReport asItIs, QuantizationOutline outline, MacroSpec macro)
    {
        ModelFamilies.Require(macro, "network", outline.OnMacro.Select(layer => (layer.Name, layer.Input, layer.Weight)));
        var onMacro = outline.OnMacro.ToDictionary(layer => layer.Name);
        return new(
            [
                .. asItIs.Layers.Select(layer => onMacro.TryGetValue(layer.Name, out var planned)
                    ? LayerMapping.Create(layer.Name, layer.Geometry, planned.Input, planned.Weight, macro)
            : layer with { WhyDigital = "the run specification, or quantization by default, keeps it digital" })]);
    }

    /// <param name="withMap">Whether to print which cells hold which weights.</param>
    public void Write(Report report, bool withMap)
    {
        var macro = run.Macro;
        report.Line($"Network '{imported.Network.Name}' on macro '{macro.Name}': "
            + $"{macro.Rows} rows activated of {macro.ColumnCells}, "
            + $"{(macro.Columns is { } columns ? $"{columns} columns" : "columns unlimited")}, "
            + $"mapping {SpecWords.WordFor(macro.Mapping)}.");
        if (outline is not null)
            report.Line($"The network is float. All numbers are for the network "
                + $"quantized as the specification says ('imc compare' does this itself, 'imc quantize' writes the network): "
                + $"{outline.OnMacro.Count} of {outline.OnMacro.Count + outline.Digital.Count} layers run on the macro.");
        report.Line();
        report.Write(LayerTable());
        WriteDigital(report);
        WriteDefaults(report);
        if (withMap) WeightMap.Write(report, mapping);
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
            ["multiplyAccumulatesPerImage"] = mapping.MultiplyAccumulates,
            ["macroMultiplyAccumulatesPerImage"] = mapping.MacroMultiplyAccumulates,
        };
        return json;
    }

    private TextTable LayerTable()
    {
        var table = new TextTable(
            TextTable.Text("layer"), TextTable.Text("shape"), TextTable.Text("input x weight"), TextTable.Text("cells"),
            TextTable.Number("row groups"), TextTable.Number("largest, rows"),
            TextTable.Number("plane pairs"), TextTable.Number("arrays"), TextTable.Number("cells used"), TextTable.Number("utilization"),
            TextTable.Number("conversions/image"));
        foreach (var layer in mapping.Layers)
            if (layer.Map is { } map)
                table.Add(layer.Name, ShapeText(layer.Geometry), $"{map.InputFormat} x {map.WeightFormat}", SpecWords.WordFor(map.Product),
                    $"{layer.RowGroups}", $"{map.Groups.Max(group => group.Rows)}",
                    $"{layer.PlanePairs}", $"{layer.Arrays}", $"{layer.CellsUsed}", Percent(layer.UtilizationRelative),
                    $"{layer.Conversions}");
            else
                table.Add(layer.Name, ShapeText(layer.Geometry), "digital", "", "", "", "", "", "", "", "");
        table.Add("total", "", "", "", $"{mapping.RowGroups}", "", "", $"{mapping.Arrays}", $"{mapping.CellsUsed}",
            Percent(mapping.UtilizationRelative), $"{mapping.Conversions}");
        return table;
    }

    private void WriteDigital(Report report)
    {
        report.Line();
        report.Line($"On the macro: {mapping.MacroMultiplyAccumulates} of {mapping.MultiplyAccumulates} multiply-accumulates of an image.");
        foreach (var layer in mapping.Layers)
            if (layer.Map is null) report.Line($"Layer '{layer.Name}' stays digital: {layer.WhyDigital}.");
        if (mapping.Layers.All(layer => layer.Map is null)) report.Line("No layer runs on the macro.");
    }

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
        json["input"] = EncodingJson(map.InputFormat, note.InputIsDefault || outline is not null);
        json["weight"] = EncodingJson(map.WeightFormat, note.WeightIsDefault || outline is not null);
        json["product"] = SpecWords.WordFor(map.Product);
        json["planePairs"] = layer.PlanePairs;
        json["rowGroups"] = layer.RowGroups;
        json["rowsOfGroups"] = new JsonArray([.. map.Groups.Select(group => (JsonNode)group.Rows)]);
        json["arrays"] = layer.Arrays;
        json["cellsUsed"] = layer.CellsUsed;
        json["cellsInArrays"] = layer.CellsInArrays;
        json["utilizationRelative"] = layer.UtilizationRelative;
        json["conversionsPerImage"] = layer.Conversions;
        if (withMap) json["map"] = WeightMap.ToJson(map);
        return json;
    }

    private static JsonObject EncodingJson(OperandFormat format, bool isDefault) =>
        new() { ["format"] = format.ToString(), ["namedByModel"] = !isDefault };

    private static string ShapeText(ConvGeometry g) => g.IsLinear
        ? $"{g.InputChannels} -> {g.OutputChannels}"
        : $"{g.InputChannels}x{g.InputHeight}x{g.InputWidth} -> {g.OutputChannels}x{g.OutputHeight}x{g.OutputWidth}, "
            + $"{g.KernelHeight}x{g.KernelWidth}{(g.Groups > 1 ? $", {g.Groups} groups" : "")}";

    private static string Percent(double relative) => $"{100 * relative:F1} %";
}
