namespace ImcEngine.Fuzzing;

/// <summary>How one reader is fuzzed. The run ends at <paramref name="Count"/> inputs, or after <paramref name="Duration"/> once
/// <paramref name="Least"/> inputs are through.</summary>
/// <param name="Folder">Where findings are saved, and what lets a run that the process did not survive be traced.</param>
/// <param name="Seed">Of all inputs.</param>
/// <param name="First">Number of the first input.</param>
/// <param name="Count">Most inputs.</param>
/// <param name="Duration">Null: as long as <paramref name="Count"/> takes.</param>
/// <param name="Least">Inputs that run whatever the time.</param>
/// <param name="Threads">Inputs at once.</param>
internal sealed record FuzzOptions(string Folder, uint Seed = 1, uint First = 0, uint Count = FuzzOptions.UsualCount,
    TimeSpan? Duration = null, uint Least = 0, int Threads = 1)
{
    public const uint UsualCount = 100_000;

    /// <summary>Of every so many inputs one gets the thorough checks, comparison with OnnxRuntime among them.</summary>
    public const int ThoroughShare = 8;

    /// <summary>An input may take so long.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(5);
}
