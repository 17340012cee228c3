using System.Text.Json;

namespace ImcEngine.Images.HubFiles;

/// <summary>
/// What the key-value metadata <c>huggingface</c> of a Parquet file says of its columns:
/// <code>{"info": {"features": {"label": {"_type": "ClassLabel", "names": ["cat", "dog"]}, ...}}}</code>
/// </summary>
internal static class HubFeatures
{
    private const string Key = "huggingface";

    /// <summary>Returns the names of a column's classes; null where they are not given.</summary>
    /// <exception cref="ImcException">The metadata is not JSON, or names other than a list of texts.</exception>
    public static IReadOnlyList<string>? ClassNames(IReadOnlyDictionary<string, string> notes, string column, string path)
    {
        if (!notes.TryGetValue(Key, out string? note)) return null;
        try
        {
            using var json = JsonDocument.Parse(note);
            var element = json.RootElement;
            foreach (string name in new[] { "info", "features", column, "names" })
                if (element.ValueKind != JsonValueKind.Object || !element.TryGetProperty(name, out element)) return null;
            if (element.ValueKind == JsonValueKind.Null) return null;
            string?[] names = [.. element.EnumerateArray().Select(name => name.GetString())];
            return names is [_, ..] && names.All(name => name is not null) ? [.. names!]
                : throw new InvalidOperationException("it names no classes, or one of them is null");
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ImcException($"'{path}' has metadata '{Key}' whose class names of '{column}' cannot be read: {e.Message}", e);
        }
    }
}
