using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Reports;

/// <summary>Where the numbers of a page come from: versions, files with their hashes, seeds and the like, as a command's JSON document has
/// them.</summary>
internal static class Provenance
{
    private static readonly string[] Fields =
    [
        "version", "numericsVersion", "study", "model", "float", "data", "network", "floatSource", "calibrationFile",
        "calibrationImagesEvaluated",
        "measuredOn", "images", "die", "dies", "repeats", "seed", "threads", "batch", "kernel", "fromEarlierRuns",
        "preprocessing", "operands",
        "imcLogitsSha256",
    ];

    /// <summary>Returns the fields that a document has, e.g. <c>model.sha256</c>.</summary>
    public static IEnumerable<(string Name, string Text)> Of(JsonObject document) =>
        Fields.Where(name => document[name] is not null).SelectMany(name => Flat(name, document[name]!))
            .Concat(LogitsOf(document));

    /// <summary>The settings after the first have logits of their own.</summary>
    private static IEnumerable<(string, string)> LogitsOf(JsonObject document) =>
        document["points"] is not JsonArray { Count: > 1 } points ? []
            : points.Select((point, i) => (Name: $"points[{i}].imcLogitsSha256", Hash: point?["imcLogitsSha256"]))
                .Skip(1).Where(each => each.Hash is not null && document["study"] is null).Select(each => (each.Name, Text(each.Hash!)));

    private static IEnumerable<(string, string)> Flat(string name, JsonNode node) => node switch
    {
        JsonObject fields => fields.Where(field => field.Value is not null).SelectMany(field => Flat($"{name}.{field.Key}", field.Value!)),
        JsonArray list when list.All(each => each is JsonObject) => Operands(name, list),
        _ => [(name, Text(node))],
    };

    /// <summary>Returns the formats of layers, each with the number of layers that have it.</summary>
    private static IEnumerable<(string, string)> Operands(string name, JsonArray layers) => layers
        .GroupBy(layer => string.Join(" x ", new[] { "input", "weight" }.Select(side =>
            $"{layer![side]?["encoding"]}:{layer[side]?["bits"]}")))
        .Select(same => (name, $"{same.Key} in {same.Count()} layers"));

    private static string Text(JsonNode node) =>
        node.GetValueKind() == JsonValueKind.String ? node.GetValue<string>() : node.ToJsonString();
}
