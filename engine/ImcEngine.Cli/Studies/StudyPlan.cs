using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Images;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>A study with its network and images loaded, and with a key for every point.</summary>
internal sealed class StudyPlan
{
    private readonly Dictionary<string, string> _calibrationDataSha256 = [];
    private readonly JsonObject _model, _float;

    /// <param name="file">Study file.</param>
    /// <param name="data">Images in place of the file's.</param>
    /// <param name="images">How many, in place of the file's.</param>
    /// <exception cref="ImcException">The study, its network or its images cannot be used.</exception>
    public StudyPlan(string file, string? data, int? images)
    {
        Study = Reading.File(file, "reading the study", () => StudyJson.ReadFile(file));
        if (images is not null) Study = Study with { Images = images };
        Folder = Path.GetDirectoryName(Path.GetFullPath(file))!;
        var points = StudyJson.PointsOf(Study);
        var choice = new NetworkChoice(Study.Output, Study.InputShape is { } sizes ? [.. sizes] : null);
        var source = new NetworkImages(data ?? Resolve(Study.Data), ImageOptions.None);
        Model = new(Path.Combine(Folder, Study.Model), Study.Float is { } name ? Path.Combine(Folder, name) : null,
            source.Preprocess, choice,
            source.Shape);
        Data = Checked(source.For(Model.Path, Model.Model, Model.Preprocessing));
        if (!Data.IsLabelled)
            throw new ImcException($"The images of '{Data.Name}' have no labels; a study compares accuracies. "
                + "Give images with labels, such as "
                + "class folders ('imc compare' also runs on images without).");
        (_model, _float) = (JsonOutput.OfModel(Model.Path, choice), JsonOutput.OfFile(Model.FloatPath ?? Model.Path));
        DataName = data is null ? Study.Data : Data.Name;
        Inputs = new((string)_model["sha256"]! + choice.Text, (string)_float["sha256"]!, Data.Sha256, Study.Images, Study.Die, Study.Seed);
        Points = [.. points.Select(point => (point, KeyOf(point.Run, Inputs with { Die = point.Die, Seed = point.Seed })))];
    }

    public StudySpec Study { get; }

    /// <summary>The folder of the study's file.</summary>
    public string Folder { get; }

    public ComparedModel Model { get; }
    public ImageSet Data { get; }
    public StudyInputs Inputs { get; }

    /// <summary>All points in canonical order; a key may occur in several grids.</summary>
    public IReadOnlyList<(StudyPoint Point, string Key)> Points { get; }

    private string DataName { get; }

    /// <summary>Returns the points of one of <paramref name="shards"/> shards (from 1): every n-th of the different points.</summary>
    public IEnumerable<(StudyPoint Point, string Key)> Shard(int shard, int shards) =>
        Points.DistinctBy(point => point.Key).Where((_, i) => i % shards == shard - 1);

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
        plan["data"] = new JsonObject { ["name"] = DataName, ["sha256"] = Data.Sha256 };
        plan["points"] = new JsonArray([.. Points.Select(each => new JsonObject
        {
            ["grid"] = each.Point.Grid,
            ["set"] = new JsonObject([.. each.Point.Assignments.Select(set => KeyValuePair.Create(set.Path, JsonNode.Parse(set.Json)))]),
            ["key"] = each.Key,
        })]);
        return plan;
    }

    /// <summary>Resolves a data source of the study's file: a name, or a path relative to it.</summary>
    public string Resolve(string source) => source is Shapes10.Name or DataSource.Cifar10 ? source : Path.Combine(Folder, source);

    /// <summary>Returns the key of results that depend on neither die nor noise.</summary>
    /// <param name="run">As <see cref="StudyPoint.Run"/>.</param>
    public string KeyOf(RunSpec run) => KeyOf(run, Inputs);

    private string KeyOf(RunSpec run, StudyInputs inputs) => UserFiles.Tables(run, () =>
        StudyKey.Compute(inputs, run, run.Calibration.Data is { } source ? CalibrationDataSha256(source) : null, Folder));

    private string? IdleSeed(string path, bool isStudyWide, Func<string, IEnumerable<RunSpec>, string?> idle)
    {
        RunSpec[] runs = [.. Points.Select(each => each.Point)
            .Where(point => isStudyWide || point.Assignments.Any(each => each.Path == path)).Select(point => point.Run)];
        return runs.Length == 0 ? null : idle(path, runs);
    }

    /// <summary>Opens images as the network takes them.</summary>
    /// <exception cref="ImcException">There are no such images, or one cannot be read.</exception>
    public ImageSet ImagesAt(string path) =>
        Checked(new NetworkImages(path, ImageOptions.None).For(Model.Path, Model.Model, Model.Preprocessing));

    /// <summary>Reads images that are not in memory once: the keys of results need their hash.</summary>
    private static ImageSet Checked(ImageSet images)
    {
        if (images.IsInMemory) return images;
        var check = ImageCheck.Run(images, Environment.ProcessorCount);
        return check.Broken.Count == 0 ? check.Images
            : throw new ImcException($"{check.Broken.Count} of {images.Count} images of '{images.Name}' cannot be read. {check.Broken[0]} "
                + "Mend or remove them.");
    }

    private string CalibrationDataSha256(string source)
    {
        if (!_calibrationDataSha256.TryGetValue(source, out string? sha256))
            _calibrationDataSha256[source] = sha256 = ImagesAt(Resolve(source)).Sha256;
        return sha256;
    }
}
