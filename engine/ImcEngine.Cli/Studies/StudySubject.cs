using System.Diagnostics;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Data;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Importer;
using ImcEngine.Importer.Lowering;
using ImcEngine.Kernels;
using ImcEngine.Macro;
using ImcEngine.Networks;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// What points share whose runs import the network and choose the images alike: its float and digital predictions, and per way of
/// cutting rows its arrays and calibration histograms. Everything is made when first asked for.
/// </summary>
internal sealed class StudySubject
{
    private readonly StudyPlan _plan;
    private readonly int _threads;
    private readonly ComparedData _data;
    private readonly Network _network;
    private readonly Dictionary<MacroSpec, MappedNetwork> _mapped = [];
    private readonly Dictionary<MacroSpec, ConversionHistogram[]> _histograms = [];

    public StudySubject(StudyPlan plan, RunSpec run, int threads)
    {
        (_plan, _threads) = (plan, threads);
        var calibration = run.Calibration with { Data = run.Calibration.Data is { } source ? plan.Resolve(source) : null };
        _data = new(plan.Data, plan.Study.Images, calibration);
        _network = NetworkImporter.Import(plan.Model.Model, run, Path.GetFileNameWithoutExtension(plan.Model.Path)).Network;
        if (_network.MacroLayers.Count == 0) throw new ImcException($"No layer of '{plan.Model.Path}' runs on the macro. Quantize it first with imc quantize.");
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

    /// <summary>The classes that the float network and the digital network name.</summary>
    public JsonObject Baseline(Action<string, int, int> progress, CancellationToken cancellation)
    {
        var floats = FloatMeasurement.Logits(_plan.Model.Float, _plan.Model.FloatPreprocessing, _network.Classes, Images, _threads, done => progress("float", done, Images.Count), cancellation);
        var digital = new NetworkRunner(new(_network, MacroPresets.Get(MacroPresets.Ideal)), new(_threads)).Run(Images, null, done => progress("digital", done, Images.Count), cancellation);
        return new() { ["floatClasses"] = ToJson(Predict(floats)), ["digitalClasses"] = ToJson(Predict(digital)) };
    }

    /// <summary>A point's result, and what of it depends on the machine.</summary>
    public (JsonObject Result, JsonObject Timing) Run(StudyPoint point, string key, JsonObject baseline, Action<string, int, int> progress, CancellationToken cancellation)
    {
        var run = point.RunFrom(_plan.Folder);
        var mapped = Mapped(run.Macro);
        var die = new Die(mapped, run, Calibrator.IsNeeded(mapped, run) ? Calibrator.Calibrate(mapped, run, Histograms(mapped, progress, cancellation)) : null);
        long start = Stopwatch.GetTimestamp();
        var logits = new NetworkRunner(mapped, new(_threads)).Run(Images, die, done => progress("IMC", done, Images.Count), cancellation);
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

        int[] labels = [.. Enumerable.Range(0, Images.Count).Select(Images.Label)], imc = Predict(logits), floats = FromJson(baseline["floatClasses"]), digital = FromJson(baseline["digitalClasses"]);
        var result = new JsonObject
        {
            ["numericsVersion"] = ImcVersion.Numerics,
            ["key"] = key,
            ["images"] = Images.Count,
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

    private MappedNetwork Mapped(MacroSpec macro)
    {
        var arrays = ArraysOf(macro);
        if (!_mapped.TryGetValue(arrays, out var mapped)) _mapped[arrays] = mapped = new(_network, macro);
        return mapped;
    }

    private ConversionHistogram[] Histograms(MappedNetwork mapped, Action<string, int, int> progress, CancellationToken cancellation)
    {
        var arrays = ArraysOf(mapped.Macro);
        if (_histograms.TryGetValue(arrays, out var histograms)) return histograms;
        var images = _data.CalibrationImages();
        return _histograms[arrays] = Calibrator.Histograms(mapped, images, _threads, done => progress("calibration", done, images.Count), cancellation);
    }

    /// <summary>What of a macro decides where weights sit; ADC and die do not.</summary>
    private static MacroSpec ArraysOf(MacroSpec macro) => macro with { Name = "", Source = null, Adc = new(), Die = new() };

    private int[] Predict(float[] logits)
    {
        int[] classes = new int[logits.Length / _network.Classes];
        Predictions.Of(logits, _network.Classes, classes);
        return classes;
    }

    private static JsonArray ToJson(int[] classes) => [.. classes.Select(each => (JsonNode)each)];

    private static int[] FromJson(JsonNode? classes) => [.. classes!.AsArray().Select(each => (int)each!)];
}
