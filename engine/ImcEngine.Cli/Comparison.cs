using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Importer;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli;

/// <summary>Runs the same images through float (OnnxRuntime), digital (exact sums) and IMC.</summary>
/// <param name="frozen">Calibrated ranges; null: calibrate.</param>
/// <param name="dies">Every setting runs on these.</param>
/// <param name="statistics">Images of each setting's instrumented run; 0 for none.</param>
/// <param name="idleOptions">Options without effect,
/// given whether any ADC range is calibrated and whether the network is quantized here.</param>
internal sealed class Comparison(
    ComparedModel model, ComparedData data, Calibration? frozen, RunnerOptions runner, DieChoice dies, int statistics,
    Func<bool, bool, IEnumerable<string>> idleOptions, Report report)
{
    private const int TimedFloatImages = 256;

    private readonly ImageSet _images = data.Evaluated;
    private readonly Preparation _preparation = new(model.Path, model.Model, data, runner.Threads, report);

    public async Task<ComparisonResults> RunAsync(IReadOnlyList<ComparisonSetting> settings, CancellationToken cancellation)
    {
        var plan = _preparation.Plan(settings.Select(setting => setting.Run), frozen);
        SettingEffects.RequireDifferent(settings, [.. plan.OnMacro.Select(layer => layer.Name)]);
        _preparation.RequireClasses(plan);
        plan.RequireFloat(model, report);
        var imported = await _preparation.ImportAsync(plan, settings[0].Run, cancellation);
        var network = imported.Network;
        // All are built before any runs, so that one which cannot be is refused at once.
        var runs = new Queue<SettingRun>();
        foreach (var setting in settings) runs.Enqueue(await Build(network, setting, cancellation));
        var moved = runs.Select(run => DiePairing.FirstLayerMoved(runs.Peek().Mapped, run.Mapped)).ToArray();

        bool hasRanges = runs.Any(run => Calibrator.IsNeeded(run.Mapped, run.Setting.Run));
        foreach (string idle in idleOptions(hasRanges, _preparation.ModelIsFloat)) report.Line(idle);

        var floats = await RunFloat(network, cancellation);
        var digital = await RunNetwork("Digital", new(network, settings[0].Run.Macro), null, cancellation);
        var results = new List<ComparisonPoint>();
        while (runs.TryDequeue(out var run))
            results.Add(await RunPoint(run, digital, settings.Count == 1 ? "IMC" : $"IMC {results.Count + 1} of {settings.Count}",
                cancellation));
        return new(model, data, imported.Layers, RunOutput.OperandsToJson(network), runner, dies, floats, digital, results,
            _preparation.EvaluatedCalibrationImages, moved);
    }

    private async Task<ComparedPass> RunFloat(Network network, CancellationToken cancellation)
    {
        var logits = await Count("Float (OnnxRuntime)", _images, progress => FloatMeasurement.Logits(
            model.Float, model.FloatPreprocessing.Preprocessing, network.Classes, _images, runner.Threads, progress, cancellation,
            mostAtOnce: ActivationMemory.MostImages(network)));
        double speed = await Task.Run(() => FloatMeasurement.ImagesPerSecond(
            model.Model, network.Preprocessing, network.Classes, First(TimedFloatImages), runner.Threads,
            mostAtOnce: ActivationMemory.MostImages(network)), cancellation);
        return new(logits, _images, speed);
    }

    private async Task<SettingRun> Build(Network network, ComparisonSetting setting, CancellationToken cancellation)
    {
        var mapped = new MappedNetwork(network, setting.Run.Macro);
        var calibration = frozen ?? await _preparation.CalibrateAsync(mapped, setting.Run, cancellation);
        return new(setting, mapped, calibration, new(mapped, setting.Run, calibration, seed: dies.First));
    }

    private async Task<ComparisonPoint> RunPoint(SettingRun run, ComparedPass digital, string title, CancellationToken cancellation)
    {
        var die = run.FirstDie;
        var imc = die.HasExactSums ? digital : await RunNetwork(title, run.Mapped, die, cancellation);
        var observed = First(statistics);
        var layers = statistics == 0 ? []
            : await Count($"{title}, layer statistics", observed,
                progress => LayerStatistics.Gather(die, observed, runner.Threads, progress, cancellation, new(dies.Seed)));
        var clamped =
            await Task.Run(() => ClampedShare.Measure(die, First(statistics == 0 ? ClampedShare.UsualImages : statistics), runner.Threads,
                cancellation, new(dies.Seed)), cancellation);
        return new(run.Setting, imc, run.Mapped.ConversionsPerImage, run.Mapped.Arrays, die.KernelNames, die.Bytes, layers,
            await RunDies(run, imc, title, cancellation), clamped);
    }

    /// <summary>What nothing distinguishes is computed once: repeats without temporal noise, dies without static errors.</summary>
    private async Task<DieSeries> RunDies(SettingRun run, ComparedPass first, string title, CancellationToken cancellation)
    {
        int differentRepeats = run.Setting.Run.HasTemporalNoise ? dies.Repeats : 1,
            differentDies = run.Setting.Run.Macro.Die.HasStaticErrors ? dies.Count : 1;
        var series = new List<DieResult>();
        for (int i = 0; i < dies.Count; i++)
        {
            uint seed = dies.First + (uint)i;
            if (i >= differentDies)
            {
                series.Add(new(seed, series[0].Repeats));
                continue;
            }
            var die = i == 0 ? run.FirstDie
                : await Task.Run(() => new Die(run.Mapped, run.Setting.Run, run.Calibration, seed: seed), cancellation);
            var repeats = new List<DieRun>();
            for (int repeat = 0; repeat < differentRepeats; repeat++)
                repeats.Add((i, repeat) == (0, 0) ? first.ToDieRun()
                    : await RunDie($"{title}, die {seed}{(differentRepeats > 1 ? $", repeat {repeat + 1} of {dies.Repeats}" : "")}", die,
                        repeat, cancellation));
            while (repeats.Count < dies.Repeats) repeats.Add(repeats[0]);
            series.Add(new(seed, repeats));
        }
        return new(series, DiesAreEqual: dies.Count > 1 && differentDies == 1);
    }

    private Task<DieRun> RunDie(string title, Die die, int repeat, CancellationToken cancellation) => Count(title, _images, progress =>
        new ComparedPass(new NetworkRunner(die.Mapped, runner).Run(_images, die, progress, cancellation, new(dies.Seed, repeat)), _images,
            0).ToDieRun());

    /// <summary>Timed with the code compiled and the memory in place.</summary>
    private async Task<ComparedPass> RunNetwork(string title, MappedNetwork mapped, Die? die, CancellationToken cancellation)
    {
        var networkRunner = new NetworkRunner(mapped, runner);
        return await Count(title, _images, progress =>
        {
            networkRunner.Run(First(2 * runner.Threads), die, null, cancellation, new(dies.Seed));
            long start = Stopwatch.GetTimestamp();
            var logits = networkRunner.Run(_images, die, progress, cancellation, new(dies.Seed));
            return new ComparedPass(logits, _images, _images.Count / Stopwatch.GetElapsedTime(start).TotalSeconds);
        });
    }

    private ImageSet First(int most) => _images.First(Math.Clamp(most, 1, _images.Count));

    private Task<T> Count<T>(string title, ImageSet images, Func<Action<int>, T> work) =>
        report.WithCountAsync(title, "images", images.Count, work);

    /// <summary>A setting that can run.</summary>
    /// <param name="FirstDie">Of the dies' seeds.</param>
    private sealed record SettingRun(ComparisonSetting Setting, MappedNetwork Mapped, Calibration? Calibration, Die FirstDie);
}
