using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ImcEngine.Cli.Reports;

/// <summary>The fields of run specifications in which settings differ, and how plots name them.</summary>
internal static partial class VariedFields
{
    private const string OfMacro = "macro.";

    /// <summary>Fields that only name what other fields say.</summary>
    private static readonly string[] Names = ["macro.name", "macro.source", "macro.family"];

    private static readonly Dictionary<string, string> Titles = new()
    {
        ["macro.adc.bits"] = "ADC resolution (bits)",
        ["macro.rows"] = "Rows of a conversion",
        ["macro.adc.boundCounts"] = "Bound of the ADC (counts)",
        ["macro.die.columnOffsetCounts"] = "Sigma of column offsets (counts)",
        ["macro.die.bitlineNoiseCounts"] = "Sigma of bitline noise (counts)",
        ["macro.die.cellMismatchRelative"] = "Sigma of cell mismatch (relative)",
    };

    private static readonly (string Ending, string Unit)[] Units =
        [("Counts", "counts"), ("Lsb", "LSB"), ("Relative", "relative"), ("Femtofarads", "fF"), ("Bits", "bits")];

    /// <summary>Returns, for each run specification, the fields in which any two differ, by path.</summary>
    public static IReadOnlyList<IReadOnlyDictionary<string, JsonNode?>> Of(IEnumerable<JsonNode> runs)
    {
        var all = runs.Select(run => Flat("", run).ToDictionary(field => field.Path, field => field.Node)).ToList();
        string[] varied = [.. all.SelectMany(run => run.Keys).Distinct().Where(path => !Names.Contains(path)
            && all.Select(run => run.GetValueOrDefault(path)?.ToJsonString()).Distinct().Count() > 1)];
        return [.. all.Select(run => varied.ToDictionary(path => path, path => run.GetValueOrDefault(path)))];
    }

    /// <summary>Returns the title of an axis: what the field is, and its unit.</summary>
    public static string TitleOf(string path)
    {
        if (Titles.TryGetValue(path, out string? title)) return title;
        string name = path[(path.LastIndexOf('.') + 1)..];
        var (ending, unit) = Units.FirstOrDefault(each => name.EndsWith(each.Ending, StringComparison.Ordinal), (Ending: "", Unit: ""));
        string words = Capital().Replace(name[..^ending.Length], letter => " " + letter.Value.ToLowerInvariant());
        return $"{(path.Contains(".adc.", StringComparison.Ordinal) ? "ADC " : "")}{words}" + (unit.Length == 0 ? "" : $" ({unit})");
    }

    /// <summary>Names a setting by its fields, as a specification has them.</summary>
    public static string Label(IEnumerable<KeyValuePair<string, JsonNode?>> fields) => string.Join(", ",
        fields.Select(field => $"{NameOf(field.Key)} {Text(field.Value)}"));

    /// <summary>Returns a path without the word that most begin with.</summary>
    public static string NameOf(string path) => path.StartsWith(OfMacro, StringComparison.Ordinal) ? path[OfMacro.Length..] : path;

    public static string Text(JsonNode? node) => node switch
    {
        null => "none",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => text.GetValue<string>(),
        _ => node.ToJsonString(),
    };

    /// <summary>Returns a field's number; null if it is none.</summary>
    public static double? NumberOf(JsonNode? node) => node is JsonValue && node.GetValueKind() == JsonValueKind.Number
        ? double.Parse(node.ToJsonString(), CultureInfo.InvariantCulture) : null;

    /// <summary>Leaves out the parts that all labels of settings have.</summary>
    public static (string[] Labels, string Common) Shortened(IReadOnlyList<string> labels)
    {
        const string Between = ", ";
        string[][] parts = [.. labels.Select(label => label.Split(Between))];
        string[] common = [.. parts[0].Where(part => parts.All(each => each.Contains(part)))];
        return labels.Count == 1 || parts.Any(each => each.All(common.Contains)) ? ([.. labels], "")
            : ([.. parts.Select(each => string.Join(Between, each.Where(part => !common.Contains(part))))], string.Join(Between, common));
    }

    private static IEnumerable<(string Path, JsonNode? Node)> Flat(string path, JsonNode? node) => node is JsonObject fields
        ? fields.SelectMany(field => Flat(path.Length == 0 ? field.Key : $"{path}.{field.Key}", field.Value)) : [(path, node)];

    [GeneratedRegex("[A-Z]")]
    private static partial Regex Capital();
}
