using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Attribution;
using ImcEngine.Evaluation.Data;
using ImcEngine.Importer;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli.Attribution;

/// <summary>One die's accuracy and what it does to each layer.</summary>
/// <param name="Layers">Empty where no layer statistics were asked for.</param>
internal sealed record AttributedDie(double Top1, IReadOnlyList<LayerStatistics> Layers);

/// <summary>A source of error alone, and everything without it.</summary>
/// <param name="Without">Null where it cannot be taken away.</param>
internal sealed record AttributedSource(ErrorSource Source, AttributedDie Alone, AttributedDie? Without);

/// <param name="InputSqnrDb">Of quantization, per layer; empty where no layer statistics were asked for.</param>
internal sealed record AttributionResults(
    ComparedModel Model, ComparedData Data, RunSpec Run, uint DieSeed, uint Seed, double FloatTop1, double DigitalTop1, IReadOnlyList<double> InputSqnrDb, AttributedDie Ideal, AttributedDie Everything,
    IReadOnlyList<AttributedSource> Sources)
{
    /// <summary>What a source alone is held against: exact sums, or for an error of the die the ADC alone.</summary>
    public double BaselineOf(AttributedSource source) => source.Source.OfDie ? Ideal.Top1 : DigitalTop1;
}

/// <summary>Runs the same images through float, digital, and every die that differs in one source of error. One die is in memory at a time.</summary>
/// <param name="frozen">Calibrated ranges; null: calibrate.</param>
/// <param name="statistics">Images of each instrumented run; 0 for none.</param>
internal sealed class AttributionRun(ComparedModel model, ComparedData data, RunSpec run, Calibration? frozen, int threads, uint dieSeed, uint seed, int statistics, Report report)
{
    private readonly Preparation _preparation = new(model.Path, model.Model, data, threads, report, model.Float);

    public async Task<AttributionResults> RunAsync(CancellationToken cancellation)
    {
        var network = (await _preparation.ImportAsync(run, cancellation)).Network;
        var mapped = new MappedNetwork(network, run.Macro);
        var sources = new ErrorSources(mapped, run, frozen ?? await _preparation.CalibrateAsync(mapped, run, cancellation), dieSeed);

        var images = data.Evaluated;
        double floats = Top1(await report.WithCountAsync("Float (OnnxRuntime)", "images", images.Count, progress =>
            FloatMeasurement.Logits(model.Float, model.FloatPreprocessing, network.Classes, images, threads, progress, cancellation)));
        double digital = Top1(await report.WithCountAsync("Digital", "images", images.Count, progress => new NetworkRunner(mapped, new(threads)).Run(images, null, progress, cancellation)));
        var observed = Observed;
        var inputs = statistics == 0 ? []
            : await report.WithCountAsync("Quantization, layer statistics", "images", observed.Count, progress => InputQuantization.SqnrDb(mapped, observed, threads, progress, cancellation));
        var everything = await RunDie("Everything", sources.Everything, cancellation);
        var ideal = sources.HasDieErrors ? await RunDie("ADC alone", sources.Ideal, cancellation) : everything;
        var attributed = new List<AttributedSource>();
        foreach (var source in sources.Sources)
            attributed.Add(new(source, source.Name == ErrorSources.AdcName ? ideal : await RunDie($"{source.Name} alone", source.On, cancellation),
                source.Off is { } off ? await RunDie($"without {source.Name}", off, cancellation) : null));
        return new(model, data, run, dieSeed, seed, floats, digital, inputs, ideal, everything, attributed);
    }

    private ImageSet Observed => data.Evaluated.First(Math.Clamp(statistics, 1, data.Evaluated.Count));

    private async Task<AttributedDie> RunDie(string title, Func<Die> make, CancellationToken cancellation)
    {
        var (images, observed) = (data.Evaluated, Observed);
        var die = await Task.Run(make, cancellation);
        var logits = await report.WithCountAsync(title, "images", images.Count, progress => new NetworkRunner(die.Mapped, new(threads)).Run(images, die, progress, cancellation, new(seed)));
        var layers = statistics == 0 ? []
            : await report.WithCountAsync($"{title}, layer statistics", "images", observed.Count, progress => LayerStatistics.Gather(die, observed, threads, progress, cancellation, new(seed)));
        return new(Top1(logits), layers);
    }

    private double Top1(float[] logits) => new ComparedPass(logits, data.Evaluated, 0).Top1;
}
