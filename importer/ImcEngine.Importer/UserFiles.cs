using ImcEngine.Data;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Images;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Packing;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;

namespace ImcEngine.Importer;

/// <summary>
/// Reads every file that a user names, so that any failure names the file and the stage (<see cref="Reading"/>).
/// All methods throw <see cref="ImcException"/> if the file cannot be used.
/// </summary>
internal static class UserFiles
{
    /// <param name="choice">What the user chooses of it; null: nothing.</param>
    /// <param name="data">Sizes of the images that will run; none where no images do.</param>
    public static OnnxModel Model(string path, NetworkChoice? choice = null, int[]? data = null) =>
        Reading.File(path, "reading the model", () => Chosen(path, _ => choice ?? NetworkChoice.None, data));

    /// <summary>Reads a float network that belongs to a chosen one.</summary>
    public static OnnxModel Partner(string path, NetworkChoice choice, int[]? data) =>
        Reading.File(path, "reading the model", () => Chosen(path, choice.ForPartner, data));

    public static bool IsFloat(string path, OnnxModel model) => Importing(path, () => PostTrainingQuantizer.IsFloat(model));

    public static QuantizationOutline Outline(string path, OnnxModel model, RunSpec run) =>
        Importing(path, () => PostTrainingQuantizer.OutlineOf(model, run));

    public static ImportedNetwork Network(string path, OnnxModel model, RunSpec run) =>
        Importing(path, () => NetworkImporter.Import(model, run, NameOf(path)));

    /// <summary>Imports without a run specification, which a float network need not fit before it is quantized.</summary>
    public static ImportedNetwork Network(string path, OnnxModel model) =>
        Importing(path, () => NetworkImporter.Import(model, name: NameOf(path)));

    public static IReadOnlyDictionary<string, NpyFile> Arrays(string path) =>
        Reading.File(path, "reading the arrays", () => NpzFile.Read(path));

    public static Calibration Calibration(string path) =>
        Reading.File(path, "reading the calibration", () => ImcEngine.Macro.Calibration.ReadFile(path));

    public static RunSpec Run(string path) => Reading.File(path, "reading the run specification", () => RunSpecJson.ReadFile(path));

    /// <summary>Returns a preset by its name, or reads a file.</summary>
    public static MacroSpec Macro(string nameOrFile) =>
        Reading.File(nameOrFile, "reading the macro specification", () => MacroPresets.Load(nameOrFile));

    public static ImageSource ImageSource(string source, ImageOptions options) =>
        Reading.File(source, "reading the images", () => ImcEngine.Images.ImageSource.Look(source, options));

    /// <summary>The sizes of the network's input, without the batch and channels first.</summary>
    public static IReadOnlyList<int> InputSizes(string path, OnnxModel model) => Importing(path, () => NetworkImporter.InputSizesOf(model));

    /// <summary>Images of any source, prepared as another set was.</summary>
    public static ImageSet ImagesLike(ImageSet other, string source) =>
        Reading.File(source, "reading the images", () => ImageSource(source, ImageOptions.None).Like(other));

    /// <summary>Runs <paramref name="read"/>, which reads the tables and noise profiles that a specification names.</summary>
    public static T Tables<T>(RunSpec run, Func<T> read) =>
        Reading.File(string.Join("', '", StudyKey.FilesOf(run).Distinct().DefaultIfEmpty(run.Macro.Name)),
            "reading the tables of the specification", read);

    private static OnnxModel Chosen(string path, Func<OnnxModel, NetworkChoice> choiceOf, int[]? data)
    {
        var model = OnnxFile.Load(path);
        choiceOf(model).Apply(model, data);
        return model;
    }

    private static T Importing<T>(string path, Func<T> import) => Reading.File(path, "importing the network", import);

    private static string NameOf(string path) => Path.GetFileNameWithoutExtension(path);
}
