using ImcEngine.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// A network as it will run on the macro, known before a float one is quantized and before any image runs. What would make a
/// specification, a calibration or the float network unusable later is refused here.
/// </summary>
internal sealed class PlannedNetwork
{
    private readonly string _path;
    private readonly string[] _names;
    private string? _mappedFor;
    private MappedLayer[] _mapped = [];

    private PlannedNetwork(string path, IReadOnlyList<PlannedLayer> onMacro, IEnumerable<string> names, Network network,
        ImportedNetwork? imported) =>
        (_path, OnMacro, _names, Network, Imported) = (path, onMacro, [.. names], network, imported);

    /// <summary>The layers on the macro, in graph order.</summary>
    public IReadOnlyList<PlannedLayer> OnMacro { get; }

    /// <summary>The network of the file; a float network is not quantized yet.</summary>
    public Network Network { get; }

    /// <summary>The imported network; null for a float network, which must be quantized first.</summary>
    public ImportedNetwork? Imported { get; }

    /// <param name="run">Gives the formats of a float network, and the layers that are digital.</param>
    /// <exception cref="ImcException">The network is not supported, or no layer of it runs on the macro.</exception>
    public static PlannedNetwork Plan(string path, OnnxModel model, RunSpec run, ImageSet images) =>
        UserFiles.IsFloat(path, model) ? OfFloat(path, model, run, images) : OfQuantized(path, model, run, images);

    /// <summary>Returns what of a run decides where weights are placed, as text; ADCs, dies and technology do not.</summary>
    public static string ArraysOf(RunSpec run) => RunSpecJson.Write(new RunSpec { Macro = run.Macro, Layers = run.Layers }.WithMacros(
        macro => macro with { Name = "", Source = null, Adc = new(), Die = new(), Technology = new() }, _ => new()));

    /// <param name="run">A run with the quantization and the digital layers that the plan was made for.</param>
    /// <param name="frozen">Calibrated ranges; null: they will be found.</param>
    /// <exception cref="ImcException">The macro does not take the network, an override names no layer, the calibration does not fit, or a
    /// layer's ADC or a table cannot be made.</exception>
    public void Require(RunSpec run, Calibration? frozen)
    {
        run.RequireLayers(_names);
        if (Imported is not null) IdleSettings.RequireNone(_path, run, Imported.Layers);
        ModelFamilies.Require(run, Path.GetFileNameWithoutExtension(_path),
            OnMacro.Select(layer => (layer.Name, layer.Input, layer.Weight)));
        if (Imported is not null) frozen?.RequireNetwork(Network.Name, Network.Sha256);
        frozen?.RequireMadeFor(run);
        var mapped = Mapped(run);
        UserFiles.Tables(run, () =>
        {
            for (int i = 0; i < mapped.Length; i++)
                if (frozen is not null || !LayerAdcs.NeedsCalibration(run, OnMacro[i].Name))
                    LayerAdcs.Create(run, OnMacro[i].Name, mapped[i], frozen);
            LayerAdcs.RequireNoise(run, OnMacro.Select((layer, i) => (layer.Name, mapped[i])));
            return mapped;
        });
    }

    /// <exception cref="ImcException">OnnxRuntime cannot load or run the float network,
    /// or it does not take these images or names other classes.</exception>
    public void RequireFloat(ComparedModel model, ImageSet images, IRunReport report)
    {
        string path = model.FloatPath ?? model.Path;
        report.WithNotice(LoadingNotice(path), () => Reading.File(path, "running the float network on one image",
            () => FloatMeasurement.Require(model.Float, model.FloatPreprocessing.Preprocessing, Network.Classes, images)));
    }

    /// <summary>Whether a run has ADCs to design, or corrections to fit.</summary>
    public bool Calibrates(RunSpec run) =>
        OnMacro.Any(layer => LayerAdcs.NeedsCalibration(run, layer.Name) || LayerAdcs.IsCorrected(run, layer.Name));

    /// <summary>The line that tells a user why nothing happens while OnnxRuntime loads a large network.</summary>
    public static string LoadingNotice(string path) =>
        $"OnnxRuntime is loading '{Path.GetFileName(path)}', the float reference; this takes minutes for a network of thousands of nodes.";

    /// <exception cref="ImcException">No ADC of the run has a range to find.</exception>
    public void RequireCalibrated(RunSpec run)
    {
        if (!Calibrates(run))
            throw new ImcException($"No ADC of macro '{run.Macro.Name}' has a calibrated range, so there is nothing to find. "
                + "Take a macro that has one, or --set macro.adc.range=calibrated.");
    }

    private static PlannedNetwork OfFloat(string path, OnnxModel model, RunSpec run, ImageSet images)
    {
        var network = UserFiles.Network(path, model).Network;
        network.RequireImages(images);
        var outline = UserFiles.Outline(path, model, run);
        if (outline.OnMacro.Count == 0)
            throw NothingOnMacro(path, outline.Digital.Select(layer => $"{layer.Name}: {layer.Why}"),
                "Keep some layers on the macro in the specification's 'layers', e.g. "
                    + $"--set 'layers.{outline.Digital.FirstOrDefault()?.Name}.digital=false'.");
        return new(path, outline.OnMacro, [.. outline.OnMacro.Select(layer => layer.Name), .. outline.Digital.Select(layer => layer.Name)],
            network, null);
    }

    private static PlannedNetwork OfQuantized(string path, OnnxModel model, RunSpec run, ImageSet images)
    {
        var imported = UserFiles.Network(path, model, run);
        imported.Network.RequireImages(images);
        if (imported.Network.MacroLayers.Count == 0)
            throw NothingOnMacro(path, imported.Layers.Select(layer => $"{layer.Name}: {layer.Reason}"),
                "'imc inspect' says why for each layer; a float network is quantized here.");
        return new(path,
            [
                .. imported.Network.MacroLayers.Select(
                    layer => new PlannedLayer(layer.Name, layer.Geometry, layer.InputFormat, layer.WeightFormat))],
            imported.Layers.Select(layer => layer.Name), imported.Network, imported);
    }

    private static ImcException NothingOnMacro(string path, IEnumerable<string> reasons, string advice) =>
        new(reasons.Any() ? $"No layer of '{path}' runs on the macro, e.g. {string.Join("; ", reasons.Take(3))}. {advice}"
            : $"No layer of '{path}' runs on the macro, because it has no convolution and no linear layer. Give a network that has one.");

    /// <summary>The weight codes are placeholders, since no ADC depends on them.</summary>
    private MappedLayer[] Mapped(RunSpec run)
    {
        var arrays = ArraysOf(run);
        if (_mappedFor == arrays) return _mapped;
        _mapped =
            [
                .. OnMacro.Select(layer => new MappedLayer(
                    new LayerMap(layer.Name, layer.Geometry, layer.Input, layer.Weight, run.MacroOf(layer.Name)),
                    AnyCodes(layer), MayBeUndriven(layer)))];
        _mappedFor = arrays;
        return _mapped;
    }

    private bool MayBeUndriven(PlannedLayer layer) =>
        Imported?.Network.MacroLayers.First(node => node.Name == layer.Name).InputMayBeUndriven ?? false;

    private static short[] AnyCodes(PlannedLayer layer)
    {
        var codes = new short[layer.Geometry.WeightCount];
        Array.Fill(codes, (short)layer.Weight.MaxCode);
        return codes;
    }
}
