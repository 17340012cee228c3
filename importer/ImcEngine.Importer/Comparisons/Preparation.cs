using System.Globalization;
using ImcEngine.Cost;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Importer.Lowering;
using ImcEngine.Importer.Onnx;
using ImcEngine.Importer.Quantization;
using ImcEngine.Kernels.Histograms;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Importer.Comparisons;

/// <summary>Prepares an evaluation on the calibration images: quantizes a float network and calibrates ADC ranges.</summary>
/// <param name="kept">What earlier runs computed.</param>
internal sealed class Preparation(string path, OnnxModel model, ComparedData data, int threads, IRunReport report, KeptResults kept)
{
    /// <summary>The images on which driven products are measured: few, since energies hardly differ between images.</summary>
    private const int CostImages = 8;

    private ImageSet? _images;
    private readonly Dictionary<string, RowGroupHistograms[]> _histograms = [];
    private readonly Dictionary<string, Corrections?> _corrections = [];
    private readonly Dictionary<string, IReadOnlyList<DrivenProducts>> _products = [];

    /// <summary>The number of calibration images that are also evaluated; known once they have been taken.</summary>
    public int EvaluatedCalibrationImages { get; private set; }

    private ImageSet Images => _images ??= TakeImages();

    /// <summary>Whether the network is float, so that it is quantized here.</summary>
    public bool ModelIsFloat { get; } = UserFiles.IsFloat(path, model);

    /// <summary>
    /// Returns the network for the macro, and reports settings without effect. A quantized network keeps its own scales and levels; a
    /// float network is quantized as the specification says.
    /// </summary>
    /// <param name="plan">The plan of this network under this run.</param>
    /// <exception cref="ImcException">The network is not supported, or cannot be quantized as specified.</exception>
    public async Task<ImportedNetwork> ImportAsync(PlannedNetwork plan, RunSpec run, CancellationToken cancellation)
    {
        var imported = plan.Imported ?? UserFiles.Network(path, await QuantizeAsync(run, cancellation), run);
        foreach (string idle in IdleSettings.OfNetwork(run, imported.Layers, !ModelIsFloat)) report.Line(idle);
        return imported;
    }

    /// <summary>Returns what runs on the macro, before anything long begins.</summary>
    /// <exception cref="ImcException">As <see cref="PlannedNetwork.Plan"/> and <see cref="PlannedNetwork.Require"/>.</exception>
    public PlannedNetwork Plan(IEnumerable<RunSpec> runs, Calibration? frozen)
    {
        var all = runs.ToList();
        var plan = PlannedNetwork.Plan(path, model, all[0], data.Evaluated);
        foreach (var run in all) plan.Require(run, frozen);
        foreach (string hint in TableFindings.Hints(all)) report.Line(hint);
        return plan;
    }

    /// <summary>Checks that the network and the images have the same classes.</summary>
    /// <exception cref="ImcException">They differ in number.</exception>
    public void RequireClasses(PlannedNetwork plan)
    {
        if (!data.Evaluated.IsLabelled) return;
        int ofData = data.Evaluated.ClassNames.Length;
        if (data.Evaluated.Outputs is not null || AreNumbers(data.Evaluated.ClassNames)) RequireOutputs(plan.Network.Classes);
        else if (plan.Network.Classes != ofData)
            throw new ImcException($"'{Path.GetFileName(path)}' distinguishes {plan.Network.Classes} classes; "
                + $"the images of {data.Name} have {ofData}. "
                + "Accuracy needs equal numbers: give images that the network was trained for, a network for these images, "
                + "or with --labels the network's output of each class.");
    }

    private void RequireOutputs(int outputs)
    {
        int largest = data.Evaluated.ClassNames.Length - 1;
        if (largest < outputs) return;
        bool isFrom1 = largest == outputs && !data.Evaluated.Labels().Contains(0);
        throw new ImcException($"'{Path.GetFileName(path)}' has {outputs} outputs, 0 to {outputs - 1}; "
            + $"{data.Evaluated.Outputs?.LargestAt ?? $"the data of {data.Name}"} states the label {largest}. "
            + (isFrom1 ? "No evaluated image has the label 0: do your labels count from 1? Give them from 0."
                : "Give images that the network was trained for, or with --labels the network's output of each class."));
    }

    /// <summary>Whether classes have no names: labels are then the network's outputs, and the data may lack the last ones.</summary>
    private static bool AreNumbers(IReadOnlyList<string> classNames) =>
        Enumerable.Range(0, classNames.Count).All(label => classNames[label] == label.ToString(CultureInfo.InvariantCulture));

    /// <summary>Returns the calibrated ADCs and the corrections of the ideal die; null if there are none.
    /// Settings that cut rows alike share one run of the images, settings that differ in their dies share corrections.</summary>
    public async Task<Calibration?> CalibrateAsync(MappedNetwork mapped, RunSpec run, CancellationToken cancellation)
    {
        if (!Calibrator.IsNeeded(mapped, run)) return null;
        var histograms = await HistogramsAsync(mapped, run, cancellation);
        var designed = await Task.Run(() => Calibrator.Calibrate(mapped, run, histograms), cancellation);
        string key = Corrections.HashOf(run);
        if (!_corrections.TryGetValue(key, out var corrections))
            _corrections[key] = corrections = run.Calibration.Correct == DigitalCorrection.None ? null
                : (await report.WithCountAsync("Correction", "layers", mapped.Layers.Count, progress =>
                    DigitalCorrector.AddTo(designed, mapped, run, Images, threads, progress, cancellation))).Corrections;
        return designed with { Corrections = corrections };
    }

    /// <summary>Makes a die, and trims it where the run asks for it.</summary>
    public Die MakeDie(MappedNetwork mapped, RunSpec run, Calibration? calibration, uint seed, CancellationToken cancellation)
    {
        var die = new Die(mapped, run, calibration, seed: seed);
        return run.Calibration.TrimsDies ? Calibrator.Trim(die, run, Images, threads, cancellation) : die;
    }

    /// <summary>Fits the corrections of one die.</summary>
    public Corrections Fit(Die die, RunSpec run, CancellationToken cancellation) =>
        DigitalCorrector.Fit(die, run.Calibration.Correct, Images, threads, null, cancellation);

    /// <summary>Returns the histograms of all partial sums of calibration images in the digital network, one or several for each layer on
    /// the macro (<see cref="Calibrator.SeparateRowGroups"/>).</summary>
    public async Task<RowGroupHistograms[]> HistogramsAsync(MappedNetwork mapped, RunSpec run, CancellationToken cancellation)
    {
        bool[] byRowGroup = Calibrator.SeparateRowGroups(mapped, run);
        string cut = $"{mapped.CutsInWords}; {KeptResults.SeparateInWords(byRowGroup)}";
        if (!_histograms.TryGetValue(cut, out var histograms))
            _histograms[cut] = histograms = await kept.HistogramsAsync(mapped, Images, byRowGroup, () =>
                report.WithCountAsync("Calibration", "images", Images.Count,
                    progress => Calibrator.Histograms(mapped, Images, threads, byRowGroup, progress, cancellation)));
        return histograms;
    }

    /// <summary>Returns the first calibration images.</summary>
    public ImageSet CalibrationSample(int most) => Images.First(Math.Min(most, Images.Count));

    /// <summary>Returns the cost of an image, with driven products measured on the first evaluated images. Settings with the same arrays
    /// share the measurement.</summary>
    /// <param name="most">The most images.</param>
    public async Task<NetworkCost> CostAsync(MappedNetwork mapped, RunSpec run, CancellationToken cancellation, int most = CostImages)
    {
        string arrays = PlannedNetwork.ArraysOf(run);
        if (!_products.TryGetValue(arrays, out var products))
        {
            var images = data.Sample(most);
            _products[arrays] = products = await report.WithCountAsync("Driven products", "images", images.Count,
                progress => DrivenProductsMeasurement.Measure(mapped, images, threads, progress, cancellation));
        }
        return NetworkCosts.Of(mapped, run, products);
    }

    private ImageSet TakeImages()
    {
        var images = data.CalibrationImages();
        EvaluatedCalibrationImages = data.CountEvaluatedOf(images);
        if (EvaluatedCalibrationImages > 0)
            report.Line($"{EvaluatedCalibrationImages} of the {images.Count} calibration images are also evaluated, "
                + "so the accuracy is too optimistic. "
                + "Leave --calibration-data out, or give images that are not in --data.");
        return images;
    }

    private async Task<OnnxModel> QuantizeAsync(RunSpec run, CancellationToken cancellation)
    {
        var (spec, images) = (run.Quantization, Images);
        report.Line($"'{Path.GetFileName(path)}' is a float network; "
            + $"it is quantized to {spec.WeightBits}-bit weights and {spec.ActivationBits}-bit activations on {images.Count} images of "
            + $"{images.Name}{(run.Calibration.Data is null ? " that are not evaluated" : "")}.");
        var samples = await report.WithCountAsync("Quantization", "images", images.Count,
            progress => ActivationSampler.Sample(model, run, images, threads, progress, cancellation));
        return await Task.Run(() => PostTrainingQuantizer.Quantize(model, run, samples), cancellation);
    }
}
