using System.CommandLine;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>A network's file and the first images to run it on, for commands that need a few.</summary>
/// <param name="Source">Where the images come from.</param>
/// <param name="Choice">What the options chose of the file.</param>
/// <param name="Model">The file's graph.</param>
/// <param name="Preprocessing">What is done to the images.</param>
/// <param name="Images">The images.</param>
internal sealed record LoadedNetwork(
    NetworkImages Source, NetworkChoice Choice, OnnxModel Model, SourcedPreprocessing Preprocessing, ComparedData Images)
{
    /// <param name="spec">Its calibration images are left out.</param>
    /// <param name="usualImages">The number of images if <c>--images</c> is not given.</param>
    /// <exception cref="ImcException">The file or the images cannot be used.</exception>
    public static LoadedNetwork Load(ParseResult parse, string file, RunSpec spec, int usualImages, DataOptions data,
        NetworkOptions network, PreprocessingOptions preprocessing, Report report)
    {
        var source = data.Look(parse);
        var choice = network.Choose(parse, report);
        var (model, used) = ComparedModel.Load(file, own => preprocessing.Resolve(parse, source.Preprocess(own)), choice, source.Shape);
        int evaluable = source.Count - (spec.Calibration.Data is null ? spec.Calibration.Count : 0);
        return new(source, choice, model, used, source.DataFor(file, model, used, spec.Calibration,
            Math.Clamp(data.Count(parse) ?? usualImages, 1, Math.Max(evaluable, 1))));
    }
}
