namespace ImcEngine.Fuzzing;

/// <summary>What a run found of one reader.</summary>
/// <param name="Target">The reader.</param>
/// <param name="Inputs">That were through; all but those that hang.</param>
/// <param name="Accepted">Compared ones included.</param>
/// <param name="Refused">With an error of the user's.</param>
/// <param name="Compared">With OnnxRuntime.</param>
/// <param name="Seconds">Wall time of the run.</param>
/// <param name="SlowestSeconds">Of one input.</param>
/// <param name="MostAllocatedBytes">By one input.</param>
/// <param name="Findings">One of every kind, each with how often it occurred and the file that holds it.</param>
internal sealed record FuzzResult(
    string Target, long Inputs, long Accepted, long Refused, long Compared, double Seconds, double SlowestSeconds, long MostAllocatedBytes,
    IReadOnlyList<SavedFinding> Findings);

/// <param name="Finding">The first of its kind.</param>
/// <param name="Times">Inputs that showed it.</param>
/// <param name="File">That <c>--replay</c> reads.</param>
internal sealed record SavedFinding(Finding Finding, long Times, string File);
