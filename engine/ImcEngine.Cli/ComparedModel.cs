using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>The network on the macro, and the float network that it is compared with.</summary>
internal sealed class ComparedModel
{
    private const string FloatKey = "imc.float";

    public ComparedModel(string path, string? floatPath)
    {
        Path = path;
        Model = OnnxFile.Load(path);
        FloatPath = floatPath ?? NamedFloat(path);
        Float = FloatPath is null ? Model : OnnxFile.Load(FloatPath);
    }

    /// <summary>The network that ships with the program.</summary>
    public static string Default => System.IO.Path.Combine(AppContext.BaseDirectory, "weights", "resnet18-w16-shapes10-w4a4.onnx");

    public string Path { get; }
    public OnnxModel Model { get; }

    /// <summary>Null: the given file is its own float network.</summary>
    public string? FloatPath { get; }

    public OnnxModel Float { get; }

    /// <summary><c>self</c>, or the file's name.</summary>
    public string FloatSource => FloatPath is null ? "self" : System.IO.Path.GetFileName(FloatPath);

    public ImportedNetwork Import(RunSpec run) =>
        NetworkImporter.Import(Model, new(KeepDigital: layer => LayerOverrideOf(run, layer)?.Digital == true), System.IO.Path.GetFileNameWithoutExtension(Path));

    public Preprocessing FloatPreprocessing() => NetworkImporter.Import(Float).Network.Preprocessing;

    private static LayerOverride? LayerOverrideOf(RunSpec run, string layer) => run.Layers.FirstOrDefault(each => NameGlob.Matches(each.Layers, layer));

    private string? NamedFloat(string path)
    {
        string? name = Model.Metadata.FirstOrDefault(entry => entry.Key == FloatKey)?.Value;
        if (name is null) return null;
        string beside = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(path))!, System.IO.Path.GetFileName(name));
        return File.Exists(beside) ? beside
            : throw new ImcException($"'{path}' names '{name}' as its float network, which is not beside it. Put it there, or give one with --float.");
    }
}
