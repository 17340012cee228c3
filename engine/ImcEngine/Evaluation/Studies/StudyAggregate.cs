using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>
/// The axes of a study over which its results are summarized:
/// <code>
/// "aggregate": ["die"], "yieldAbove": 0.9, "grid": [ { "macro.rows": [64, 128] }, { "die": [0, 1, 2, 3] } ]
/// </code>
/// Every combination of the other axes is one line of the summary. So that it is a plain mean over independent dies, an axis of dies or
/// seeds sets nothing else, each run stands in it once, and all dies have the same number of seeds.
/// </summary>
internal static class StudyAggregate
{
    public const string Field = "aggregate", YieldField = "yieldAbove";

    private static readonly string[] Allowed = [StudyJson.DiePath, StudyJson.SeedPath];

    /// <exception cref="SpecException">It is no list of axes that can be summarized.</exception>
    public static IReadOnlyList<string> Read(SpecValue value)
    {
        if (value.Node is not JsonArray { Count: > 0 } list)
            throw value.Error("allowed is a list of \"die\" and \"seed\", e.g. [\"die\"]");
        string[] axes = [.. list.Select((node, i) => ReadAxis(new(node, $"{value.Path}[{i}]")))];
        return axes.Distinct().Count() == axes.Length ? axes : throw value.Error("name each axis once");
    }

    /// <exception cref="SpecException">The grids do not have the axes, or they allow no plain mean.</exception>
    public static void Require(StudySpec study)
    {
        if (study.YieldAbove is { } above && !study.Aggregate.Contains(StudyJson.DiePath))
            throw new SpecException(YieldField, above.ToString(CultureInfo.InvariantCulture),
                $"a yield counts dies, which are not summarized; add \"{Field}\": [\"die\"] and an axis of dies, or leave it out");
        foreach (string axis in study.Aggregate)
            if (!study.Grids.Any(grid => grid.Axes.Any(each => Sets(each, axis))))
                throw new SpecException(Field, $"\"{axis}\"",
                    $"no axis of the study sets it; add an axis such as {{\"{axis}\": [1, 2, 3]}}, or leave it out of {Field}");
        foreach (var grid in study.Grids)
            for (int i = 0; i < grid.Axes.Count; i++)
                if (study.Aggregate.Any(axis => Sets(grid.Axes[i], axis)))
                    RequirePlain(grid.Axes[i], $"{grid.Name}[{i}]", study.Aggregate);
    }

    private static string ReadAxis(SpecValue value) =>
        value.Text() is var axis && Allowed.Contains(axis) ? axis
            : throw value.Error("allowed are \"die\" and \"seed\": other axes are settings, which have no mean");

    private static bool Sets(StudyAxis axis, string path) => axis.Steps[0].Any(each => each.Path == path);

    private static void RequirePlain(StudyAxis axis, string name, IReadOnlyList<string> aggregated)
    {
        if (axis.Steps[0].FirstOrDefault(each => !aggregated.Contains(each.Path)) is { } other)
            throw new SpecException(name, $"an axis of {string.Join(", ", axis.Steps[0].Select(each => each.Path))}",
                $"{Field} takes the mean over {string.Join(" and ", aggregated)}, and '{other.Path}' changes with it; "
                    + "give it an axis of its own");
        string[] runs = [.. axis.Steps.Select(step => string.Join(' ', step))];
        if (runs.GroupBy(run => run).FirstOrDefault(same => same.Count() > 1) is { } twice)
            throw new SpecException(name, $"{twice.Key} twice", "the mean is over different dies and seeds; name each once");
        if (axis.Steps[0].Count == 1) return;
        var ofDies = axis.Steps.GroupBy(step => step.First(each => each.Path == StudyJson.DiePath).Json).ToList();
        if (ofDies.Find(die => die.Count() != ofDies[0].Count()) is { } uneven)
            throw new SpecException(name, $"{ofDies[0].Count()} runs of die {ofDies[0].Key} and {uneven.Count()} of die {uneven.Key}",
                "the mean takes every die alike; give each as many seeds");
    }
}
