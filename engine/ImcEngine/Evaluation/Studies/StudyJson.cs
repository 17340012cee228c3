using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Evaluation.Studies;

/// <summary>
/// Reads a study:
/// <code>
/// { "name": "rows", "model": "net.onnx", "data": "shapes10", "images": 500, "run": { "macro": "default" },
///   "grid": [ { "macro.rows": [64, 128] }, { "macro.adc.bits": [3, 4, 5] } ] }
/// </code>
/// An axis that names several fields sets them together: the first setting of each, then the second. <c>die</c> and <c>seed</c>, for all
/// points or as axes, belong to the study; all other axes name fields of the run. <c>grids</c> in place of <c>grid</c> is a list of grids.
/// No axis may undo what another one sets (<see cref="HeldAssignments"/>), so that every row of the results names the settings that were
/// run.
/// </summary>
internal static class StudyJson
{
    /// <summary>The maximum number of points of all grids together.</summary>
    public const int MostPoints = 100_000;

    /// <summary>The paths of axes that belong to the study, not to the run specification.</summary>
    public const string DiePath = "die", SeedPath = "seed";

    private static readonly SpecField<StudySpec>[] Fields =
    [
        new("name", s => s.Name, (s, v) => s with { Name = ReadName(v) }),
        new("note", s => s.Note, (s, v) => s with { Note = v.Text() }),
        new("model", s => s.Model, (s, v) => s with { Model = ReadPath(v) }),
        new("float", s => s.Float, (s, v) => s with { Float = ReadPath(v) }),
        new("output", s => s.Output, (s, v) => s with { Output = v.Text() }),
        new("inputShape", s => s.InputShape is { } sizes ? new JsonArray([.. sizes.Select(size => (JsonNode)size)]) : null,
            (s, v) => s with { InputShape = ReadSizes(v) }),
        new("data", s => s.Data, (s, v) => s with { Data = ReadPath(v) }),
        .. StudyImagesFields.OfStudy,
        new("images", s => s.Images, (s, v) => s with { Images = v.Integer(1, StudySpec.MostImages) }),
        new(DiePath, s => s.Die, (s, v) => s with { Die = ReadSeed(v) }),
        new(SeedPath, s => s.Seed, (s, v) => s with { Seed = ReadSeed(v) }),
        new(StudyAggregate.Field, s => new JsonArray([.. s.Aggregate.Select(axis => (JsonNode)axis)]),
            (s, v) => s with { Aggregate = StudyAggregate.Read(v) }),
        new(StudyAggregate.YieldField, s => s.YieldAbove, (s, v) => s with { YieldAbove = v.Number(0, 1) }),
        new("run", s => RunSpecJson.ToNode(s.Run), (s, v) => s with { Run = RunSpecJson.ReadRun(v.Node!.DeepClone()) }),
        new("grid", _ => null, (s, v) => s with { Grids = [ReadGrid(v)] }),
        new("grids", _ => null, (s, v) => s with { Grids = ReadGrids(v) }),
    ];

    /// <exception cref="SpecException">A field is unknown, missing or cannot be used.</exception>
    /// <exception cref="ImcException">The text is not JSON.</exception>
    public static StudySpec Read(string json, string what = "The study")
    {
        var value = new SpecValue(RunSpecJson.Parse(json, what), "");
        if (value.Node is not JsonObject given) throw new ImcException($"{what} is not a JSON object in braces.");
        if (given["grid"] is null == given["grids"] is null)
            throw new SpecException("grid", given["grid"] is null ? "nothing" : "grid and grids",
                "a study has one of grid, a list of axes such as {\"macro.rows\": [64, 128]}, and grids, a list of such lists");
        var study = SpecObject.Read(value, Fields, new StudySpec { Name = "", Model = "" });
        if (study.Name.Length == 0) throw new SpecException("name", "nothing", "a study needs a name");
        if (study.Model.Length == 0)
            throw new SpecException("model", "nothing", "a study needs an ONNX file, relative to the study's file");
        RequireCount(study);
        StudyAggregate.Require(study);
        return study;
    }

    /// <exception cref="ImcException">As <see cref="Read"/>, or the file cannot be read.</exception>
    public static StudySpec ReadFile(string path) => Read(RunSpecJson.ReadText(path, "study"), $"'{path}'");

    /// <summary>Returns all points in canonical order: grid by grid, the last axis fastest.</summary>
    /// <exception cref="SpecException">A point's specification cannot be used.</exception>
    public static IReadOnlyList<StudyPoint> PointsOf(StudySpec study) =>
        [.. study.Grids.SelectMany((grid, g) => grid.Points().Select(point => PointOf(study, g + 1, point)))];

    private static StudyPoint PointOf(StudySpec study, int grid, IReadOnlyList<StudyAssignment> assignments)
    {
        uint SeedOf(string path, uint ofStudy) =>
            assignments.LastOrDefault(each => each.Path == path) is { } set ? ReadSeed(new(JsonNode.Parse(set.Json), path)) : ofStudy;
        StudyAssignment[] ofRun = [.. assignments.Where(each => each.Path is not (DiePath or SeedPath))];
        var (axes, name) = (study.Grids[grid - 1], study.Grids[grid - 1].Name);
        var held = new HeldAssignments(number => $"{name}[{axes.AxisOf(ofRun[number].Path)}] '{ofRun[number].Path}'");
        var run = RunSpecJson.Set("grid", study.Run, ofRun.Select(each => each.ToString()), held);
        held.RequirePatternsThatAct(run.Layers);
        return new(grid, assignments, run, SeedOf(DiePath, study.Die), SeedOf(SeedPath, study.Seed));
    }

    private static uint ReadSeed(SpecValue value) => (uint)value.Integer(0, int.MaxValue);

    private static int[] ReadSizes(SpecValue value) => value.Node is JsonArray { Count: > 0 and <= 8 } sizes
        ? [.. sizes.Select((size, i) => new SpecValue(size, $"{value.Path}[{i}]").Integer(1, int.MaxValue))]
        : throw value.Error("allowed is a list of sizes such as [3, 224, 224]");

    private static string ReadPath(SpecValue value)
    {
        string path = value.Text();
        return string.IsNullOrWhiteSpace(path) || path.Contains('\0', StringComparison.Ordinal)
            ? throw value.Error("allowed is a path that is not empty and has no NUL character") : path;
    }

    private static string ReadName(SpecValue value)
    {
        string name = value.Text();
        return name.Length > 0 && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name[0] != '.' ? name
            : throw value.Error("allowed are letters, digits, '-', '_' and '.': results are written to a folder of this name");
    }

    private static StudyGrid[] ReadGrids(SpecValue value) =>
        value.Node is JsonArray { Count: > 0 } grids ? [.. grids.Select((grid, i) => ReadGrid(new(grid, $"{value.Path}[{i}]")))]
            : throw value.Error("allowed is a list of grids");

    private static StudyGrid ReadGrid(SpecValue value)
    {
        if (value.Node is not JsonArray { Count: > 0 } axes)
            throw value.Error("allowed is a list of axes such as {\"macro.rows\": [64, 128]}");
        var grid = new StudyGrid(value.Path, [.. axes.Select((axis, i) => ReadAxis(new(axis, $"{value.Path}[{i}]")))]);
        for (int i = 0; i < grid.Axes.Count; i++)
            foreach (var (path, list) in axes[i]!.AsObject())
                if (grid.AxisOf(path) is var first && first != i)
                    throw new SpecValue(list, $"{value.Path}[{i}].{path}").Error(
                        $"{value.Path}[{first}] sets the same field, "
                            + "but a point has only one setting of it; leave out one of the two axes");
        return grid;
    }

    private static StudyAxis ReadAxis(SpecValue value)
    {
        if (value.Node is not JsonObject { Count: > 0 } axis) throw value.Error("allowed is an object such as {\"macro.rows\": [64, 128]}");
        int steps = axis.First().Value is JsonArray first ? first.Count : 0;
        foreach (var (path, node) in axis)
        {
            if (path != path.Trim())
                throw new SpecValue(node, $"{value.Path}.{path}").Error(
                    $"the field's path '{path}' has spaces around it; write it without them");
            if (node is not JsonArray { Count: > 0 } list || list.Count != steps)
                throw new SpecValue(node, $"{value.Path}.{path}").Error(
                    $"allowed is a list of settings, as long as every other list of this axis{(steps > 0 ? $" ({steps})" : "")}");
        }
        return new(
            [.. Enumerable.Range(0, steps)
                .Select(step => (IReadOnlyList<StudyAssignment>)[
                    .. axis.Select(field => new StudyAssignment(field.Key, field.Value![step]?.ToJsonString() ?? "null"))])]);
    }

    private static void RequireCount(StudySpec study)
    {
        double points = study.Grids.Sum(grid => grid.Axes.Aggregate(1.0, (product, axis) => product * axis.Steps.Count));
        if (points > MostPoints) throw new SpecException("grid", $"{points} points", $"at most {MostPoints} are allowed; split the study");
    }
}
