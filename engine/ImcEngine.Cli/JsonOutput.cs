using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Cli;

/// <summary>The JSON documents that commands write.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        NewLine = "\n",
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>Creates a document that states the version of the program.</summary>
    public static JsonObject NewDocument() => new() { ["version"] = ImcVersion.Product, ["numericsVersion"] = ImcVersion.Numerics };

    public static string Text(JsonNode node) => node.ToJsonString(Indented) + "\n";

    /// <exception cref="ImcException">The file cannot be written.</exception>
    public static void Save(string path, JsonNode node) => AtomicFile.Write(path, Text(node));

    /// <summary>Returns a file's name and SHA-256 (lower-case hex).</summary>
    /// <exception cref="ImcException">The file cannot be read.</exception>
    public static JsonObject OfFile(string path) => new() { ["file"] = Path.GetFileName(path), ["sha256"] = FileHash.Sha256(path) };

    /// <summary>Returns the same of a network, with what the user chose of it.</summary>
    /// <exception cref="ImcException">The file cannot be read.</exception>
    public static JsonObject OfModel(string path, NetworkChoice choice)
    {
        var file = OfFile(path);
        if (choice.Output is { } output) file["output"] = output;
        if (choice.InputShape is { } sizes) file["inputShape"] = new JsonArray([.. sizes.Select(size => (JsonNode)size)]);
        return file;
    }
}
