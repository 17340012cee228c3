using ImcEngine.Macro;

namespace ImcEngine.Importer.Comparisons;

/// <summary>One hardware setting of a comparison.</summary>
/// <param name="Run">Macro, die and calibration. Which layers run on the macro, and with how many bits, is the same in all settings of a
/// comparison.</param>
/// <param name="Label">How results name it; null: by its macro.</param>
public sealed record ComparisonSetting(RunSpec Run, string? Label = null);

/// <summary>Which dies run, and how often.</summary>
/// <param name="First">Seed of the first; the seeds of the others follow it.</param>
/// <param name="Count">How many dies.</param>
/// <param name="Repeats">Runs of each die, each with temporal noise of its own.</param>
/// <param name="Seed">Of the temporal noise.</param>
public readonly record struct DieChoice(uint First = 0, int Count = 1, int Repeats = 1, uint Seed = 1)
{
    /// <summary>The first die, once.</summary>
    public static DieChoice One { get; } = new(0);

    /// <summary>More than one run of a setting.</summary>
    public bool IsSeveral => Count > 1 || Repeats > 1;
}
