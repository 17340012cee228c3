using ImcEngine.Cost;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Optimization;
using ImcEngine.Mapping;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Cli.Optimization;

/// <summary>A candidate with its cost and its predicted error, which no run on the macro was needed for.</summary>
/// <param name="Cost">Of the whole network, and of each layer on the macro.</param>
/// <param name="Numbers">The costs that a formula may name.</param>
internal sealed record ScreenedSetting(Setting Setting, Candidate Candidate, NetworkCost Cost, IReadOnlyDictionary<string, double> Numbers);

/// <summary>Finds costs and predicted errors of settings.</summary>
internal sealed class Screening(OptimizationPlan plan, Evaluations evaluations)
{
    /// <summary>The calibration images from which the variances of layers' accumulators are taken: few, since they hardly differ.</summary>
    private const int SignalImages = 32;

    private double[]? _signals;

    /// <exception cref="ImcException">The cost is no number that can be compared.</exception>
    public async Task<ScreenedSetting> ScreenAsync(Setting setting, CancellationToken cancellation)
    {
        // Neither cost nor predicted error depends on corrections, which take a pass of the network to fit.
        var (run, subject) = (DigitalCorrector.Uncorrected(plan.Resolved(setting.Run)), plan.Subject);
        var mapped = await subject.MapAsync(run, cancellation);
        var calibration = await evaluations.CalibrationAsync(run, mapped, cancellation);
        var histograms = await subject.Preparation.HistogramsAsync(mapped, run, cancellation);
        var adcs = mapped.Layers.Select((layer, i) =>
            LayerAdcs.Create(run, mapped.Network.MacroLayers[i].Name, layer, calibration)).ToArray();
        double error = new PredictedError(mapped, histograms, await SignalsAsync(mapped, cancellation)).Of(run, adcs);
        var cost = await subject.Preparation.CostAsync(mapped, run, cancellation);
        var numbers = Numbers(cost.Layers);
        return new(setting, new(setting.Number, Of(numbers, setting.Label), error), cost, numbers);
    }

    /// <summary>Returns the cost of some layers by the formula.</summary>
    public double CostOf(IReadOnlyList<LayerCost> layers, string what) => Of(Numbers(layers), what);

    private double Of(IReadOnlyDictionary<string, double> numbers, string what)
    {
        double cost = plan.Spec.Cost.Of(numbers);
        return double.IsFinite(cost) ? cost : throw new ImcException($"The cost '{plan.Spec.Cost}' of {what} is {cost}. "
            + (plan.Spec.Cost.Names.Any(name => double.IsNaN(numbers[name]))
                ? "No model gives an energy or an area for this ADC: state macro.technology.energyFemtojoules, or take a cost of "
                    + "conversions, nanoseconds, arrays or cells." : "Take a formula that does not divide by zero."));
    }

    private static Dictionary<string, double> Numbers(IReadOnlyList<LayerCost> layers)
    {
        var cost = new NetworkCost(layers);
        return new()
        {
            ["nanojoules"] = cost.Nanojoules(0) ?? double.NaN,
            ["nanoseconds"] = cost.Nanoseconds,
            ["conversions"] = cost.Conversions,
            ["squareMillimetres"] = cost.SquareMillimetres(0) ?? double.NaN,
            ["arrays"] = layers.Sum(layer => (double)layer.Counts.Arrays),
            ["cells"] = layers.Sum(layer => (double)layer.Counts.CellsUsed),
        };
    }

    private async Task<double[]> SignalsAsync(MappedNetwork mapped, CancellationToken cancellation)
    {
        var images = plan.Subject.Preparation.CalibrationSample(SignalImages);
        return _signals ??= await Task.Run(() => PredictedError.Signals(mapped, images, plan.Threads, cancellation), cancellation);
    }
}
