using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Studies;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Optimization;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli.Optimization;

/// <summary>
/// Runs settings on images. Every evaluation is stored when it is finished, under the hash of everything that decides it, so an
/// interrupted optimization loses at most the one that was running.
/// </summary>
internal sealed class Evaluations(OptimizationPlan plan, StudyFolder folder, Report report)
{
    private const string Classes = "classes", LogitError = "logitError";

    /// <summary>Dies that stay in memory from stage to stage, together. To make one may take as long as to run hundreds of images, where
    /// it is trimmed.</summary>
    private const long MostDieBytes = 1L << 30, UncountedDieBytes = 16L << 20;

    private readonly Dictionary<string, Calibration?> _calibrations = [];
    private readonly Dictionary<string, Die> _dies = [];

    /// <summary>The evaluations that an earlier run had stored.</summary>
    public int Stored { get; private set; }

    /// <summary>The evaluations that were computed.</summary>
    public int Computed { get; private set; }

    /// <summary>Returns whether a setting is right on images, <c>[die][image]</c>.</summary>
    public async Task<IReadOnlyList<bool[]>> CorrectAsync(Setting setting, ImagesOfCandidate images, CancellationToken cancellation)
    {
        int[] positions = plan.Positions(images);
        int[] labels = [.. positions.Select(plan.Subject.Images.Label)];
        var correct = new List<bool[]>();
        foreach (uint die in plan.Dies(images.Confirms))
        {
            // Dies without static errors are equal, and so is their noise.
            if (correct.Count > 0 && !setting.Run.HasStaticErrors)
            {
                correct.Add(correct[0]);
                continue;
            }
            string title = $"{(images.Confirms ? "Confirming" : "Choosing")}, {setting.Label}{(plan.HasDies ? $", die {die}" : "")}";
            int[] classes = await ClassesAsync(setting, die, positions, title, cancellation);
            correct.Add([.. classes.Zip(labels, (named, label) => named == label)]);
        }
        return correct;
    }

    /// <summary>Returns the mean squared error of the logits against the digital network, if only one layer has converters.</summary>
    public async Task<double> LogitErrorAsync(Setting setting, string layer, int bits, int[] positions, CancellationToken cancellation)
    {
        var run = setting.WithConvertersOf(layer, bits);
        string key = KeyOf(run, 0, positions, LogitError);
        if (Find(key, LogitError) is { } stored) return (double)stored;
        var (subject, title) = (plan.Subject, $"Layer {layer} alone with {bits} bits");
        var die = await NewDieAsync(run, 0, cancellation);
        float[] imc = await subject.LogitsAsync(die.Mapped, die, positions, title, cancellation),
            digital = await subject.LogitsAsync(die.Mapped, null, positions, title, cancellation);
        double error = SqnrSums.Measure(digital, imc).Noise / imc.Length;
        Keep(key, LogitError, error);
        return error;
    }

    /// <summary>Returns the ranges of a setting's ADCs; null where none are calibrated.</summary>
    public async Task<Calibration?> CalibrationAsync(RunSpec run, MappedNetwork mapped, CancellationToken cancellation)
    {
        string text = RunSpecJson.Write(run);
        if (!_calibrations.TryGetValue(text, out var calibration))
            _calibrations[text] = calibration = await plan.Subject.Preparation.CalibrateAsync(mapped, run, cancellation);
        return calibration;
    }

    private async Task<int[]> ClassesAsync(Setting setting, uint seed, int[] positions, string title, CancellationToken cancellation)
    {
        string key = KeyOf(setting.Run, seed, positions, Classes);
        if (Find(key, Classes) is JsonArray stored && stored.Count == positions.Length) return [.. stored.Select(each => (int)each!)];
        var die = await KeptDieAsync(setting.Run, seed, cancellation);
        float[] logits = await plan.Subject.LogitsAsync(die.Mapped, die, positions, title, cancellation);
        int[] classes = new int[positions.Length];
        Predictions.Classify(logits, die.Mapped.Network.Classes, classes);
        Keep(key, Classes, new JsonArray([.. classes.Select(each => (JsonNode)each)]));
        return classes;
    }

    /// <summary>Returns a die of a setting, which the next stage needs again.</summary>
    private async Task<Die> KeptDieAsync(RunSpec run, uint seed, CancellationToken cancellation)
    {
        string key = $"{seed};{RunSpecJson.Write(run)}";
        if (_dies.TryGetValue(key, out var known)) return known;
        var die = await NewDieAsync(run, seed, cancellation);
        if (_dies.Values.Sum(BytesOf) + BytesOf(die) > MostDieBytes) _dies.Clear();
        return _dies[key] = die;
    }

    private async Task<Die> NewDieAsync(RunSpec given, uint seed, CancellationToken cancellation)
    {
        var run = plan.Resolved(given);
        var mapped = await plan.Subject.MapAsync(run, cancellation);
        var calibration = await CalibrationAsync(run, mapped, cancellation);
        return await Task.Run(() => plan.Subject.Preparation.MakeDie(mapped, run, calibration, seed, cancellation), cancellation);
    }

    /// <summary>Kernels and programs of a die take memory too, which is not counted exactly.</summary>
    private static long BytesOf(Die die) => die.Bytes + UncountedDieBytes;

    private JsonNode? Find(string key, string field)
    {
        var (content, damage) = folder.Evaluation(key);
        if (damage is not null) report.Line($"'{folder.EvaluationFile(key)}' is damaged ({damage}); it is computed again.");
        if (content?[field] is not { } found) return null;
        Stored++;
        return found;
    }

    private void Keep(string key, string field, JsonNode found)
    {
        folder.WriteEvaluation(key, new() { ["numericsVersion"] = ImcVersion.Numerics, ["key"] = key, [field] = found });
        Computed++;
    }

    private string KeyOf(RunSpec run, uint die, int[] positions, string kind) => Convert.ToHexStringLower(SHA256.HashData(
        Encoding.UTF8.GetBytes($"{kind};{plan.Study.KeyOf(run, die)};{string.Join(',', positions)}")));
}
