using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>Tables of a study's points as comma-separated text.</summary>
internal static class StudyTables
{
    /// <param name="lines">Objects with the number of their <c>grid</c> and the fields that they <c>set</c>.</param>
    /// <param name="paths">The fields, a column each.</param>
    /// <param name="figures">The columns after them, and where a line holds their figures.</param>
    public static string Csv(JsonArray lines, IReadOnlyList<string> paths,
        IReadOnlyList<(string Title, Func<JsonNode, JsonNode?> Of)> figures)
    {
        var table = new TextTable([TextTable.Number("grid"), .. paths.Select(TextTable.Text),
            .. figures.Select(figure => TextTable.Number(figure.Title))]);
        foreach (var line in lines)
            table.Add([Text(line!["grid"]), .. paths.Select(path => Text(line["set"]![path])),
                .. figures.Select(figure => Text(figure.Of(line)))]);
        using var text = new StringWriter { NewLine = "\n" };
        new Report(text, isTerminal: false).WriteCsv(table);
        return text.ToString();
    }

    /// <summary>Returns a cell: texts without quotes, nothing for null.</summary>
    public static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };
}
