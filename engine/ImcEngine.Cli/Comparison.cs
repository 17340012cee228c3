using System.Diagnostics;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Importer;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli;

/// <summary>Runs the same images through float (OnnxRuntime), digital (exact sums) and IMC.</summary>
/// <param name="frozen">Calibrated ranges; null: calibrate.</param>
/// <param name="dieSeed">Which die.</param>
/// <param name="seed">Of temporal noise.</param>
/// <param name="statistics">Images of each setting's instrumented run; 0 for none.</param>
internal sealed class Comparison(ComparedModel model, ComparedData data, Calibration? frozen, RunnerOptions runner, uint dieSeed, uint seed, int statistics, Report report)
{
    private const int TimedFloatImages = 256;

    private readonly ImageSet _images = data.Evaluated;
    private readonly Preparation _preparation = new(model.Path, model.Model, data, runner.Threads, report);

    public async Task<ComparisonResults> RunAsync(IReadOnlyList<RunSpec> points, CancellationToken cancellation)
    {
        var imported = await _preparation.ImportAsync(points[0], cancellation);
        var network = imported.Network;
        var dies = new List<Die>();
        foreach (var run in points) dies.Add(await MakeDie(network, run, cancellation));

        var floats = await RunFloat(network, cancellation);
        var digital = await RunNetwork("Digital", new(network, points[0].Macro), null, cancellation);
        var results = new List<ComparisonPoint>();
        foreach (var (die, run) in dies.Zip(points)) results.Add(await RunPoint(die, run, digital, points.Count == 1 ? "IMC" : $"IMC {results.Count + 1} of {points.Count}", cancellation));
        return new(model, data, imported.Layers, runner, dieSeed, seed, floats, digital, results);
    }

    private async Task<ComparedPass> RunFloat(Network network, CancellationToken cancellation)
    {
        var logits = await Count("Float (OnnxRuntime)", _images, progress => FloatMeasurement.Logits(
            model.Float, model.FloatPreprocessing, network.Classes, _images, runner.Threads, progress, cancellation));
        double speed = await Task.Run(() => FloatMeasurement.ImagesPerSecond(
            model.Model, network.Preprocessing, network.Classes, First(TimedFloatImages), runner.Threads), cancellation);
        return new(logits, _images, speed);
    }

    /// <summary>Of all settings before any runs, so that one which cannot be built is refused at once.</summary>
    private async Task<Die> MakeDie(Network network, RunSpec run, CancellationToken cancellation)
    {
        var mapped = new MappedNetwork(network, run.Macro);
        return new(mapped, run, frozen ?? await _preparation.CalibrateAsync(mapped, run, cancellation), seed: dieSeed);
    }

    private async Task<ComparisonPoint> RunPoint(Die die, RunSpec run, ComparedPass digital, string title, CancellationToken cancellation)
    {
        var imc = die.HasExactSums ? digital : await RunNetwork(title, die.Mapped, die, cancellation);
        var observed = First(statistics);
        var layers = statistics == 0 ? []
            : await Count($"{title}, layer statistics", observed, progress => LayerStatistics.Gather(die, observed, runner.Threads, progress, cancellation, new(seed)));
        return new(run, imc, die.Mapped.ConversionsPerImage, die.Mapped.Arrays, die.KernelNames, layers);
    }

    /// <summary>Timed with the code compiled and the memory in place.</summary>
    private async Task<ComparedPass> RunNetwork(string title, MappedNetwork mapped, Die? die, CancellationToken cancellation)
    {
        var networkRunner = new NetworkRunner(mapped, runner);
        return await Count(title, _images, progress =>
        {
            networkRunner.Run(First(2 * runner.Threads), die, null, cancellation, new(seed));
            long start = Stopwatch.GetTimestamp();
            var logits = networkRunner.Run(_images, die, progress, cancellation, new(seed));
            return new ComparedPass(logits, _images, _images.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        });
    }

    private ImageSet First(int most) => _images.First(Math.Clamp(most, 1, _images.Count));

    private Task<T> Count<T>(string title, ImageSet images, Func<Action<int>, T> work) => report.WithCountAsync(title, "images", images.Count, work);
}
