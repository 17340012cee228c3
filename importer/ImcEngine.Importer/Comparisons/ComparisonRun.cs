using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Importer.Comparisons;

/// <summary>One run of a <see cref="Comparison"/>.</summary>
internal sealed class ComparisonRun(ComparedModel model, ComparedData data, ComparisonOptions options, IRunReport report,
    KeptResults kept, CancellationToken cancellation)
{
    private const int TimedFloatImages = 256;

    private readonly Preparation _preparation = new(model.Path, model.Model, data, options.Runner.Threads, report, kept);

    private ImageSet Images => data.Evaluated;
    private RunnerOptions Runner => options.Runner;
    private DieChoice Dies => options.Dies;

    /// <param name="idleOptions">Sentences about options without effect,
    /// given whether any ADC range is calibrated and whether the network is quantized here.</param>
    public async Task<ComparisonResults> RunAsync(IReadOnlyList<ComparisonSetting> settings,
        Func<bool, bool, IEnumerable<string>> idleOptions)
    {
        var plan = _preparation.Plan(settings.Select(setting => setting.Run), options.Calibration);
        SettingEffects.RequireDifferent(settings, [.. plan.OnMacro.Select(layer => layer.Name)]);
        _preparation.RequireClasses(plan);
        if (!kept.HasFloatLogits(model.Float, model.FloatPreprocessing.Preprocessing, plan.Network.Classes, Images, Runner.Threads))
            plan.RequireFloat(model, Images, report);
        bool calibrates = _preparation.ModelIsFloat
            || settings.Any(setting => setting.Run.Calibration.TrimsDies || (options.Calibration is null && plan.Calibrates(setting.Run)));
        await data.CheckAsync(Runner.Threads, calibrates, report, cancellation);
        var imported = await _preparation.ImportAsync(plan, settings[0].Run, cancellation);
        var network = imported.Network;
        // All are built before any runs, so that an unusable one is refused at once.
        var runs = new Queue<SettingRun>();
        var mapped = new Dictionary<string, MappedNetwork>();
        foreach (var setting in settings) runs.Enqueue(await Build(network, setting, mapped));
        mapped.Clear();
        var moved = runs.Select(run => DiePairing.FirstLayerMoved(runs.Peek().Mapped, run.Mapped)).ToArray();

        bool hasRanges = runs.Any(run => Calibrator.IsNeeded(run.Mapped, run.Setting.Run));
        foreach (string idle in idleOptions(hasRanges, _preparation.ModelIsFloat)) report.Line(idle);

        CollectCopies();
        var floats = await RunFloat(network);
        CollectCopies();
        if (await ChanceDiagnosis.FindAsync(model, network, Images, floats, Runner.Threads, cancellation) is { } diagnosis)
            report.Line(diagnosis);
        CollectCopies();
        var digital = await RunDigital(runs.Peek().Mapped, floats);
        var points = new List<ComparisonPoint>();
        while (runs.TryDequeue(out var run))
            points.Add(await RunPoint(run, floats, digital, settings.Count == 1 ? "IMC" : $"IMC {points.Count + 1} of {settings.Count}"));
        return new(model, data, imported.Layers, network, Runner, Dies, floats, digital, points, _preparation.EvaluatedCalibrationImages,
            moved) { Kept = kept.Used, CacheProblem = kept.Problem };
    }

    /// <summary>Returns the memory of what was needed before: files and graphs have many copies of the weights, and the runs, which
    /// allocate little, would hardly cause a collection.</summary>
    private static void CollectCopies() => GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);

    /// <param name="known">The networks on arrays so far; settings that differ in ADC or die share one.</param>
    private async Task<SettingRun> Build(Network network, ComparisonSetting setting, Dictionary<string, MappedNetwork> known)
    {
        var arrays = PlannedNetwork.ArraysOf(setting.Run);
        if (!known.TryGetValue(arrays, out var mapped)) known.Add(arrays, mapped = new(network, setting.Run));
        var calibration = options.Calibration ?? await _preparation.CalibrateAsync(mapped, setting.Run, cancellation);
        var first = await Task.Run(() => _preparation.MakeDie(mapped, setting.Run, calibration, Dies.First, cancellation), cancellation);
        return new(setting, mapped, calibration, first);
    }

    private async Task<ComparedPass> RunFloat(Network network)
    {
        int most = ActivationMemory.MostImages(network);
        var preprocessing = model.FloatPreprocessing.Preprocessing;
        var logits = await kept.FloatLogitsAsync(model.Float, preprocessing, network.Classes, Images, Runner.Threads,
            () => Count("Float (OnnxRuntime)", Images, progress => FloatMeasurement.Logits(model.Float, preprocessing, network.Classes,
                Images, Runner.Threads, progress, cancellation, mostAtOnce: most)));
        double speed = await kept.FloatSpeedAsync(model.Model, network.Preprocessing, Images, Runner.Threads,
            () => Task.Run(() => FloatMeasurement.ImagesPerSecond(model.Model, network.Preprocessing, network.Classes, Timed(),
                Runner.Threads, mostAtOnce: most), cancellation));
        return new(logits, Images, speed, null);
    }

    private async Task<ComparedPass> RunDigital(MappedNetwork mapped, ComparedPass floats)
    {
        var (logits, speed) = await kept.DigitalAsync(mapped.Network, Images, Runner, () => TimeNetwork("Digital", mapped, null));
        return new(logits, Images, speed, floats);
    }

    private async Task<ComparisonPoint> RunPoint(SettingRun run, ComparedPass floats, ComparedPass digital, string title)
    {
        var die = run.FirstDie;
        var imc = die.HasExactSums ? digital : await RunNetwork(title, run.Mapped, die, floats);
        int statistics = options.StatisticsImages;
        var observed = First(statistics);
        var layers = statistics == 0 ? []
            : await Count($"{title}, layer statistics", observed,
                progress => LayerStatistics.GatherWithSums(die, observed, Runner.Threads, progress, cancellation, new(Dies.Seed)));
        var clamped =
            await Task.Run(() => ClampedShare.Measure(die, First(statistics == 0 ? ClampedShare.UsualImages : statistics), Runner.Threads,
                cancellation, new(Dies.Seed)), cancellation);
        string kernels = string.Join(", ", new NetworkRunner(run.Mapped, Runner).KernelsFor(die, Images.Count));
        return new(run.Setting, imc, run.Mapped.ConversionsPerImage, run.Mapped.Arrays, kernels, die.Bytes,
            [.. layers.Select(layer => layer.Statistics)], await RunDies(run, floats, imc, title), clamped)
        {
            Converted = [.. layers.Select(layer => layer.Sums)],
            Cost = await _preparation.CostAsync(run.Mapped, run.Setting.Run, cancellation),
            Corrections = die.Corrections,
        };
    }

    /// <summary>Runs all dies of a setting. Equal runs are computed once: repeats without noise, dies without static errors. While one die
    /// runs, the next one is made.</summary>
    private async Task<DieSeries> RunDies(SettingRun run, ComparedPass floats, ComparedPass first, string title)
    {
        int differentRepeats = run.Setting.Run.HasTemporalNoise ? Dies.Repeats : 1,
            differentDies = run.Setting.Run.HasStaticErrors ? Dies.Count : 1;
        var series = new List<DieResult>();
        var made = Task.FromResult(run.FirstDie);
        for (int i = 0; i < Dies.Count; i++)
        {
            uint seed = Dies.First + (uint)i;
            if (i >= differentDies)
            {
                series.Add(new(seed, series[0].Repeats));
                continue;
            }
            var die = await made;
            if (i + 1 < differentDies)
                made = Task.Run(() => _preparation.MakeDie(run.Mapped, run.Setting.Run, run.Calibration, seed + 1, cancellation),
                    cancellation);
            var repeats = new List<DieRun>();
            for (int repeat = 0; repeat < differentRepeats; repeat++)
            {
                string ofRepeat = differentRepeats > 1 ? $", repeat {repeat + 1} of {Dies.Repeats}" : "";
                repeats.Add((i, repeat) == (0, 0) ? first.ToDieRun()
                    : await RunDie($"{title}, die {seed}{ofRepeat}", die, repeat, floats));
            }
            while (repeats.Count < Dies.Repeats) repeats.Add(repeats[0]);
            series.Add(new(seed, repeats));
        }
        return new(series, DiesAreEqual: Dies.Count > 1 && differentDies == 1);
    }

    private Task<DieRun> RunDie(string title, Die die, int repeat, ComparedPass floats) =>
        Count(title, Images, progress =>
        {
            var logits = new NetworkRunner(die.Mapped, Runner).Run(Images, die, progress, cancellation, new(Dies.Seed, repeat));
            return new ComparedPass(logits, Images, 0, floats).ToDieRun();
        });

    private async Task<ComparedPass> RunNetwork(string title, MappedNetwork mapped, Die die, ComparedPass floats)
    {
        var (logits, speed) = await TimeNetwork(title, mapped, die);
        return new(logits, Images, speed, floats);
    }

    /// <summary>Times a run after a short one, which compiles the code and allocates the memory. The threads decode pictures as they go;
    /// the time that takes is not counted.</summary>
    private Task<(float[] Logits, double ImagesPerSecond)> TimeNetwork(string title, MappedNetwork mapped, Die? die)
    {
        var networkRunner = new NetworkRunner(mapped, Runner);
        return Count(title, Images, progress =>
        {
            networkRunner.Run(First(2 * Runner.Threads), die, null, cancellation, new(Dies.Seed));
            long start = Stopwatch.GetTimestamp();
            double decodedBefore = Images.DecodingSeconds;
            var logits = networkRunner.Run(Images, die, progress, cancellation, new(Dies.Seed));
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds - ((Images.DecodingSeconds - decodedBefore) / Runner.Threads);
            return (logits, Images.Count / seconds);
        });
    }

    /// <summary>The images that OnnxRuntime is timed on, in memory, so that decoding is not timed.</summary>
    private ImageSet Timed() => First(TimedFloatImages) is { IsInMemory: false } pictures
        ? ImageCheck.Run(pictures, Runner.Threads).Images : First(TimedFloatImages);

    private ImageSet First(int most) => data.Sample(most);

    private Task<T> Count<T>(string title, ImageSet images, Func<Action<int>, T> work) =>
        report.WithCountAsync(title, "images", images.Count, work);

    /// <summary>A setting that can run.</summary>
    /// <param name="FirstDie">The die of the first seed.</param>
    private sealed record SettingRun(ComparisonSetting Setting, MappedNetwork Mapped, Calibration? Calibration, Die FirstDie);
}
