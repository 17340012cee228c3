using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>A file of a study as it was found.</summary>
/// <param name="Content">The content without its checksum; null if the file is missing or damaged.</param>
/// <param name="Damage">Why the file cannot be used; null if it can, or if there is none.</param>
internal readonly record struct StoredRecord(JsonObject? Content, string? Damage = null);

/// <summary>
/// A stored JSON object that carries a checksum of its content, so that a changed figure is detected:
/// <code>
/// checksum = SHA-256, lower-case hex, over the object without it, in UTF-8: fields sorted by name (ordinal) at every depth, no blanks
/// </code>
/// </summary>
/// <param name="fields">The fields that it must have, and their kinds.</param>
internal sealed class StudyRecord(params (string Name, JsonValueKind Kind)[] fields)
{
    /// <summary>Fields of a point that are confidence intervals: two numbers each.</summary>
    private static readonly string[] PointIntervals = ["imcTop1Interval95", "imcAgainstDigital.interval95"];

    private const string Checksum = "checksum", Key = "key", Version = "numericsVersion";

    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    public static StudyRecord Point { get; } = new(
        [(Version, JsonValueKind.Number), (Key, JsonValueKind.String),
            .. Numbers("images", "die", "seed", "floatTop1", "digitalTop1", "imcTop1", "digitalFloatAgreement",
            "imcFloatAgreement", "imcDigitalAgreement", "conversionsPerImage", "arrays"), ("imcTop1Interval95", JsonValueKind.Array),
            ("imcAgainstDigital", JsonValueKind.Object),
            ("imcLogitsSha256", JsonValueKind.String), ("run", JsonValueKind.Object)]) { Intervals = PointIntervals };

    public static StudyRecord Timing { get; } = new(
        [(Key, JsonValueKind.String), .. Numbers("seconds", "imcImagesPerSecond", "threads"), ("kernel", JsonValueKind.String),
            ("host", JsonValueKind.String)]);

    public static StudyRecord Baseline { get; } = new(
        (Version, JsonValueKind.Number), (Key, JsonValueKind.String), ("floatClasses", JsonValueKind.Array),
        ("digitalClasses", JsonValueKind.Array));

    /// <summary>What a setting gave on some images: <c>classes</c> or <c>logitError</c>.</summary>
    public static StudyRecord Evaluation { get; } = new((Version, JsonValueKind.Number), (Key, JsonValueKind.String));

    public static StudyRecord Plan { get; } = new(
        (Version, JsonValueKind.Number), ("study", JsonValueKind.String), ("model", JsonValueKind.Object), ("float", JsonValueKind.Object),
        ("data", JsonValueKind.Object), ("points", JsonValueKind.Array));

    /// <summary>Paths of the fields that must be two numbers.</summary>
    private string[] Intervals { get; init; } = [];

    /// <summary>Returns a copy of the content with its checksum.</summary>
    public static JsonObject Sealed(JsonObject content)
    {
        var copy = content.DeepClone().AsObject();
        copy[Checksum] = ChecksumOf(content);
        return copy;
    }

    private static bool HasChecksum(JsonObject stored) => stored.ContainsKey(Checksum);

    /// <param name="text">The stored text.</param>
    /// <param name="key">The key that its content must name; null for a plan.</param>
    public StoredRecord Open(string text, string? key)
    {
        try
        {
            if (JsonNode.Parse(text, documentOptions: Strict) is not JsonObject content) return new(null, "it is not a JSON object");
            if (!HasChecksum(content)) return new(null, "it has no checksum: an older version wrote it, or it is incomplete");
            var stored = content[Checksum];
            content.Remove(Checksum);
            if (stored?.GetValueKind() != JsonValueKind.String || stored.GetValue<string>() != ChecksumOf(content))
                return new(null, "its checksum is not that of its content");
            return WhatIsWrong(content, key) is { } wrong ? new(null, wrong) : new(content);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return new(null, $"it is not JSON: {e.Message}");
        }
    }

    private string? WhatIsWrong(JsonObject content, string? key)
    {
        foreach (var (name, kind) in fields)
            if (content[name]?.GetValueKind() != kind) return $"its field '{name}' is missing or no {kind.ToString().ToLowerInvariant()}";
        foreach (string path in Intervals)
            if (!IsInterval(path.Split('.').Aggregate((JsonNode?)content, (node, name) => node![name])))
                return $"its field '{path}' is not two numbers";
        if (key is not null && content[Key]!.GetValue<string>() != key) return "it belongs to another key";
        return content[Version] is { } version && !(version.AsValue().TryGetValue(out int number) && number == ImcVersion.Numerics)
            ? $"it is of numericsVersion {version}, not {ImcVersion.Numerics}" : null;
    }

    private static bool IsInterval(JsonNode? node) =>
        node is JsonArray { Count: 2 } ends && ends.All(end => end?.GetValueKind() == JsonValueKind.Number);

    private static IEnumerable<(string Name, JsonValueKind Kind)> Numbers(params string[] names) =>
        names.Select(name => (name, JsonValueKind.Number));

    private static string ChecksumOf(JsonObject content)
    {
        using var bytes = new MemoryStream();
        using (var writer = new Utf8JsonWriter(bytes)) Write(writer, content);
        return Convert.ToHexStringLower(SHA256.HashData(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
    }

    private static void Write(Utf8JsonWriter writer, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject fields:
                writer.WriteStartObject();
                foreach (var (name, field) in fields.OrderBy(field => field.Key, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(name);
                    Write(writer, field);
                }
                writer.WriteEndObject();
                break;
            case JsonArray elements:
                writer.WriteStartArray();
                foreach (var element in elements) Write(writer, element);
                writer.WriteEndArray();
                break;
            case null:
                writer.WriteNullValue();
                break;
            default:
                node.WriteTo(writer);
                break;
        }
    }
}
