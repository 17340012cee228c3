namespace ImcEngine.Importer.Comparisons;

/// <summary>
/// Runs the same images through float (OnnxRuntime), digital (exact sums) and IMC: what <c>imc compare</c> prints. A float network is
/// quantized first, and calibrated ADC ranges are found, on the calibration images.
/// </summary>
/// <param name="options">Null: one die, no layer statistics, all processors.</param>
public sealed class Comparison(ComparedModel model, ComparedData data, ComparisonOptions? options = null)
{
    private const string AssumedPreprocessing = "The model, or its float network, does not state its preprocessing (metadata "
        + "imc.mean and imc.std), so that those of CIFAR-10 or ImageNet are assumed: if it was trained with others, accuracies are wrong.";

    private readonly ComparisonOptions _options = options ?? new();

    /// <summary>Computes float and digital once, then every setting. Nothing is printed.</summary>
    /// <param name="settings">At least one. They differ in hardware alone.</param>
    /// <param name="progress">Told how far each stage is, from any thread.</param>
    /// <exception cref="ImcException">A setting, the network, the images or the float network cannot be used, or do not fit each other.
    /// Whatever can be found before the first image runs is found then.</exception>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    public async Task<ComparisonResults> RunAsync(IReadOnlyList<ComparisonSetting> settings, IProgress<RunProgress>? progress = null,
        CancellationToken cancellation = default)
    {
        var report = new QuietReport(progress);
        var results = await RunAsync(settings, report, (_, _) => [], cancellation);
        bool isAssumed = model.Preprocessing.IsAssumed || model.FloatPreprocessing.IsAssumed;
        return results with { Notes = isAssumed ? [.. report.Lines, AssumedPreprocessing] : report.Lines };
    }

    /// <summary>As the public overload, with the caller's own report.</summary>
    /// <param name="idleOptions">As in <see cref="ComparisonRun.RunAsync"/>.</param>
    internal Task<ComparisonResults> RunAsync(IReadOnlyList<ComparisonSetting> settings, IRunReport report,
        Func<bool, bool, IEnumerable<string>> idleOptions, CancellationToken cancellation)
    {
        _options.RequireUsable();
        RequireOneNetwork(settings);
        return new ComparisonRun(model, data, _options, report, new(_options.Cache), cancellation).RunAsync(settings, idleOptions);
    }

    private static void RequireOneNetwork(IReadOnlyList<ComparisonSetting> settings)
    {
        if (settings.Count == 0) throw new ImcException("No setting is given to compare; give at least one.");
        for (int i = 1; i < settings.Count; i++)
            if (!NetworkSpec.IsSame(settings[i].Run, settings[0].Run))
                throw new ImcException($"Setting {i + 1} changes the network or its images (quantization, which layers are digital, "
                    + "calibration.data or calibration.count); settings of one comparison differ in hardware alone. Compare it by itself.");
    }
}
