using System.Text.Json.Nodes;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary>How figures on images without labels are named: the classes that the float network names stand in for labels, so that what else
/// would be an accuracy is agreement with float.</summary>
internal static class UnlabelledFigures
{
    public const string Note = "The images have no labels: the classes that the float network names take their place, and every share is "
        + "one of agreement with float, not an accuracy. If the output is no classes, --all-outputs compares its numbers instead.";

    private const string Agreement = "FloatAgreement";

    /// <summary>The title of a column of accuracies.</summary>
    public static string Title(ComparisonResults results) => results.Data.Evaluated.IsLabelled ? "top-1" : "as float";

    /// <summary>Returns a document in which what is called top-1 is called agreement with float.</summary>
    public static JsonObject Renamed(JsonObject document)
    {
        var renamed = (JsonObject)Named(document)!;
        renamed.Insert(1, "labelled", false);
        return renamed;
    }

    private static JsonNode? Named(JsonNode? node)
    {
        if (node is JsonArray array) return new JsonArray([.. array.Select(Named)]);
        if (node is not JsonObject old) return node?.DeepClone();
        var renamed = new JsonObject();
        foreach (var (name, value) in old)
            renamed[name.Replace("Top1", Agreement, StringComparison.Ordinal).Replace("top1", "floatAgreement", StringComparison.Ordinal)] =
                Named(value);
        return renamed;
    }
}
