using ImcEngine.Evaluation.Optimization;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli.Optimization;

/// <summary>
/// Finds settings whose layers have ADCs of different bits, starting from the cheapest setting that meets the goal with the same bits in
/// all layers: measures the error of the logits for each layer and number of bits, chooses bits by <see cref="LayerAssignment"/> for
/// several bounds of the sum of errors, and runs what is cheaper on the images that choose. The dearest one that misses the goal is
/// repaired layer by layer while it stays cheaper than all that meet it.
/// </summary>
internal sealed class LayerBitsSearch(OptimizationPlan plan, Evaluations evaluations, Screening screening, Race race, Report report)
{
    private const int ErrorImages = 64, MostRepairs = 8;

    /// <summary>Bounds of the sum of errors, in the sum of the starting setting.</summary>
    private static readonly double[] Bounds = [8, 4, 2.8, 2, 1.4, 1, 0.7];

    private IReadOnlyList<LayerChoice>[] _layers = [];
    private string[] _names = [];

    /// <param name="start">The setting with equal bits in all layers.</param>
    /// <returns>The new settings with their places in the race.</returns>
    public async Task<IReadOnlyList<(ScreenedSetting Setting, RaceResult Raced)>> RunAsync(ScreenedSetting start,
        CancellationToken cancellation)
    {
        await MeasureAsync(start, cancellation);
        int startBits = start.Setting.Run.Macro.Adc.Bits!.Value;
        double ofStart = _layers.Sum(choices => choices.MinBy(choice => Math.Abs(choice.Bits - startBits)).LogitError);
        int[][] assignments = [.. Bounds.Select(bound => LayerAssignment.Cheapest(_layers, Math.Max(ofStart * bound, double.Epsilon)))
            .OfType<int[]>().DistinctBy(choices => string.Join(',', choices))];
        var screened = new List<(ScreenedSetting Setting, int[] Choices)>();
        foreach (int[] choices in assignments)
            if (await ScreenAsync(start, choices, cancellation) is { } cheaper) screened.Add((cheaper, choices));
        report.Line($"Bits of layers: {assignments.Length} assignments, {screened.Count} of them cheaper than {start.Setting.Label}.");
        var raced = await race.RunAsync([.. screened.Select(each => each.Setting.Candidate)], cancellation);
        var all = screened.Select((each, i) => (each.Setting, raced[i])).ToList();
        all.AddRange(await RepairAsync(start, [.. screened.Zip(raced, (each, result) => (each.Choices, result))], cancellation));
        return all;
    }

    private async Task MeasureAsync(ScreenedSetting start, CancellationToken cancellation)
    {
        var run = plan.Resolved(start.Setting.Run);
        var mapped = await plan.Subject.MapAsync(run, cancellation);
        int[] positions = plan.Positions(new(0, false, 0, Math.Min(ErrorImages, plan.Split.Choosing.Length)));
        _names = [.. mapped.Network.MacroLayers.Select(layer => layer.Name)];
        _layers = new IReadOnlyList<LayerChoice>[_names.Length];
        for (int layer = 0; layer < _names.Length; layer++)
        {
            var choices = new List<LayerChoice>();
            foreach (int bits in plan.Spec.LayerBits)
                choices.Add(new(bits, await CostAsync(start, mapped, layer, bits, cancellation),
                    await evaluations.LogitErrorAsync(start.Setting, _names[layer], bits, positions, cancellation)));
            _layers[layer] = choices;
        }
    }

    private async Task<double> CostAsync(ScreenedSetting start, MappedNetwork mapped, int layer, int bits, CancellationToken cancellation)
    {
        var setting = start.Setting.With(0, _names, [.. _names.Select(_ => bits)]);
        var cost = await plan.Subject.Preparation.CostAsync(mapped, plan.Resolved(setting.Run), cancellation);
        return screening.CostOf([cost.Layers[layer]], $"layer {_names[layer]}");
    }

    /// <summary>Returns the setting if it is cheaper than the start.</summary>
    private async Task<ScreenedSetting?> ScreenAsync(ScreenedSetting start, int[] choices, CancellationToken cancellation)
    {
        int[] bits = [.. choices.Select((choice, layer) => _layers[layer][choice].Bits)];
        var trial = await screening.ScreenAsync(start.Setting.With(plan.Settings.Count, _names, bits), cancellation);
        if (trial.Candidate.Cost >= start.Candidate.Cost) return null;
        plan.Add(trial.Setting);
        return trial;
    }

    /// <summary>Repairs the dearest assignment that misses the goal and is cheaper than all that meet it.</summary>
    private async Task<IReadOnlyList<(ScreenedSetting, RaceResult)>> RepairAsync(ScreenedSetting start,
        IReadOnlyList<(int[] Choices, RaceResult Raced)> raced, CancellationToken cancellation)
    {
        var repaired = new List<(ScreenedSetting, RaceResult)>();
        double goodCost = raced.Where(each => MeetsGoal(each.Raced)).Select(each => each.Raced.Candidate.Cost)
            .DefaultIfEmpty(start.Candidate.Cost).Min();
        var missed = raced.Where(each => !MeetsGoal(each.Raced) && each.Raced.Candidate.Cost < goodCost).ToList();
        if (missed.Count == 0) return repaired;
        int[]? choices = missed.MaxBy(each => each.Raced.Candidate.Cost).Choices;
        for (int step = 0; step < MostRepairs; step++)
        {
            choices = LayerAssignment.Repaired(_layers, choices);
            if (choices is null || await ScreenAsync(start, choices, cancellation) is not { } trial) break;
            if (trial.Candidate.Cost >= goodCost) break;
            var result = (await race.RunAsync([trial.Candidate], cancellation))[0];
            repaired.Add((trial, result));
            if (MeetsGoal(result)) break;
        }
        return repaired;
    }

    private bool MeetsGoal(RaceResult raced) => raced.IsFinished && raced.Loss.Loss <= plan.Spec.Goal.MostLoss;
}
