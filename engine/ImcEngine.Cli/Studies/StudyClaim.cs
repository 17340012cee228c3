using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// Decides whether a study may write into a folder. It may continue in its own folder, even with other grids or another number of images:
/// finished points stay, under their keys. Another name, network, float network or set of images makes another study, whose results are
/// replaced only on request. A damaged plan counts too: if it names another study, the folder is that study's.
/// </summary>
internal static class StudyClaim
{
    private static readonly string[] Inputs = ["model", "float", "data"];

    /// <param name="plan">Plan of the study that wants the folder.</param>
    /// <returns>Whether another study's results must be cleared first.</returns>
    /// <exception cref="ImcException">The folder holds another study's results, or files that are no study's, and
    /// <paramref name="overwrite"/> is not given.</exception>
    public static bool Require(StudyFolder folder, JsonObject plan, bool overwrite)
    {
        if (WhatElse(folder, plan) is not { } found) return false;
        return overwrite ? true
            : throw new ImcException($"'{folder.Path}' holds {found}. "
                + "Name another folder with --out, or give --overwrite, which removes them.");
    }

    private static string? WhatElse(StudyFolder folder, JsonObject plan)
    {
        string own = NameOf(plan)!;
        JsonObject[] claims =
            [.. new[] { StudyFolder.PlanFile, StudyFolder.ResultsFile }.Select(file => ReadClaim(folder.In(file))).OfType<JsonObject>()];
        foreach (var claim in claims)
        {
            if (NameOf(claim) != own) return $"the results of study '{NameOf(claim)}', not '{own}'";
            string[] others = [.. Inputs.Where(input => Sha256Of(claim, input) != Sha256Of(plan, input))];
            if (others.Length > 0) return $"the results of study '{own}' on other inputs ({string.Join(", ", others)})";
        }
        string[] unknown = [.. StudyFolder.MadeFiles.Append(StudyFolder.PlanFile).Where(file => Path.Exists(folder.In(file)))];
        return claims.Length == 0 && !folder.HoldsPoints && unknown.Length > 0
            ? $"files that no study wrote ({string.Join(", ", unknown)})" : null;
    }

    /// <summary>Reads a file that names a study, whatever its checksum; null if it names none.</summary>
    private static JsonObject? ReadClaim(string file)
    {
        if (!File.Exists(file)) return null;
        try
        {
            string text = InputFile.ReadAllText(file, "file of a study");
            return JsonNode.Parse(text) is JsonObject claim && NameOf(claim) is not null ? claim : null;
        }
        catch (Exception e) when (e is ImcException or JsonException or InvalidOperationException or ArgumentException)
        {
            return null;
        }
    }

    private static string? NameOf(JsonObject plan) => Text(plan["study"]);

    private static string? Sha256Of(JsonObject plan, string input) => plan[input] is JsonObject file ? Text(file["sha256"]) : null;

    private static string? Text(JsonNode? node) => node is JsonValue text && text.TryGetValue(out string? found) ? found : null;
}
