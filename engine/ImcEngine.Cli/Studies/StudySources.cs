using System.Text.Json.Nodes;
using ImcEngine.Data;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Lowering;

namespace ImcEngine.Cli.Studies;

/// <summary>The network of a study and all images that its points run on, which are read once before the first point runs.</summary>
internal sealed class StudySources
{
    private const string Decoder = "decoder";

    private readonly string _folder;
    private readonly NetworkImages _images;
    private readonly PreprocessingChoice _preprocessing;
    private readonly Dictionary<string, StudyImageSet> _calibration = [];

    /// <param name="folder">The folder of the study's file.</param>
    /// <param name="data">Images in place of the study's; null: the study's.</param>
    private StudySources(StudySpec study, string folder, string? data)
    {
        _folder = folder;
        _images = new(data ?? Resolve(study.Data), StudyImageOptions.Geometry(study.ImageChoice, folder), study.ImageChoice.SkipsBroken);
        _preprocessing = StudyImageOptions.Preprocessing(study.ImageChoice);
        Choice = new(study.Output, study.InputShape is { } sizes ? [.. sizes] : null);
        Model = new(Path.Combine(folder, study.Model), study.Float is { } name ? Path.Combine(folder, name) : null,
            own => _preprocessing.Resolve(_images.Preprocess(own)), Choice, _images.Shape);
    }

    public NetworkChoice Choice { get; }

    public ComparedModel Model { get; }

    /// <summary>The images of the study's data.</summary>
    public StudyImageSet Data { get; private set; } = null!;

    /// <summary>What the study chooses of the network and of its preprocessing, as text for the keys of results.</summary>
    public string ChoiceText => Choice.Text + _preprocessing.Text;

    /// <summary>What was taken from where, a sentence each.</summary>
    public IEnumerable<string> Notes => _images.Notes;

    /// <summary>Returns how images were prepared, without what depends on the machine; null where they are taken as they are.</summary>
    public JsonObject? Prepared
    {
        get
        {
            var prepared = _images.ToJson();
            prepared?.Remove(Decoder);
            return prepared;
        }
    }

    /// <summary>The library and the processor that decode pictures; null where nothing is decoded.</summary>
    public string? DecodedBy => (string?)_images.ToJson()?[Decoder];

    /// <param name="calibrationData">What <c>calibration.data</c> of the points names, as in the study's file.</param>
    /// <exception cref="ImcException">The network or images cannot be used, or the images have no labels.</exception>
    public static async Task<StudySources> ReadAsync(StudySpec study, string folder, string? data, IEnumerable<string> calibrationData,
        int threads, IRunReport report, CancellationToken cancellation)
    {
        var sources = new StudySources(study, folder, data);
        var all = sources._images.For(sources.Model.Path, sources.Model.Model, sources.Model.Preprocessing);
        RequireLabels(all);
        var reading = new ImageReading(study.ImageChoice.SkipsBroken, threads, report, "\"skipBroken\": true");
        string[] others = [.. calibrationData.Distinct()];
        var read = await StudyImageSet.ReadAsync(
            [new(all), .. others.Select(source => ImagesToRead.ToCalibrate(sources.OpenOther(source)))], reading, cancellation);
        sources.Data = read[0];
        for (int i = 0; i < others.Length; i++) sources._calibration[others[i]] = read[i + 1];
        return sources;
    }

    /// <summary>Returns the images that calibrate.</summary>
    /// <param name="source">As in the study's file; null: those of the study's data.</param>
    public StudyImageSet CalibrationData(string? source) => source is null ? Data : _calibration[source];

    private ImageSet OpenOther(string source) => _images.Others(Resolve(source), Model.Path, Model.Model, Model.Preprocessing);

    /// <summary>Resolves a data source of the study's file: a name, or a path relative to it.</summary>
    private string Resolve(string source) => source is Shapes10.Name or DataSource.Cifar10 ? source : Path.Combine(_folder, source);

    private static void RequireLabels(ImageSet images)
    {
        if (!images.IsLabelled)
            throw new ImcException($"The images of '{images.Name}' have no labels; a study compares accuracies. Name their labels with the "
                + "study's field 'labels', or give images with labels, such as class folders ('imc compare' also runs on images without).");
    }
}
