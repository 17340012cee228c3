using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>
/// Which fields of an object of the specification were stated, as text: their paths, separated by commas.
/// <code>
/// {"rows": 64, "adc": {"bits": 6}}    rows,adc.bits
/// </code>
/// </summary>
internal static class StatedFields
{
    /// <summary>Returns the paths of the fields that an object states; one that is stated as null counts.</summary>
    public static string PathsOf(JsonObject stated) => string.Join(',', Paths(stated, ""));

    /// <summary>Returns the stated fields of a complete object. A stated field that it lacks is null.</summary>
    public static JsonObject Of(JsonObject complete, string paths)
    {
        var stated = new JsonObject();
        foreach (string path in paths.Split(',', StringSplitOptions.RemoveEmptyEntries)) Copy(complete, stated, path.Split('.'));
        return stated;
    }

    private static IEnumerable<string> Paths(JsonObject stated, string prefix) => stated.SelectMany(
        field => field.Value is JsonObject child ? Paths(child, $"{prefix}{field.Key}.") : [prefix + field.Key]);

    private static void Copy(JsonObject? from, JsonObject to, string[] names)
    {
        foreach (string name in names[..^1])
        {
            from = from?[name] as JsonObject;
            if (to[name] is not JsonObject) to[name] = new JsonObject();
            to = to[name]!.AsObject();
        }
        to[names[^1]] = from?[names[^1]]?.DeepClone();
    }
}
