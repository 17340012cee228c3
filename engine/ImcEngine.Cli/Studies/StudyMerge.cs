using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>Brings the shards of one study together.</summary>
internal static class StudyMerge
{
    /// <param name="from">Folders of the same study.</param>
    /// <param name="to">Written; may be one of them.</param>
    /// <returns>The number of points.</returns>
    /// <exception cref="ImcException">The folders hold different studies or contradict one another, or points are missing.</exception>
    public static int Merge(IReadOnlyList<StudyFolder> from, StudyFolder to)
    {
        var plan = from[0].ReadPlan();
        foreach (var other in from.Skip(1)) RequireSame(from[0], plan, other, other.ReadPlan());
        string[] keys = [.. plan["points"]!.AsArray().Select(point => (string)point!["key"]!).Distinct()];
        string[] missing = [.. keys.Where(key => from.All(folder => folder.Point(key) is null))];
        if (missing.Length > 0)
            throw new ImcException($"{missing.Length} of {keys.Length} points are finished in none of the folders, the first is {missing[0]}. Run 'imc study' for the shards that hold them, then merge again.");
        to.Create();
        to.WritePlan(plan);
        foreach (string key in keys) Copy(key, from, to);
        return StudyResults.Write(to, plan);
    }

    private static void RequireSame(StudyFolder first, JsonObject plan, StudyFolder other, JsonObject otherPlan)
    {
        string[] different = [.. plan.Concat(otherPlan).Select(field => field.Key).Distinct().Where(name => !JsonNode.DeepEquals(plan[name], otherPlan[name]))];
        if (different.Length > 0)
            throw new ImcException($"'{first.Path}' and '{other.Path}' hold different studies: their plans differ in {string.Join(", ", different)}. Merge shards of one file, run on the same network and images by the same version.");
    }

    private static void Copy(string key, IReadOnlyList<StudyFolder> from, StudyFolder to)
    {
        var holders = from.Where(folder => folder.Point(key) is not null).ToList();
        var point = holders[0].Point(key)!;
        var other = holders.FirstOrDefault(folder => !JsonNode.DeepEquals(folder.Point(key), point));
        if (other is not null)
            throw new ImcException($"'{holders[0].Path}' and '{other.Path}' have different results for point {key}. Results do not depend on the machine, so one of the two is damaged or was made by another build; remove it and run it again.");
        to.WritePoint(key, point, holders[0].Timing(key));
    }
}
