using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Mapping;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>What precedes evaluation: a float network is quantized, ADC ranges are calibrated; on images that are not evaluated.</summary>
/// <param name="beside">The float network that the macro's will be compared with; null where there is none.</param>
internal sealed class Preparation(string path, OnnxModel model, ComparedData data, int threads, Report report, OnnxModel? beside = null)
{
    private readonly Lazy<ImageSet> _images = new(data.CalibrationImages);
    private readonly Dictionary<(int Rows, MappingKind Mapping, bool LegacyOverfull), ConversionHistogram[]> _histograms = [];

    /// <summary>The network for the macro. A quantized one keeps its own scales and levels; a float one is quantized after the specification.</summary>
    /// <exception cref="ImcException">The network is not supported, takes other images than the data has, or no layer of it runs on the macro; or the float network cannot stand beside it.</exception>
    public async Task<ImportedNetwork> ImportAsync(RunSpec run, CancellationToken cancellation)
    {
        bool isFloat = PostTrainingQuantizer.IsFloat(model);
        var imported = NetworkImporter.Import(model, run, Path.GetFileNameWithoutExtension(path));
        imported.Network.RequireImages(data.Evaluated);
        if (beside is not null) await Task.Run(() => FloatMeasurement.Require(beside, imported.Network.Classes), cancellation);
        if (isFloat) imported = NetworkImporter.Import(await QuantizeAsync(run, cancellation), run, imported.Network.Name);
        if (imported.Network.MacroLayers.Count > 0) return imported;
        throw new ImcException($"No layer of '{path}' runs on the macro, e.g. {string.Join("; ", imported.Layers.Take(3).Select(layer => $"{layer.Name}: {layer.Reason}"))}. "
            + (isFloat ? "Leave layers on it in the specification's 'layers'." : "'imc inspect' says why of each; a float network is quantized here."));
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
