using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Importer.Onnx;
using ImcEngine.Macro;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Lowering;

/// <summary>
/// Turns ONNX into a <see cref="Network"/>. A layer whose input and weights follow patterns of ARITHMETIC §8, and whose encodings a cell
/// can
/// multiply, runs on the macro; every other is digital, with the reason. Tensors keep their ONNX names;
/// the codes that stand for float tensor T are named <c>T:codes</c>.
/// </summary>
public static class NetworkImporter
{
    private const string CodesEnd = ":codes";

    /// <summary>The ONNX tensor that a codes tensor stands for, by name.</summary>
    internal static string TensorOfCodes(string codesTensor) => codesTensor[..^CodesEnd.Length];

    internal static string CodesOfTensor(string tensor) => tensor + CodesEnd;

    /// <exception cref="ModelException">The file cannot be read, or the network is not supported.</exception>
    public static ImportedNetwork Import(string path)
    {
        var model = OnnxFile.Load(path);
        NetworkChoice.None.Apply(model);
        return Import(model, Path.GetFileNameWithoutExtension(path));
    }

    /// <param name="name">Name of the network; null for the name in the file.</param>
    /// <exception cref="ModelException">The network is not supported.</exception>
    public static ImportedNetwork Import(OnnxModel model, string? name = null) => Import(model, new ImportOptions(), name);

    /// <exception cref="ModelException">The network is not supported.</exception>
    internal static ImportedNetwork Import(OnnxModel model, ImportOptions options, string? name = null)
    {
        var (index, graph) = Read(model);
        var preprocessing = options.Preprocessing ?? PreprocessingOf(index).Preprocessing;
        IntegerInput.Of(graph.Input.Type)?.Require(graph.Input.Name, preprocessing);
        RequireChannels(index.Metadata, graph.Input);
        var plan = new NetworkPlan(graph, index.Metadata, options.KeepDigital ?? (_ => false), options.KeepsZeroPoints);
        try
        {
            var network = new NetworkEmitter(graph, plan).Emit(name ?? model.Graph!.Name ?? "network", preprocessing);
            return new(network, [.. plan.Layers.Select(layer => layer.ToNote())], index.Metadata);
        }
        catch (ArgumentException exception)
        {
            throw new ModelException($"The network cannot be built: {exception.Message}", exception);
        }
    }

    /// <summary>Reads a model's graph. What is wrong with its inputs, outputs, tensors, nodes and quantizers is named at once.</summary>
    /// <exception cref="ModelException">The network is not supported.</exception>
    internal static (GraphIndex Index, GraphReader Graph) Read(OnnxModel model)
    {
        var problems = new GraphProblems();
        var index = new GraphIndex(model, problems);
        var graph = new GraphReader(index, problems);
        if (problems.Any) problems.Try(() => new NetworkPlan(graph, index.Metadata, _ => false, keepsZeroPoints: false, problems));
        problems.ThrowIfAny();
        return (index, graph);
    }

    /// <summary>Imports for a run: layers that its specification keeps digital stay digital, and zero points that it keeps stay.</summary>
    /// <exception cref="ImcException">The network is not supported, or an override of the specification names no layer.</exception>
    public static ImportedNetwork Import(OnnxModel model, RunSpec run, string? name = null)
    {
        var options = new ImportOptions(KeepDigital: layer => run.OverrideOf(layer)?.Digital == true,
            KeepsZeroPoints: run.Quantization.KeepsZeroPoints);
        var imported = Import(model, options, name);
        run.RequireLayers([.. imported.Layers.Select(layer => layer.Name)]);
        return imported;
    }

    /// <summary>Returns the sizes of the input as the engine takes it, without the batch and channels first.</summary>
    /// <exception cref="ModelException">There is not one input, or its sizes are open.</exception>
    internal static IReadOnlyList<int> InputSizesOf(OnnxModel model)
    {
        var shape = ImageInput.Of(new GraphIndex(model, new())).Shape;
        return [.. Enumerable.Range(0, shape.Rank).Select(axis => shape[axis])];
    }

    /// <summary>Returns the preprocessing that the model's metadata states; CIFAR-10's if it states none.</summary>
    /// <exception cref="ModelException">The metadata cannot be used.</exception>
    public static Preprocessing PreprocessingOf(OnnxModel model) => SourcedPreprocessingOf(model).Preprocessing;

    /// <summary>The same, with the source of each part.</summary>
    /// <exception cref="ModelException">The metadata cannot be used.</exception>
    public static SourcedPreprocessing SourcedPreprocessingOf(OnnxModel model) =>
        // What is wrong with the graph itself is said, all at once, by those who read it.
        PreprocessingOf(new GraphIndex(model, new()));

    private static SourcedPreprocessing PreprocessingOf(GraphIndex graph)
    {
        var metadata = graph.Metadata;
        var integers = IntegerInput.Of(graph);
        string? channels = metadata.TryGetValue(ModelMetadata.Layout, out string? layout)
            ? Array.Find(ModelMetadata.Layouts, known => layout.Equals(known, StringComparison.OrdinalIgnoreCase))
                ?? throw new ModelException($"Metadata imc.layout is '{layout}'; supported are {string.Join(", ", ModelMetadata.Layouts)}: "
                    + "the channels in this order, each [y, x].")
            : null;
        bool isStated = metadata.ContainsKey(ModelMetadata.Mean) || metadata.ContainsKey(ModelMetadata.Std);
        var images = ShapeOf(graph);
        var own = isStated ? null : integers?.PreprocessingOf(images.Channels) ?? InputNormalization.Of(graph, images.Channels);
        var usual = own ?? Preprocessing.Assumed(images);
        float[] mean = Numbers(metadata, ModelMetadata.Mean) ?? usual.Mean, std = Numbers(metadata, ModelMetadata.Std) ?? usual.Std;
        float scale = ScaleOf(metadata, usual.Scale);
        string Count(string key, float[] numbers) =>
            $"{key} has {numbers.Length} numbers{(metadata.ContainsKey(key) ? "" : ", assumed since it is not stated")}";
        if (mean.Length != std.Length)
            throw new ModelException($"Metadata {Count(ModelMetadata.Mean, mean)}, and {Count(ModelMetadata.Std, std)}; "
                + "they must have one per channel each.");
        if (!std.All(number => number > 0))
            throw new ModelException($"Metadata imc.std is '{metadata[ModelMetadata.Std]}'; each number must be positive, "
                + $"also in float32, since pixels are divided by it.");
        if ((PreprocessingRules.WhyNoMean(mean, scale) ?? PreprocessingRules.WhyNoStd(std, scale)) is { } why)
            throw new ModelException($"Metadata imc.mean is '{string.Join(',', mean)}' and imc.std '{string.Join(',', std)}'; {why}. "
                + "Correct the metadata, or give --mean and --std.");
        PreprocessingSource SourceOf(string key, PreprocessingSource otherwise) =>
            metadata.ContainsKey(key) ? PreprocessingSource.Model : otherwise;
        var unstated = own is null ? PreprocessingSource.Assumed : integers is null ? PreprocessingSource.Graph : PreprocessingSource.Model;
        return new(new(mean, std, scale), SourceOf(ModelMetadata.Mean, unstated), SourceOf(ModelMetadata.Std, unstated),
            SourceOf(ModelMetadata.Layout, PreprocessingSource.Assumed))
        {
            Scale = SourceOf(ModelMetadata.Scale, unstated), Channels = channels ?? (images.Channels == 1 ? "gray" : "RGB"),
        };
    }

    /// <summary>Returns the shape of the input as far as it is known: axes that are open, or that are none of an image's, have size 1, and
    /// features are one channel.</summary>
    private static ImageShape ShapeOf(GraphIndex graph)
    {
        if (graph.Inputs is not [{ Name: { } name, Type.Tensor.Shape.Dimensions: { Count: 4 } axes }]) return new(1, 1, 1);
        int[] sizes = [.. axes.Skip(1).Select(axis => (int)Math.Clamp(axis.Size ?? 1, 1, int.MaxValue))];
        return ImageInput.IsChannelsLast(graph.Model, name) ? new(sizes[2], sizes[0], sizes[1]) : new(sizes[0], sizes[1], sizes[2]);
    }

    private static float ScaleOf(IReadOnlyDictionary<string, string> metadata, float usual)
    {
        float[] scale = Numbers(metadata, ModelMetadata.Scale) ?? [usual];
        string? why = scale.Length == 1 ? PreprocessingRules.WhyNoScale(scale[0]) : "one number is needed";
        return why is null ? scale[0] : throw new ModelException($"Metadata imc.scale is '{metadata[ModelMetadata.Scale]}'; {why}.");
    }

    private static void RequireChannels(IReadOnlyDictionary<string, string> metadata, Flow image)
    {
        foreach (string key in new[] { ModelMetadata.Mean, ModelMetadata.Std })
            if (Numbers(metadata, key) is { } numbers && image.Shape.Rank == 3 && numbers.Length != image.Shape[0])
                throw new ModelException($"Metadata {key} has {numbers.Length} numbers; "
                    + $"input '{image.Name}' {image.Shape} has {image.Shape[0]} channels, and there must be one for each.");
    }

    /// <summary>Reads numbers separated by commas; null if the key is missing.</summary>
    private static float[]? Numbers(IReadOnlyDictionary<string, string> metadata, string key)
    {
        if (!metadata.TryGetValue(key, out string? text)) return null;
        return Array.ConvertAll(text.Trim('[', ']').Split(','),
            part => float.TryParse(part, NumberStyles.Float, CultureInfo.InvariantCulture, out float number) && float.IsFinite(number)
            ? number
            : throw new ModelException($"Metadata {key} is '{text}'; it must be numbers separated by commas, one per channel."));
    }
}
