namespace ImcEngine.Fuzzing;

/// <summary>How one reader is fuzzed. The run ends at <paramref name="Count"/> inputs, or after <paramref name="Duration"/> once
/// <paramref name="Least"/> inputs are through.</summary>
/// <param name="Folder">Folder for findings, and for the file that traces a run that the process did not survive.</param>
/// <param name="Seed">Seed of all inputs.</param>
/// <param name="First">Number of the first input.</param>
/// <param name="Count">The most inputs.</param>
/// <param name="Duration">Time of the run; null for as long as <paramref name="Count"/> inputs take.</param>
/// <param name="Least">Inputs that run however long they take.</param>
/// <param name="Threads">Inputs that run at once.</param>
internal sealed record FuzzOptions(string Folder, uint Seed = 1, uint First = 0, uint Count = FuzzOptions.UsualCount,
    TimeSpan? Duration = null, uint Least = 0, int Threads = 1)
{
    public const uint UsualCount = 100_000;

    /// <summary>One of this many inputs gets the thorough checks, which include the comparison with OnnxRuntime.</summary>
    public const int ThoroughShare = 8;

    /// <summary>The longest time that an input may take.</summary>
    public TimeSpan Limit { get; init; } = TimeSpan.FromSeconds(5);
}
