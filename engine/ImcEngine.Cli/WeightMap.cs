using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Mapping;

namespace ImcEngine.Cli;

/// <summary>Which array and column holds which weight, for every layer on the macro:
/// as tables, as CSV of every column, and as JSON.</summary>
internal static class WeightMap
{
    private static readonly string[] Fields =
        ["layer", "layerNumber", "array", "column", "firstRow", "rows", "outputChannel", "weightBit", "rowGroup", "firstTap",
            "firstChannel", "lastTap", "lastChannel"];

    /// <summary>Prints the row groups, which say what a row holds, and the arrays, which say what a column holds.</summary>
    /// <param name="adcsOf">Returns the ADCs of a layer's row groups, where they differ; else null.</param>
    public static void Write(Report report, MappingReport mapping, Func<LayerMapping, RowGroupAdcListing?> adcsOf)
    {
        foreach (var layer in mapping.Layers)
            if (layer.Map is { } map)
            {
                report.Line();
                report.Line($"Layer '{layer.Name}', "
                    + $"row groups{(map.Geometry.Groups > 1 ? $" of each of {map.Geometry.Groups} convolution groups" : "")}:");
                report.Write(RowGroups(map, adcsOf(layer)));
                report.Line();
                report.Line($"Layer '{layer.Name}', arrays; column = {(map.Blocks is null ? "" : "first column + ")}"
                    + $"(output - first output) * {map.WeightCells.Count} + {(map.WeightCells.ArePlanes ? "weight bit" : "cell")}:");
                report.Write(Arrays(map));
            }
    }

    /// <summary>A line for every column of every row group: the run of cells that holds one weight plane of one output there.</summary>
    public static string ToCsv(MappingReport mapping)
    {
        var table = new TextTable([.. Fields.Select(TextTable.Text)]);
        int number = 0;
        foreach (var layer in mapping.Layers)
        {
            if (layer.Map is not { } map) continue;
            int channels = map.Geometry.GroupInputChannels;
            foreach (var place in ColumnPlacement.PlaceColumns(map))
            {
                int first = FirstChannel(map, place.OutputChannel), last = place.FirstFlatRow + place.Rows - 1;
                table.Add(layer.Name, $"{number}", $"{place.Array}", $"{place.Column}", $"{place.FirstRow}", $"{place.Rows}",
                    $"{place.OutputChannel}", $"{place.WeightBit}", $"{place.RowGroup}",
                    $"{place.FirstFlatRow / channels}", $"{first + place.FirstFlatRow % channels}", $"{last / channels}",
                    $"{first + last % channels}");
            }
            number++;
        }
        using var text = new StringWriter { NewLine = "\n" };
        new Report(text, isTerminal: false).WriteCsv(table);
        return text.ToString();
    }

    /// <summary>Returns the same as JSON, array by array, and within an array by convolution group.</summary>
    public static JsonArray ToJson(LayerMap map) => [.. ArraysOf(map).Select(array => (JsonNode)new JsonObject
    {
        ["array"] = array.Array,
        ["firstOutputChannel"] = array.FirstOutput,
        ["outputChannels"] = array.Outputs,
        ["firstColumn"] = array.FirstColumn,
        ["columnsPerOutput"] = map.WeightCells.Count,
        ["rowGroups"] = new JsonArray([.. array.RowGroups.Select(group => (JsonNode)RowGroupToJson(map, array.FirstOutput, group))]),
    })];

    private static JsonObject RowGroupToJson(LayerMap map, int output, int group)
    {
        int channels = map.Geometry.GroupInputChannels, first = FirstChannel(map, output), last = map.Groups[group].EndRow - 1;
        return new()
        {
            ["rowGroup"] = group,
            ["firstRow"] = map.PlaceFirst(output / map.Geometry.GroupOutputChannels, group).FirstRow,
            ["rows"] = map.Groups[group].Rows,
            ["firstTap"] = map.Groups[group].FirstRow / channels,
            ["firstChannel"] = first + map.Groups[group].FirstRow % channels,
            ["lastTap"] = last / channels,
            ["lastChannel"] = first + last % channels,
        };
    }

    private static TextTable RowGroups(LayerMap map, RowGroupAdcListing? adcs)
    {
        int channels = map.Geometry.GroupInputChannels;
        var table = new TextTable([TextTable.Number("row group"), TextTable.Number("rows"), TextTable.Text("first position, channel"),
            TextTable.Text("last position, channel"),
            TextTable.Number("row tile"), TextTable.Number("slot"),
            TextTable.Number(map.Blocks is null ? "first row of array" : "first row of block"),
            .. adcs is null ? [] : RowGroupAdcListing.Columns]);
        for (int g = 0; g < map.Groups.Length; g++)
        {
            var group = map.Groups[g];
            int last = group.EndRow - 1;
            table.Add([$"{g}", $"{group.Rows}", $"{group.FirstRow / channels}, {group.FirstRow % channels}",
                $"{last / channels}, {last % channels}",
                $"{g / map.Slots}", $"{g % map.Slots}", $"{map.PlaceFirst(0, g).FirstRow}", .. adcs?.Of(g).Texts ?? []]);
        }
        return table;
    }

    private static TextTable Arrays(LayerMap map)
    {
        var table = new TextTable(TextTable.Number("array"), TextTable.Text("row groups"), TextTable.Text("outputs"),
            TextTable.Text("columns"), TextTable.Text("rows"), TextTable.Text("input channels"));
        foreach (var array in ArraysOf(map))
        {
            int first = FirstChannel(map, array.FirstOutput), convGroup = array.FirstOutput / map.Geometry.GroupOutputChannels;
            table.Add($"{array.Array}", Range(array.RowGroups[0], array.RowGroups[^1]),
                Range(array.FirstOutput, array.FirstOutput + array.Outputs - 1),
                Range(array.FirstColumn, array.FirstColumn + array.Outputs * map.WeightCells.Count - 1),
                Range(map.PlaceFirst(convGroup, array.RowGroups[0]).FirstRow,
                    map.PlaceFirst(convGroup, array.RowGroups[^1]).FirstRow + map.Groups[array.RowGroups[^1]].Rows - 1),
                Range(first, first + map.Geometry.GroupInputChannels - 1));
        }
        return table;
    }

    /// <summary>Lists what arrays hold: a line for each convolution group in each array.</summary>
    private static IEnumerable<(int Array, int FirstColumn, int FirstOutput, int Outputs, int[] RowGroups)> ArraysOf(LayerMap map) =>
        from place in ColumnPlacement.PlaceColumns(map)
        where place.WeightBit == 0
        group place by (place.Array, ConvGroup: place.OutputChannel / map.Geometry.GroupOutputChannels) into block
        orderby block.Key
        select (block.Key.Array, block.Min(place => place.Column), block.Min(place => place.OutputChannel),
            block.Select(place => place.OutputChannel).Distinct().Count(),
            block.Select(place => place.RowGroup).Distinct().Order().ToArray());

    private static int FirstChannel(LayerMap map, int output) =>
        output / map.Geometry.GroupOutputChannels * map.Geometry.GroupInputChannels;

    private static string Range(int first, int last) => first == last ? $"{first}" : $"{first} .. {last}";
}
