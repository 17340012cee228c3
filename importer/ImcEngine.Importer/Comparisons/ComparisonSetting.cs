using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>One hardware setting of a comparison.</summary>
/// <param name="Run">Macro, die and calibration. Which layers run on the macro, and with how many bits, is the same in all settings of a
/// comparison.</param>
/// <param name="Label">The name of the setting in results; null: it is named by its macro.</param>
public sealed record ComparisonSetting(RunSpec Run, string? Label = null);

/// <summary>Which dies run, and how often.</summary>
/// <param name="First">Seed of the first die; the seeds of the others follow it.</param>
/// <param name="Count">The number of dies.</param>
/// <param name="Repeats">Runs of each die, each with temporal noise of its own.</param>
/// <param name="Seed">Seed of the temporal noise.</param>
public readonly record struct DieChoice(uint First = 0, int Count = 1, int Repeats = 1, uint Seed = 1)
{
    /// <summary>The first die, once.</summary>
    public static DieChoice One { get; } = new(0);

    /// <summary>Whether a setting runs more than once.</summary>
    public bool IsSeveral => Count > 1 || Repeats > 1;
}
