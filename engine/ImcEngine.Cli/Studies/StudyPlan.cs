using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>A study with its network and images loaded, and with a key for every point.</summary>
internal sealed class StudyPlan
{
    private readonly StudySources _sources;
    private readonly JsonObject _model, _float;

    private StudyPlan(StudySpec study, string folder, IReadOnlyList<StudyPoint> points, StudySources sources, string dataName)
    {
        (Study, Folder, _sources, DataName) = (study, folder, sources, dataName);
        (_model, _float) = (JsonOutput.OfModel(Model.Path, sources.Choice), JsonOutput.OfFile(Model.FloatPath ?? Model.Path));
        Inputs = new((string)_model["sha256"]! + sources.ChoiceText, (string)_float["sha256"]!, sources.Data.Identity, Study.Images,
            Study.Die, Study.Seed);
        Points = [.. points.Select(point => (point, KeyOf(point.Run, Inputs with { Die = point.Die, Seed = point.Seed })))];
    }

    /// <param name="file">Study file.</param>
    /// <param name="chosen">What counts in place of what the file says.</param>
    /// <exception cref="ImcException">The study, its network or its images cannot be used.</exception>
    public static async Task<StudyPlan> ReadAsync(string file, StudyChoice chosen, int threads, IRunReport report,
        CancellationToken cancellation)
    {
        var study = Reading.File(file, "reading the study", () => StudyJson.ReadFile(file));
        return await ReadAsync(chosen.In(study, file), file, chosen.Data, threads, report, cancellation);
    }

    /// <param name="study">A study that was read.</param>
    /// <param name="file">Its file.</param>
    /// <param name="data">Images in place of the study's; null: the study's.</param>
    /// <exception cref="ImcException">Its network or its images cannot be used.</exception>
    public static async Task<StudyPlan> ReadAsync(StudySpec study, string file, string? data, int threads, IRunReport report,
        CancellationToken cancellation)
    {
        string folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var points = StudyJson.PointsOf(study);
        var sources = await StudySources.ReadAsync(study, folder, data,
            points.Select(point => point.Run.Calibration.Data).OfType<string>(), threads, report, cancellation);
        return new(study, folder, points, sources, data is null ? study.Data : sources.Data.All.Name);
    }

    public StudySpec Study { get; }

    /// <summary>The folder of the study's file.</summary>
    public string Folder { get; }

    public ComparedModel Model => _sources.Model;

    /// <summary>The images of the study's data.</summary>
    public StudyImageSet Data => _sources.Data;

    /// <summary>What was taken of the data from where, a sentence each.</summary>
    public IEnumerable<string> Notes => _sources.Notes;

    /// <summary>The library and the processor that decode pictures; null where nothing is decoded.</summary>
    public string? DecodedBy => _sources.DecodedBy;

    public StudyInputs Inputs { get; }

    /// <summary>All points in canonical order; a key may occur in several grids.</summary>
    public IReadOnlyList<(StudyPoint Point, string Key)> Points { get; }

    private string DataName { get; }

    /// <summary>Returns a line for each die or noise seed that the study sets although nothing depends on it.</summary>
    public IEnumerable<string> IdleSeeds() => new[]
    {
        IdleSeed(StudyJson.DiePath, Study.Die != default, IdleOptions.OfDie),
        IdleSeed(StudyJson.SeedPath, Study.Seed != StudySpec.UsualSeed, IdleOptions.OfSeed),
    }.OfType<string>();

    public JsonObject ToJson()
    {
        var plan = JsonOutput.NewDocument();
        plan["study"] = Study.Name;
        if (Study.Note is { } note) plan["note"] = note;
        plan["model"] = _model.DeepClone();
        plan["float"] = _float.DeepClone();
        plan["data"] = new JsonObject { ["name"] = DataName, ["sha256"] = Data.Readable.Sha256 };
        if (_sources.Prepared is { } prepared) plan["data"]!["prepared"] = prepared;
        if (Study.Aggregate.Count > 0) plan[StudyAggregate.Field] = new JsonArray([.. Study.Aggregate.Select(axis => (JsonNode)axis)]);
        if (Study.YieldAbove is { } above) plan[StudyAggregate.YieldField] = above;
        plan["points"] = new JsonArray([.. Points.Select(each => new JsonObject
        {
            ["grid"] = each.Point.Grid,
            ["set"] = new JsonObject([.. each.Point.Assignments.Select(set => KeyValuePair.Create(set.Path, JsonNode.Parse(set.Json)))]),
            ["key"] = each.Key,
        })]);
        return plan;
    }

    /// <summary>Returns the images that a run calibrates on.</summary>
    public StudyImageSet CalibrationData(RunSpec run) => _sources.CalibrationData(run.Calibration.Data);

    /// <summary>Returns the key of results that depend on neither die nor noise.</summary>
    /// <param name="run">As <see cref="StudyPoint.Run"/>.</param>
    public string KeyOf(RunSpec run) => KeyOf(run, Inputs);

    /// <summary>Returns the key of results on a die with a seed of noise.</summary>
    public string KeyOf(RunSpec run, uint die) => KeyOf(run, Inputs with { Die = die });

    private string KeyOf(RunSpec run, StudyInputs inputs) => UserFiles.Tables(run, () =>
        StudyKey.Compute(inputs, run, run.Calibration.Data is null ? null : CalibrationData(run).Identity, Folder));

    private string? IdleSeed(string path, bool isStudyWide, Func<string, IEnumerable<RunSpec>, string?> idle)
    {
        RunSpec[] runs = [.. Points.Select(each => each.Point)
            .Where(point => isStudyWide || point.Assignments.Any(each => each.Path == path)).Select(point => point.Run)];
        return runs.Length == 0 ? null : idle(path, runs);
    }
}
