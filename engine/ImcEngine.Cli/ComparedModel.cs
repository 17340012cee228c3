using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>The network that goes on the macro, and the float network that it is compared with.</summary>
internal sealed class ComparedModel
{
    /// <param name="path">ONNX file.</param>
    /// <param name="floatPath">Null: the one that the file names, else the file itself.</param>
    /// <param name="preprocess">What becomes of a file's own preprocessing; null: it stays.</param>
    /// <exception cref="ImcException">A file cannot be read, or the file names a float network that is not beside it.</exception>
    public ComparedModel(string path, string? floatPath, Func<Preprocessing, Preprocessing>? preprocess = null)
    {
        Path = path;
        Model = Load(path, preprocess);
        FloatPath = floatPath ?? NamedFloat();
        Float = FloatPath is null ? Model : Load(FloatPath, preprocess);
    }

    public string Path { get; }
    public OnnxModel Model { get; }

    /// <summary>Null: the given file is its own float network.</summary>
    public string? FloatPath { get; }

    public OnnxModel Float { get; }
    public Preprocessing FloatPreprocessing => NetworkImporter.PreprocessingOf(Float);

    /// <summary><c>self</c>, or the file's name.</summary>
    public string FloatSource => FloatPath is null ? "self" : System.IO.Path.GetFileName(FloatPath);

    /// <exception cref="ImcException">The file cannot be read, or its metadata cannot be used.</exception>
    public static OnnxModel Load(string path, Func<Preprocessing, Preprocessing>? preprocess)
    {
        var model = UserFiles.Model(path);
        if (preprocess is not null) ModelMetadata.Set(model, preprocess(NetworkImporter.PreprocessingOf(model)));
        return model;
    }

    private string? NamedFloat()
    {
        string? name = Model.Metadata.FirstOrDefault(entry => entry.Key == ModelMetadata.Float)?.Value;
        if (name is null) return null;
        string beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path))!, System.IO.Path.GetFileName(name));
        return File.Exists(beside) ? beside
            : throw new ImcException($"'{Path}' names '{name}' as its float network, which is not beside it. Put it there, or give one with --float.");
    }
}
