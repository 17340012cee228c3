namespace ImcEngine.Fuzzing;

/// <summary>What a run found about one reader.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Inputs">The number of inputs that ended: all but those that hang.</param>
/// <param name="Accepted">The number accepted, including those compared.</param>
/// <param name="Refused">The number refused with a user's error.</param>
/// <param name="Compared">The number compared with OnnxRuntime.</param>
/// <param name="Seconds">Wall time of the run.</param>
/// <param name="SlowestSeconds">Time of the slowest input.</param>
/// <param name="MostAllocatedBytes">The most bytes that one input allocated.</param>
/// <param name="Findings">One of every kind, each with how often it occurred and the file that holds it.</param>
internal sealed record FuzzResult(
    string Target, long Inputs, long Accepted, long Refused, long Compared, double Seconds, double SlowestSeconds, long MostAllocatedBytes,
    IReadOnlyList<SavedFinding> Findings);

/// <param name="Finding">The first of its kind.</param>
/// <param name="Times">The number of inputs that showed it.</param>
/// <param name="File">The file that <c>--replay</c> reads.</param>
internal sealed record SavedFinding(Finding Finding, long Times, string File);
