using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// Marks a macro that has the name of a preset but not its fields, because the preset's source no longer describes it. Its name then lists
/// the differences wherever it is printed or recorded:
/// <code>xnor-256, changed: rows 128, adc.bits 6</code>
/// </summary>
internal static class PresetChanges
{
    private const string Mark = ", changed: ", SourceMark = " Changed: see the name.";
    private const int MostNamed = 4, MostNumbers = 2;

    /// <summary>The fields that name a macro and its source, and describe no hardware.</summary>
    public static readonly string[] Titles = ["name", "source"];

    /// <summary>Returns the same run, in which every macro has a true name.</summary>
    public static RunSpec Marked(RunSpec run) => run.WithMacros(Marked);

    /// <summary>
    /// Returns the same macro with a true name. An earlier mark is renewed; if all fields equal the preset's again, the mark is removed.
    /// </summary>
    public static MacroSpec Marked(MacroSpec macro)
    {
        string name = PresetOf(macro);
        if (!MacroPresets.Names.Contains(name)) return macro;
        var preset = MacroPresets.Get(name);
        string[] changes = [.. Changes(SpecObject.Write(macro, SpecFields.Macro), SpecObject.Write(preset, SpecFields.Macro), "")];
        string markedSource = preset.Source + SourceMark;
        string? source = macro.Source == markedSource || macro.Source == preset.Source ? changes.Length == 0 ? preset.Source : markedSource
            : macro.Source;
        return macro with { Name = changes.Length == 0 ? name : $"{name}{Mark}{Listed(changes)}", Source = source };
    }

    /// <summary>Returns the name of the preset that a macro was made from; the macro's own name where it was made from none.</summary>
    public static string PresetOf(MacroSpec macro) => macro.Name.Split(Mark)[0];

    private static string Listed(string[] changes) =>
        string.Join(", ", changes.Take(MostNamed)) + (changes.Length > MostNamed ? $" and {changes.Length - MostNamed} more" : "");

    private static IEnumerable<string> Changes(JsonObject own, JsonObject preset, string path)
    {
        // If the kind of ADC differs, fields that the new kind does not have are not listed.
        bool isOtherKind = !JsonNode.DeepEquals(own["kind"], preset["kind"]);
        foreach (string name in own.Concat(preset).Select(field => field.Key).Distinct()
            .Where(name => path.Length > 0 || !Titles.Contains(name)))
        {
            JsonNode? mine = own[name], theirs = preset[name];
            if (JsonNode.DeepEquals(mine, theirs)) continue;
            // No preset states a technology.
            if (mine is JsonObject fields)
                foreach (string change in Changes(fields, theirs as JsonObject ?? [], $"{path}{name}.")) yield return change;
            else if (mine is not null || !isOtherKind) yield return $"{path}{name} {Text(mine)}";
        }
    }

    private static string Text(JsonNode? node) => node switch
    {
        null => "left out",
        JsonArray { Count: > MostNumbers } list => $"of {list.Count} numbers",
        JsonValue value when value.TryGetValue(out string? text) => text,
        _ => node.ToJsonString(),
    };
}
