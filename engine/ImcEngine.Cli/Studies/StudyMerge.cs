using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>Merges the shards of one study.</summary>
internal static class StudyMerge
{
    private const int MostNamed = 5;

    /// <param name="from">Folders of the same study.</param>
    /// <param name="to">The folder to write; may be one of <paramref name="from"/>.</param>
    /// <param name="overwrite">Whether another study's results in <paramref name="to"/> may be removed.</param>
    /// <returns>The number of points.</returns>
    /// <exception cref="ImcException">The folders hold different studies or contradict one another,
    /// points are missing, or the target holds another study.</exception>
    public static int Merge(IReadOnlyList<StudyFolder> from, StudyFolder to, bool overwrite, Report report)
    {
        var plan = from[0].ReadPlan();
        foreach (var other in from.Skip(1)) RequireSame(from[0], plan, other, other.ReadPlan());
        bool clears = StudyClaim.Require(to, plan, overwrite);
        var planned = plan["points"]!.AsArray().Select(point => point!.AsObject()).DistinctBy(KeyOf).ToList();
        RequireFinished(planned, from);
        to.Create();
        if (clears) to.Clear();
        else if (to.PlanDamage is { } damage)
            report.Line($"'{to.In(StudyFolder.PlanFile)}' is damaged ({damage}); it is written again.");
        to.WritePlan(plan);
        foreach (var point in planned) Copy(point, from, to, report);
        return StudyResults.Write(to, plan, report);
    }

    private static void RequireSame(StudyFolder first, JsonObject plan, StudyFolder other, JsonObject otherPlan)
    {
        string[] different = [.. plan.Concat(otherPlan).Select(field => field.Key).Distinct()
            .Where(name => !JsonNode.DeepEquals(plan[name], otherPlan[name]))];
        if (different.Length > 0)
            throw new ImcException($"'{first.Path}' and '{other.Path}' hold different studies: their plans differ in "
                + $"{string.Join(", ", different)}. Merge shards of one file, run on the same network and images by the same version.");
    }

    private static void RequireFinished(IReadOnlyList<JsonObject> planned, IReadOnlyList<StudyFolder> from)
    {
        var missing = planned.Where(point => from.All(folder => folder.Point(KeyOf(point)).Content is null)).ToList();
        if (missing.Count == 0) return;
        string named = string.Join("; ", missing.Take(MostNamed).Select(SettingsOf))
            + (missing.Count > MostNamed ? $"; and {missing.Count - MostNamed} more" : "");
        string[] damaged =
            [.. missing.SelectMany(point => from.Select(folder => DamageOf(folder, KeyOf(point)))).OfType<string>().Take(MostNamed)];
        throw new ImcException($"{missing.Count} of {planned.Count} points are finished in none of the folders: {named}. "
            + $"{string.Concat(damaged.Select(each => each + ". "))}Run 'imc study' for the shards that hold them, then merge again.");
    }

    private static void Copy(JsonObject planned, IReadOnlyList<StudyFolder> from, StudyFolder to, Report report)
    {
        string key = KeyOf(planned);
        foreach (string damage in from.Select(folder => DamageOf(folder, key)).OfType<string>())
            report.Line($"{damage}; the same point of another folder is used.");
        var holders = from.Where(folder => folder.Point(key).Content is not null).ToList();
        var point = holders[0].Point(key).Content!;
        var other = holders.FirstOrDefault(folder => !JsonNode.DeepEquals(folder.Point(key).Content, point));
        if (other is not null)
            throw new ImcException(
                $"'{holders[0].PointFile(key)}' and '{other.PointFile(key)}' have different results for point {SettingsOf(planned)}. "
                + "Results do not depend on the machine, so one of the two is damaged or was made by another build; "
                + "remove it and run it again.");
        if (holders.Exists(folder => Path.GetFullPath(folder.Path) == Path.GetFullPath(to.Path))) return;
        to.WritePoint(key, point, holders.Select(folder => folder.Timing(key).Content).FirstOrDefault(timing => timing is not null));
    }

    private static string KeyOf(JsonObject planned) => (string)planned["key"]!;

    private static string SettingsOf(JsonObject planned) =>
        string.Join(' ', planned["set"]!.AsObject().Select(field => $"{field.Key}={field.Value?.ToJsonString() ?? "null"}"));

    private static string? DamageOf(StudyFolder folder, string key) =>
        folder.Point(key).Damage is { } why ? $"'{folder.PointFile(key)}' is damaged ({why})" : null;
}
