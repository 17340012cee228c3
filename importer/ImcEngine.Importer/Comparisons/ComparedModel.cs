using ImcEngine.Data;
using ImcEngine.Images.Pictures;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Importer.Comparisons;

/// <summary>The network that goes on the macro, and the float network that it is compared with.</summary>
public sealed class ComparedModel
{
    private readonly Lazy<bool> _isFloat;

    /// <param name="path">ONNX file.</param>
    /// <param name="floatPath">Float network; null for the one that the file names, or else the file itself.</param>
    /// <param name="preprocessing">Replaces what the files state; null keeps it.</param>
    /// <param name="images">The shape of the images that will run, for networks that leave it open; null: their files state it.</param>
    /// <exception cref="ImcException">A file cannot be read, or the file names a float network that is not beside it.</exception>
    public ComparedModel(string path, string? floatPath = null, Preprocessing? preprocessing = null, ImageShape? images = null)
        : this(path, floatPath, preprocessing is null ? null : own => own.ReplacedBy(preprocessing), null, images)
    {
    }

    /// <param name="preprocess">Returns the preprocessing to use, given a file's own; null keeps that.</param>
    /// <param name="choice">What the user chooses of the network; null: nothing.</param>
    /// <param name="images">The shape of the images that will run; null: not known.</param>
    internal ComparedModel(string path, string? floatPath, Func<SourcedPreprocessing, SourcedPreprocessing>? preprocess,
        NetworkChoice? choice, ImageShape? images)
    {
        Path = path;
        Choice = choice ?? NetworkChoice.None;
        (Model, Preprocessing) = Load(path, preprocess, Choice, images);
        FloatPath = floatPath ?? NamedFloat();
        if (FloatPath is not null && File.Exists(FloatPath) && RealPath.Resolve(FloatPath) == RealPath.Resolve(path)) FloatPath = null;
        (Float, FloatPreprocessing) = FloatPath is null ? (Model, Preprocessing)
            : Preprocessed(UserFiles.Partner(FloatPath, Choice, Sizes(images)), preprocess);
        OutputNames = Choice.AllOutputs ? JoinedOutputs.NamesIn(Model) : [];
        _isFloat = new(() => PostTrainingQuantizer.IsFloat(Model));
    }

    /// <summary>ONNX file of the network for the macro.</summary>
    public string Path { get; }

    /// <summary>The model that the file holds.</summary>
    public OnnxModel Model { get; }

    /// <summary>What the user chose of the network.</summary>
    internal NetworkChoice Choice { get; }

    /// <summary>The outputs that are compared as numbers, since they are no classes; empty where the output is classes.</summary>
    internal IReadOnlyList<string> OutputNames { get; }

    /// <summary>How image bytes become the network's input.</summary>
    public SourcedPreprocessing Preprocessing { get; }

    /// <summary>File of the float network; null if the given file is its own float network.</summary>
    public string? FloatPath { get; }

    /// <summary>The float network; <see cref="Model"/> if the file is its own float network.</summary>
    public OnnxModel Float { get; }

    /// <summary>Preprocessing of the float network.</summary>
    public SourcedPreprocessing FloatPreprocessing { get; }

    /// <summary>Whether the network is float, so that it is quantized before it runs on the macro.</summary>
    public bool IsFloat => _isFloat.Value;

    /// <summary><c>self</c>, or the file's name.</summary>
    public string FloatSource => FloatPath is null ? "self" : System.IO.Path.GetFileName(FloatPath);

    /// <summary>What tables call the float side. A quantized file that names no float network stands in for it,
    /// with its quantizers.</summary>
    internal string FloatTitle => FloatPath is null && !IsFloat ? "the same file in float (OnnxRuntime)" : "float (OnnxRuntime)";

    /// <summary>Opens images as this network takes them.</summary>
    /// <param name="source">As <c>--data</c> takes it: a name, or a folder, archive, array or list of images.</param>
    /// <param name="labels">A labels file; null: the data's own labels.</param>
    /// <param name="resize">The size that images get: N pixels of the shorter side, or WIDTHxHEIGHT; null: their own.</param>
    /// <param name="crop">The centre that is taken: N, or WIDTHxHEIGHT; null: with a resized shorter side what the network takes.</param>
    /// <exception cref="ImcException">There are no such images, or they do not fit this network.</exception>
    public ImageSet Images(string source, string? labels = null, string? resize = null, string? crop = null) =>
        new NetworkImages(source, new()
        {
            Labels = new(labels), Resize = resize is null ? null : ResizeSpec.Parse(nameof(resize), resize),
            Crop = crop is null ? null : CropSpec.Parse(nameof(crop), crop),
        }).For(Path, Model, Preprocessing);

    /// <summary>Names the model and the float network in a sentence.</summary>
    internal string Title => $"Model {System.IO.Path.GetFileName(Path)}, "
        + (FloatPath is not null ? $"float network {FloatSource}" : IsFloat ? "a float network"
            : "no float network named: compared with the same file in float (OnnxRuntime)");

    private static int[]? Sizes(ImageShape? images) => images is { } shape ? [shape.Channels, shape.Height, shape.Width] : null;

    /// <exception cref="ImcException">The file cannot be read, or its metadata cannot be used.</exception>
    internal static (OnnxModel Model, SourcedPreprocessing Preprocessing) Load(string path,
        Func<SourcedPreprocessing, SourcedPreprocessing>? preprocess, NetworkChoice choice, ImageShape? images) =>
        Preprocessed(UserFiles.Model(path, choice, Sizes(images)), preprocess);

    private static (OnnxModel Model, SourcedPreprocessing Preprocessing) Preprocessed(OnnxModel model,
        Func<SourcedPreprocessing, SourcedPreprocessing>? preprocess)
    {
        var own = NetworkImporter.SourcedPreprocessingOf(model);
        if (preprocess is null) return (model, own);
        var used = preprocess(own);
        ModelMetadata.Set(model, used);
        return (model, used);
    }

    private string? NamedFloat()
    {
        if (ModelMetadata.FloatOf(Model) is not { } name) return null;
        string beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, name);
        return File.Exists(beside) ? beside
            : throw new ImcException($"'{Path}' names '{name}' as its float network, which is not beside it. "
                + "Put it there, or give one with --float.");
    }
}
