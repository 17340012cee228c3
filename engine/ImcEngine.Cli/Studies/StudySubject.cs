using System.Diagnostics;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// What points share whose runs import the network and choose the images alike: the network, its float and digital predictions, and per way of
/// cutting rows its arrays and calibration histograms. Everything is made when first asked for.
/// </summary>
internal sealed class StudySubject
{
    /// <summary>Rows are mostly a slow axis; many mappings of a large network at once would fill the memory.</summary>
    private const int MostMapped = 8;

    private readonly StudyPlan _plan;
    private readonly int _threads;
    private readonly Report _report;
    private readonly ComparedData _data;
    private readonly Preparation _preparation;
    private readonly Network _network;
    private readonly Dictionary<MacroSpec, MappedNetwork> _mapped = [];

    private StudySubject(StudyPlan plan, int threads, Report report, ComparedData data, Preparation preparation, Network network) =>
        (_plan, _threads, _report, _data, _preparation, _network) = (plan, threads, report, data, preparation, network);

    /// <exception cref="ImcException">The network is not supported, no layer of it runs on the macro, or there are too few images.</exception>
    public static async Task<StudySubject> CreateAsync(StudyPlan plan, RunSpec run, int threads, Report report, CancellationToken cancellation)
    {
        var data = new ComparedData(plan.Data, plan.Study.Images, run.Calibration with { Data = run.Calibration.Data is { } source ? plan.Resolve(source) : null });
        var preparation = new Preparation(plan.Model.Path, plan.Model.Model, data, threads, report, plan.Model.Float);
        return new(plan, threads, report, data, preparation, (await preparation.ImportAsync(run, cancellation)).Network);
    }

    /// <summary>The parts of a run that decide what its subject is: equal texts, one subject.</summary>
    public static RunSpec PartOf(RunSpec run) => new()
    {
        Macro = MacroPresets.Get(MacroPresets.Ideal),
        Quantization = run.Quantization,
        Layers = [.. run.Layers.Select(layer => layer with { Adc = null })],
        Calibration = new() { Data = run.Calibration.Data, Count = run.Calibration.Count },
    };

    private ImageSet Images => _data.Evaluated;

    /// <summary>The network on a macro's arrays.</summary>
    /// <exception cref="ImcException">The macro is for another family of networks, or a layer does not fit it.</exception>
    public MappedNetwork Map(MacroSpec macro)
    {
        var arrays = ArraysOf(macro);
        if (_mapped.TryGetValue(arrays, out var mapped)) return mapped;
        if (_mapped.Count == MostMapped) _mapped.Clear();
        return _mapped[arrays] = new(_network, macro);
    }

    /// <summary>The classes that the float network and the digital network name.</summary>
    public async Task<JsonObject> BaselineAsync(CancellationToken cancellation)
    {
        var model = _plan.Model.Float;
        var floats = await Count("Float (OnnxRuntime)", progress => FloatMeasurement.Logits(
            model, NetworkImporter.PreprocessingOf(model), _network.Classes, Images, _threads, progress, cancellation));
        var ideal = new NetworkRunner(new(_network, MacroPresets.Get(MacroPresets.Ideal)), new(_threads));
        var digital = await Count("Digital", progress => ideal.Run(Images, null, progress, cancellation));
        return new() { ["floatClasses"] = ToJson(Predict(floats)), ["digitalClasses"] = ToJson(Predict(digital)) };
    }

    /// <summary>A point's result, and what of it depends on the machine.</summary>
    public async Task<(JsonObject Result, JsonObject Timing)> RunAsync(StudyPoint point, string key, JsonObject baseline, string title, CancellationToken cancellation)
    {
        var run = point.RunFrom(_plan.Folder);
        var mapped = Map(run.Macro);
        var die = new Die(mapped, run, await _preparation.CalibrateAsync(mapped, run, cancellation), seed: point.Die);
        var runner = new NetworkRunner(mapped, new(_threads));
        long start = Stopwatch.GetTimestamp();
        var logits = await Count(title, progress => runner.Run(Images, die, progress, cancellation, new(point.Seed)));
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        int[] labels = [.. Enumerable.Range(0, Images.Count).Select(Images.Label)], imc = Predict(logits), floats = FromJson(baseline["floatClasses"]), digital = FromJson(baseline["digitalClasses"]);
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
            ["digitalFloatAgreement"] = Predictions.EqualFraction(digital, floats),
            ["imcFloatAgreement"] = Predictions.EqualFraction(imc, floats),
            ["imcDigitalAgreement"] = Predictions.EqualFraction(imc, digital),
            ["conversionsPerImage"] = mapped.ConversionsPerImage,
            ["arrays"] = mapped.Arrays,
            ["imcLogitsSha256"] = LogitsHash.Of(logits),
            ["run"] = RunSpecJson.ToNode(point.Run),
        };
        var timing = new JsonObject
        {
            ["key"] = key,
            ["seconds"] = seconds,
            ["imcImagesPerSecond"] = Images.Count / seconds,
            ["threads"] = _threads,
            ["kernel"] = die.KernelNames,
            ["host"] = Environment.MachineName,
        };
        return (result, timing);
    }

    /// <summary>What of a macro decides where weights sit; ADC and die do not.</summary>
    private static MacroSpec ArraysOf(MacroSpec macro) => macro with { Name = "", Source = null, Adc = new(), Die = new() };

    private int[] Predict(float[] logits)
    {
        int[] classes = new int[logits.Length / _network.Classes];
        Predictions.Of(logits, _network.Classes, classes);
        return classes;
    }

    private Task<T> Count<T>(string title, Func<Action<int>, T> work) => _report.WithCountAsync(title, "images", Images.Count, work);

    private static JsonArray ToJson(int[] classes) => [.. classes.Select(each => (JsonNode)each)];

    private static int[] FromJson(JsonNode? classes) => [.. classes!.AsArray().Select(each => (int)each!)];
}
