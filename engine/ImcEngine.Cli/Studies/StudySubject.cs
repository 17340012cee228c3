using System.Diagnostics;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// What all points share that import the same network and choose the same images: the network, its float and digital predictions, and
/// for each way of cutting rows its arrays and calibration histograms. Everything is computed when it is first needed.
/// </summary>
internal sealed class StudySubject
{
    /// <summary>The most mappings that are kept, because those of a large network fill the memory. Few are needed: rows usually change
    /// slowly from point to point.</summary>
    private const int MostMapped = 8;

    private const string FloatTop5 = "floatTop5", DigitalTop5 = "digitalTop5";

    private readonly StudyPlan _plan;
    private readonly int _threads;
    private readonly Report _report;
    private readonly KeptResults _kept;
    private readonly ComparedData _data;
    private readonly Preparation _preparation;
    private readonly PlannedNetwork _planned;
    private readonly RunSpec _run;
    private readonly Dictionary<string, MappedNetwork> _mapped = [];
    private Network? _network;

    /// <param name="run">The run of one of the points.</param>
    /// <exception cref="ImcException">The network is not supported, no layer of it runs on the macro,
    /// or there are too few images.</exception>
    public StudySubject(StudyPlan plan, RunSpec run, int threads, Report report, KeptResults kept)
    {
        (_plan, _run, _threads, _report, _kept) = (plan, run, threads, report, kept);
        _data = new ComparedData(plan.Data.All, run.Calibration, plan.Study.Images, int.MaxValue, _ => plan.CalibrationData(run).All,
            skipsBroken: false);
        _data.Keep(plan.Data.Readable, plan.CalibrationData(run).Readable);
        _preparation = new Preparation(plan.Model.Path, plan.Model.Model, _data, threads, report, kept);
        _planned = PlannedNetwork.Plan(plan.Model.Path, plan.Model.Model, run, Images);
        _preparation.RequireClasses(_planned);
    }

    /// <summary>The evaluated images, in the order of their source.</summary>
    public ImageSet Images => _data.Evaluated;

    private bool HasTop5 => _planned.Network.Classes > ComparedPass.FewClasses;

    /// <exception cref="ImcException">The point cannot run. No image is run to find this.</exception>
    public void Require(StudyPoint point) => _planned.Require(point.RunFrom(_plan.Folder), frozen: null);

    /// <summary>Returns what a point takes, in no unit, to share points out between machines.</summary>
    public double CostOf(StudyPoint point) => StudyShards.CostOf(_planned.OnMacro, point.Run);

    /// <exception cref="ImcException">The float network cannot run, or it names other classes.</exception>
    public void RequireFloat() => _planned.RequireFloat(_plan.Model, Images, _report);

    /// <summary>The classes that the float network and the digital network name.</summary>
    /// <param name="key">Key of the baseline.</param>
    public async Task<JsonObject> BaselineAsync(string key, CancellationToken cancellation)
    {
        var (model, preprocessing) = (_plan.Model.Float, _plan.Model.FloatPreprocessing.Preprocessing);
        var network = await ImportAsync(cancellation);
        var floats = await _kept.FloatLogitsAsync(model, preprocessing, network.Classes, Images, _threads,
            () => Count("Float (OnnxRuntime)", progress => FloatMeasurement.Logits(model, preprocessing, network.Classes, Images, _threads,
                progress, cancellation, mostAtOnce: ActivationMemory.MostImages(network))));
        var digital = await _kept.DigitalLogitsAsync(network, Images, () => Count("Digital", progress =>
            new NetworkRunner(new(network, MacroPresets.Get(MacroPresets.Ideal)), new(_threads)).Run(Images, null, progress,
                cancellation)));
        var baseline = new JsonObject
        {
            ["numericsVersion"] = ImcVersion.Numerics, ["key"] = key, ["floatClasses"] = ToJson(Predict(floats)),
            ["digitalClasses"] = ToJson(Predict(digital)),
        };
        if (!HasTop5) return baseline;
        baseline[FloatTop5] = Top5(floats).Fraction;
        baseline[DigitalTop5] = Top5(digital).Fraction;
        return baseline;
    }

    /// <summary>Whether a stored baseline has a class for every image, and shares of top-5 if there are more than a few classes.</summary>
    public bool Takes(JsonObject baseline) => HasClasses(baseline) && (!HasTop5 || HasShares(baseline));

    private bool HasClasses(JsonObject baseline) => new[] { baseline["floatClasses"], baseline["digitalClasses"] }.All(classes =>
        classes!.AsArray().Count == Images.Count && classes.AsArray()
            .All(each => each is JsonValue value && value.TryGetValue(out int named) && named >= 0 && named < _planned.Network.Classes));

    /// <summary>Runs a point; returns its result, and separately what depends on the machine.</summary>
    public async Task<(JsonObject Result, JsonObject Timing)> RunAsync(StudyPoint point, string key, JsonObject baseline, string title,
        CancellationToken cancellation)
    {
        var run = point.RunFrom(_plan.Folder);
        var mapped = await MapAsync(run, cancellation);
        var calibration = await _preparation.CalibrateAsync(mapped, run, cancellation);
        var die = await Task.Run(() => _preparation.MakeDie(mapped, run, calibration, point.Die, cancellation), cancellation);
        var runner = new NetworkRunner(mapped, new(_threads));
        long start = Stopwatch.GetTimestamp();
        var logits = await Count(title, progress => runner.Run(Images, die, progress, cancellation, new(point.Seed)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        int[] labels = Images.Labels(), imc = Predict(logits), floats = StudyBaseline.FloatClasses(baseline),
            digital = StudyBaseline.DigitalClasses(baseline);
        var result = new JsonObject
        {
            ["numericsVersion"] = ImcVersion.Numerics,
            ["key"] = key,
            ["images"] = Images.Count,
            ["die"] = point.Die,
            ["seed"] = point.Seed,
            ["floatTop1"] = Predictions.EqualFraction(floats, labels),
            ["digitalTop1"] = Predictions.EqualFraction(digital, labels),
            ["imcTop1"] = Predictions.EqualFraction(imc, labels),
            ["imcTop1Interval95"] = FigureText.ToJson(Predictions.Equal(imc, labels).Interval95),
            ["imcAgainstDigital"] = FigureText.ToJson(PairedDifference.Compare(digital, imc, labels)),
            ["digitalFloatAgreement"] = Predictions.EqualFraction(digital, floats),
            ["imcFloatAgreement"] = Predictions.EqualFraction(imc, floats),
            ["imcDigitalAgreement"] = Predictions.EqualFraction(imc, digital),
            ["conversionsPerImage"] = mapped.ConversionsPerImage,
            ["arrays"] = mapped.Arrays,
            ["cost"] = CostJson.Totals(await _preparation.CostAsync(mapped, run, cancellation)),
            ["imcLogitsSha256"] = LogitsHash.Compute(logits),
            [CorrectImages.Field] = CorrectImages.Of(digital, imc, labels).ToJson(),
            ["preprocessing"] = PreprocessingReport.ToJson(_plan.Model.Preprocessing),
            ["operands"] = RunOutput.OperandsToJson(mapped.Network),
            ["run"] = RunOutput.ToJson(point.Run, !_preparation.ModelIsFloat),
        };
        if (HasTop5)
        {
            result[FloatTop5] = (double)baseline[FloatTop5]!;
            result[DigitalTop5] = (double)baseline[DigitalTop5]!;
            var top5 = Top5(logits);
            result["imcTop5"] = top5.Fraction;
            result["imcTop5Interval95"] = FigureText.ToJson(top5.Interval95);
        }
        var counted = _data.Sample(ClampedShare.UsualImages);
        CorrectionReport.AddTo(result, run, die.Corrections);
        ClampReport.AddTo(result,
            await Task.Run(() => ClampedShare.Measure(die, counted, _threads, cancellation, new(point.Seed)), cancellation));
        var timing = new JsonObject
        {
            ["key"] = key,
            ["seconds"] = seconds,
            ["imcImagesPerSecond"] = Images.Count / seconds,
            ["threads"] = _threads,
            ["kernel"] = string.Join(", ", runner.KernelsFor(die, Images.Count)),
            ["host"] = Environment.MachineName,
        };
        if (_plan.DecodedBy is { } decoder) timing["decoder"] = decoder;
        return (result, timing);
    }

    /// <summary>How the ranges, the histograms and the cost of a setting are found.</summary>
    public Preparation Preparation => _preparation;

    /// <summary>Whether the network was quantized before.</summary>
    public bool IsQuantizedAlready => !_preparation.ModelIsFloat;

    /// <summary>Returns the network on the arrays of a run, whose paths are resolved.</summary>
    public async Task<MappedNetwork> MapAsync(RunSpec run, CancellationToken cancellation) => Map(await ImportAsync(cancellation), run);

    /// <summary>Returns the logits of some of the evaluated images on a die, <c>[image, class]</c>.</summary>
    /// <exception cref="ImcException">Logits are NaN or infinite.</exception>
    public Task<float[]> LogitsAsync(MappedNetwork mapped, Die? die, IReadOnlyList<int> images, string title,
        CancellationToken cancellation) => _report.WithCountAsync(title, "images", images.Count, progress =>
        {
            var logits = new NetworkRunner(mapped, new(_threads)).Run(Images.Chosen(images), die, progress, cancellation,
                new(_plan.Study.Seed));
            ComparedPass.RequireFinite(logits, images.Count);
            return logits;
        });

    private async Task<Network> ImportAsync(CancellationToken cancellation) =>
        _network ??= (await _preparation.ImportAsync(_planned, _run, cancellation)).Network;

    private MappedNetwork Map(Network network, RunSpec run)
    {
        string arrays = PlannedNetwork.ArraysOf(run);
        if (_mapped.TryGetValue(arrays, out var mapped)) return mapped;
        if (_mapped.Count == MostMapped) _mapped.Clear();
        return _mapped[arrays] = new(network, run);
    }

    private int[] Predict(float[] logits)
    {
        int[] classes = new int[logits.Length / _planned.Network.Classes];
        ComparedPass.RequireFinite(logits, classes.Length);
        Predictions.Classify(logits, _planned.Network.Classes, classes);
        return classes;
    }

    private Proportion Top5(float[] logits) => Predictions.WithinTop(5, logits, _planned.Network.Classes, Images.Labels());

    private static bool HasShares(JsonObject baseline) => new[] { baseline[FloatTop5], baseline[DigitalTop5] }.All(
        node => node is JsonValue value && value.TryGetValue(out double share) && share is >= 0 and <= 1);

    private Task<T> Count<T>(string title, Func<Action<int>, T> work) => _report.WithCountAsync(title, "images", Images.Count, work);

    private static JsonArray ToJson(int[] classes) => [.. classes.Select(each => (JsonNode)each)];
}
