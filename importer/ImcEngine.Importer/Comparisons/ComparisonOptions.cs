using ImcEngine.Evaluation.Caching;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Importer.Comparisons;

/// <summary>What a comparison runs besides its settings.</summary>
public sealed record ComparisonOptions
{
    /// <summary>Calibrated ADC ranges; null: they are found on the calibration images.</summary>
    public Calibration? Calibration { get; init; }

    /// <summary>Every setting runs on these dies.</summary>
    public DieChoice Dies { get; init; } = DieChoice.One;

    /// <summary>Images of each setting's run that gathers <see cref="Evaluation.LayerStatistics"/>; 0 for none.</summary>
    public int StatisticsImages { get; init; }

    /// <summary>Keeps float and digital results and the calibration's histograms for later runs; null: everything is computed. With a
    /// cache, speeds of the float and the digital network may be those of the last hour on this processor.</summary>
    public ResultCache? Cache { get; init; }

    /// <summary>Threads and batch; no result but the speed depends on them.</summary>
    public RunnerOptions Runner { get; init; } = RunnerOptions.Default;

    /// <exception cref="ImcException">Fewer than one die or repeat, seeds beyond 32 bits, or a negative number of images.</exception>
    internal void RequireUsable()
    {
        if (Dies.Count < 1 || Dies.Repeats < 1)
            throw new ImcException($"{Dies.Count} dies and {Dies.Repeats} repeats were asked for; both must be at least 1.");
        if (Dies.First + (ulong)(Dies.Count - 1) > uint.MaxValue)
            throw new ImcException($"{Dies.Count} dies from seed {Dies.First} on were asked for; seeds end at {uint.MaxValue}. "
                + "Lower one of the two.");
        if (StatisticsImages < 0)
            throw new ImcException($"Layer statistics of {StatisticsImages} images were asked for; give 0 for none, or more.");
    }
}
