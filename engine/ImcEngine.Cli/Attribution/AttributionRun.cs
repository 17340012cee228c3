using System.Text.Json.Nodes;
using ImcEngine.Cost;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Attribution;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli.Attribution;

/// <summary>The accuracy and the layer statistics of one die.</summary>
/// <param name="Layers">Empty where no layer statistics were asked for.</param>
internal sealed record AttributedDie(ComparedPass Pass, IReadOnlyList<LayerStatistics> Layers)
{
    /// <summary>The digital corrections of the die; null for none.</summary>
    public Corrections? Corrections { get; init; }
}

/// <summary>A source of error alone, and everything without it.</summary>
/// <param name="Loss">What the source costs alone, against the run that it is added to.</param>
/// <param name="Gain">The loss of everything against everything without the source; null if it cannot be taken away.</param>
/// <param name="Without">Everything without the source; null if it cannot be taken away.</param>
internal sealed record AttributedSource(ErrorSource Source, AttributedDie Alone, PairedDifference Loss, AttributedDie? Without,
    PairedDifference? Gain);

/// <param name="LayerNames">Names of all layers of the network.</param>
/// <param name="Clamped">Clamped conversions with everything on; null if no table clamps.</param>
/// <param name="Cost">What an image costs on the macro.</param>
/// <param name="InputSqnrDb">SQNR of quantization per layer, in dB; empty where no layer statistics were asked for.</param>
internal sealed record AttributionResults(
    ComparedModel Model, ComparedData Data, RunSpec Run, JsonArray Operands, uint DieSeed, uint Seed, ComparedPass Float,
    ComparedPass Digital, IReadOnlyList<double> InputSqnrDb, AttributedDie Ideal,
    AttributedDie Everything, IReadOnlyList<AttributedSource> Sources, IReadOnlyList<string> LayerNames, ClampedShare? Clamped,
    NetworkCost Cost);

/// <summary>Runs the same images through float, digital, and every die that differs in one source of error.
/// One die is in memory at a time.</summary>
/// <param name="frozen">Calibrated ranges; null: calibrate.</param>
/// <param name="statistics">Images of each instrumented run; 0 for none.</param>
/// <param name="idleOptions">As in <see cref="Comparison"/>.</param>
/// <param name="kept">What earlier runs computed.</param>
internal sealed class AttributionRun(
    ComparedModel model, ComparedData data, RunSpec run, Calibration? frozen, int threads, uint dieSeed, uint seed, int statistics,
    Func<bool, bool, IEnumerable<string>> idleOptions, Report report, KeptResults kept)
{
    private readonly Preparation _preparation = new(model.Path, model.Model, data, threads, report, kept);
    private ComparedPass? _floats;

    public async Task<AttributionResults> RunAsync(CancellationToken cancellation)
    {
        var plan = _preparation.Plan([run], frozen);
        _preparation.RequireClasses(plan);
        plan.RequireFloat(model, data.Evaluated, report);
        await data.CheckAsync(threads, _preparation.ModelIsFloat || run.Calibration.TrimsDies || (frozen is null && plan.Calibrates(run)),
            report, cancellation);
        var imported = await _preparation.ImportAsync(plan, run, cancellation);
        var network = imported.Network;
        var mapped = new MappedNetwork(network, run);
        foreach (string idle in idleOptions(Calibrator.IsNeeded(mapped, run), _preparation.ModelIsFloat)) report.Line(idle);
        var sources = new ErrorSources(mapped, run, frozen ?? await _preparation.CalibrateAsync(mapped, run, cancellation), dieSeed,
            run.Calibration.Correct == DigitalCorrection.None ? null : die => _preparation.Fit(die, run, cancellation));

        var images = data.Evaluated;
        var preprocessing = model.FloatPreprocessing.Preprocessing;
        var floats = _floats = Pass(await kept.FloatLogitsAsync(model.Float, preprocessing, network.Classes, images, threads,
            () => report.WithCountAsync("Float (OnnxRuntime)", "images", images.Count, progress => FloatMeasurement.Logits(
                model.Float, preprocessing, network.Classes, images, threads, progress, cancellation,
                mostAtOnce: ActivationMemory.MostImages(network)))));
        var digital = Pass(await kept.DigitalLogitsAsync(network, images, () => report.WithCountAsync("Digital", "images", images.Count,
            progress => new NetworkRunner(mapped, new(threads)).Run(images, null, progress, cancellation))));
        var observed = Observed;
        var inputs = statistics == 0 ? []
            : await report.WithCountAsync("Quantization, layer statistics", "images", observed.Count,
                progress => InputQuantization.SqnrDb(mapped, observed, threads, progress, cancellation));
        var everything = await RunDie("Everything", sources.Everything, cancellation);
        var ideal = sources.HasDieErrors ? await RunDie("ADC alone", sources.Ideal, cancellation) : everything;
        var attributed = new List<AttributedSource>();
        foreach (var source in sources.Sources)
        {
            var alone = source.Name == ErrorSources.AdcName ? ideal : await RunDie($"{source.Name} alone", source.On, cancellation);
            var without = source.Off is { } off ? await RunDie($"without {source.Name}", off, cancellation) : null;
            // An error of the die moves edges, so it is compared with the ADC alone.
            attributed.Add(new(source, alone, alone.Pass.Against(source.OfDie ? ideal.Pass : digital), without,
                without is null ? null : everything.Pass.Against(without.Pass)));
        }
        var counted = data.Sample(statistics == 0 ? ClampedShare.UsualImages : statistics);
        var clamped = !sources.Clamps ? null
            : await Task.Run(() => ClampedShare.Measure(sources.Everything(), counted, threads, cancellation, new(seed)), cancellation);
        return new(model, data, run, RunOutput.OperandsToJson(network), dieSeed, seed, floats, digital, inputs, ideal, everything,
            attributed, [.. imported.Layers.Select(layer => layer.Name)], clamped, await _preparation.CostAsync(mapped, run, cancellation));
    }

    private ImageSet Observed => data.Sample(statistics);

    private async Task<AttributedDie> RunDie(string title, Func<Die> make, CancellationToken cancellation)
    {
        var (images, observed) = (data.Evaluated, Observed);
        var die = await Task.Run(make, cancellation);
        var logits = await report.WithCountAsync(title, "images", images.Count,
            progress => new NetworkRunner(die.Mapped, new(threads)).Run(images, die, progress, cancellation, new(seed)));
        var layers = statistics == 0 ? []
            : await report.WithCountAsync($"{title}, layer statistics", "images", observed.Count,
                progress => LayerStatistics.Gather(die, observed, threads, progress, cancellation, new(seed)));
        return new(Pass(logits), layers) { Corrections = die.Corrections };
    }

    private ComparedPass Pass(float[] logits) => new(logits, data.Evaluated, 0, _floats);
}
