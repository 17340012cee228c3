using System.Text.Json.Nodes;

namespace ImcEngine.Perf.Answers;

/// <summary>How long the macro itself ran, from what a command wrote.</summary>
internal static class EmulationTime
{
    /// <summary>Returns the seconds of all points and dies.</summary>
    /// <param name="json">What <c>--json</c> wrote. Only the first die is timed there, and counts for all.</param>
    /// <returns>Null where the file states no speed.</returns>
    public static double? OfComparison(string json)
    {
        var document = JsonNode.Parse(json)!;
        if (document["points"] is not JsonArray points) return null;
        return (int)document["dies"]! * points.Sum(point => (int)point!["images"]! / (double)point["imcImagesPerSecond"]!);
    }

    /// <summary>Returns the seconds of all points.</summary>
    /// <param name="json">The <c>timings.json</c> of a study.</param>
    public static double OfStudy(string json) => JsonNode.Parse(json)!.AsArray().Sum(point => (double)point!["seconds"]!);
}
