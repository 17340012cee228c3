using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>What precedes evaluation: a float network is quantized, ADC ranges are calibrated; on images that are not evaluated.</summary>
internal sealed class Preparation(string path, OnnxModel model, ComparedData data, int threads, Report report)
{
    private readonly Lazy<ImageSet> _images = new(data.CalibrationImages);
    private readonly Dictionary<(int Rows, MappingKind Mapping, bool LegacyOverfull), ConversionHistogram[]> _histograms = [];

    /// <summary>The network is quantized here.</summary>
    public bool ModelIsFloat { get; } = PostTrainingQuantizer.IsFloat(model);

    /// <summary>The network for the macro. Settings that have no effect on it are named. A quantized one keeps its own scales and levels; a float one is quantized after the specification.</summary>
    /// <exception cref="ImcException">The network is not supported, or no layer of it runs on the macro.</exception>
    public async Task<ImportedNetwork> ImportAsync(RunSpec run, CancellationToken cancellation)
    {
        var imported = NetworkImporter.Import(ModelIsFloat ? await QuantizeAsync(run, cancellation) : model, run, Path.GetFileNameWithoutExtension(path));
        Require(run, imported);
        foreach (string idle in IdleSettings.OfNetwork(run, imported.Layers, !ModelIsFloat)) report.Line(idle);
        if (imported.Network.MacroLayers.Count > 0) return imported;
        throw new ImcException($"No layer of '{path}' runs on the macro, e.g. {string.Join("; ", imported.Layers.Take(3).Select(layer => $"{layer.Name}: {layer.Reason}"))}. "
            + (ModelIsFloat ? "Leave layers on it in the specification's 'layers'." : "'imc inspect' says why of each; a float network is quantized here."));
    }

    /// <summary>That another specification for the same network asks nothing of it that it cannot have.</summary>
    /// <exception cref="ImcException">The network is quantized already, and the specification quantizes.</exception>
    public void Require(RunSpec run, ImportedNetwork imported)
    {
        if (!ModelIsFloat) IdleSettings.RequireNone(path, run, imported.Layers);
    }

    /// <summary>That every label of the images is one of the network's classes, and every class one of theirs.</summary>
    /// <exception cref="ImcException">They differ in number.</exception>
    public void RequireClasses(Network network)
    {
        int ofData = data.Evaluated.ClassNames.Length;
        if (network.Classes != ofData)
            throw new ImcException($"'{Path.GetFileName(path)}' tells {network.Classes} classes apart; the images of {data.Name} have {ofData}. Accuracy needs the same: give images that the network was trained for, or a network for these images.");
    }

    /// <summary>Ranges of the ADCs whose range is calibrated; null where there are none. Settings that cut rows alike share the images' run.</summary>
    public async Task<Calibration?> CalibrateAsync(MappedNetwork mapped, RunSpec run, CancellationToken cancellation)
    {
        if (!Calibrator.IsNeeded(mapped, run)) return null;
        var cut = (run.Macro.Rows, run.Macro.Mapping, run.Macro.LegacyOverfull);
        if (!_histograms.TryGetValue(cut, out var histograms))
            _histograms[cut] = histograms = await report.WithCountAsync("Calibration", "images", _images.Value.Count, progress =>
                Calibrator.Histograms(mapped, _images.Value, threads, progress, cancellation));
        return await Task.Run(() => Calibrator.Calibrate(mapped, run, histograms), cancellation);
    }

    private async Task<OnnxModel> QuantizeAsync(RunSpec run, CancellationToken cancellation)
    {
        var (spec, images) = (run.Quantization, _images.Value);
        report.Line($"'{Path.GetFileName(path)}' is a float network; it is quantized to {spec.WeightBits}-bit weights and {spec.ActivationBits}-bit activations on {images.Count} images of {images.Name}{(run.Calibration.Data is null ? " that are not evaluated" : "")}.");
        var samples = await report.WithCountAsync("Quantization", "images", images.Count, progress => ActivationSampler.Sample(model, run, images, threads, progress, cancellation));
        return await Task.Run(() => PostTrainingQuantizer.Quantize(model, run, samples), cancellation);
    }
}
