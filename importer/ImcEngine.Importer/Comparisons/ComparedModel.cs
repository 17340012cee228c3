using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;

namespace ImcEngine.Importer.Comparisons;

/// <summary>The network that goes on the macro, and the float network that it is compared with.</summary>
public sealed class ComparedModel
{
    private readonly Lazy<bool> _isFloat;

    /// <param name="path">ONNX file.</param>
    /// <param name="floatPath">Null: the one that the file names, else the file itself.</param>
    /// <param name="preprocessing">In place of what the files state; null: theirs.</param>
    /// <exception cref="ImcException">A file cannot be read, or the file names a float network that is not beside it.</exception>
    public ComparedModel(string path, string? floatPath = null, Preprocessing? preprocessing = null)
        : this(path, floatPath, preprocessing is null ? null : own => own.ReplacedBy(preprocessing))
    {
    }

    /// <param name="preprocess">What becomes of a file's own preprocessing; null: it stays.</param>
    internal ComparedModel(string path, string? floatPath, Func<SourcedPreprocessing, SourcedPreprocessing>? preprocess)
    {
        Path = path;
        (Model, Preprocessing) = Load(path, preprocess);
        FloatPath = floatPath ?? NamedFloat();
        if (FloatPath is not null && File.Exists(FloatPath) && RealPath.Resolve(FloatPath) == RealPath.Resolve(path)) FloatPath = null;
        (Float, FloatPreprocessing) = FloatPath is null ? (Model, Preprocessing) : Load(FloatPath, preprocess);
        _isFloat = new(() => PostTrainingQuantizer.IsFloat(Model));
    }

    /// <summary>ONNX file of the network for the macro.</summary>
    public string Path { get; }

    /// <summary>What the file holds.</summary>
    public OnnxModel Model { get; }

    /// <summary>How image bytes become the network's input.</summary>
    public SourcedPreprocessing Preprocessing { get; }

    /// <summary>Null: the given file is its own float network.</summary>
    public string? FloatPath { get; }

    /// <summary>The float network; <see cref="Model"/> where the file is its own.</summary>
    public OnnxModel Float { get; }

    /// <summary>Of the float network.</summary>
    public SourcedPreprocessing FloatPreprocessing { get; }

    /// <summary>The network is float, and quantized before it runs on the macro.</summary>
    public bool IsFloat => _isFloat.Value;

    /// <summary><c>self</c>, or the file's name.</summary>
    public string FloatSource => FloatPath is null ? "self" : System.IO.Path.GetFileName(FloatPath);

    /// <summary>How tables call the float side: a quantized file that names no float network stands in for it,
    /// its quantizers included.</summary>
    internal string FloatTitle => FloatPath is null && !IsFloat ? "the same file in float (OnnxRuntime)" : "float (OnnxRuntime)";

    /// <summary>Model and float network in a sentence.</summary>
    internal string Title => $"Model {System.IO.Path.GetFileName(Path)}, "
        + (FloatPath is not null ? $"float network {FloatSource}" : IsFloat ? "a float network"
            : "no float network named: compared with the same file in float (OnnxRuntime)");

    /// <exception cref="ImcException">The file cannot be read, or its metadata cannot be used.</exception>
    internal static (OnnxModel Model, SourcedPreprocessing Preprocessing) Load(string path,
        Func<SourcedPreprocessing, SourcedPreprocessing>? preprocess)
    {
        var model = UserFiles.Model(path);
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
