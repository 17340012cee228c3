using System.Text.Json.Nodes;

namespace ImcEngine.Macro;

/// <summary>One field of a JSON object: its name, how it is read into a record and how it is written from one.</summary>
/// <param name="Name">The field's name.</param>
/// <param name="Write">Returns the field's node; null: the field is left out.</param>
/// <param name="Read">Returns the record with the field set.</param>
internal sealed record SpecField<T>(string Name, Func<T, JsonNode?> Write, Func<T, SpecValue, T> Read);

/// <summary>Reads and writes objects whose fields are listed once, in canonical order. The schema test uses the same lists.</summary>
internal static class SpecObject
{
    /// <summary>
    /// Returns <paramref name="defaults"/> with every field that <paramref name="json"/> gives; a JSON null counts as not given. Fields are
    /// read in canonical order, not in the order of the file, so that a field may depend on those before it.
    /// </summary>
    public static T Read<T>(SpecValue json, SpecField<T>[] fields, T defaults)
    {
        if (json.Node is not JsonObject given) throw json.Error("allowed is an object in braces");
        foreach (var (name, node) in given)
            if (!fields.Any(field => field.Name == name))
                throw new SpecValue(node, PathOf(json.Path, name)).Error($"no such field; "
                    + $"allowed here are {string.Join(", ", fields.Select(each => each.Name))}");
        foreach (var field in fields)
            if (given[field.Name] is { } node) defaults = field.Read(defaults, new(node, PathOf(json.Path, field.Name)));
        return defaults;
    }

    public static JsonObject Write<T>(T record, SpecField<T>[] fields)
    {
        var json = new JsonObject();
        foreach (var field in fields)
            if (field.Write(record) is { } node) json.Add(field.Name, node);
        return json;
    }

    public static string PathOf(string parent, string name) => parent.Length == 0 ? name : $"{parent}.{name}";
}
