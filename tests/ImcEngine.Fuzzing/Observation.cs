using System.Diagnostics;

namespace ImcEngine.Fuzzing;

/// <summary>One input through one reader, with its time and memory.</summary>
/// <param name="Outcome">What became of the input; null if it was refused or is a finding.</param>
/// <param name="Refusal">What the reader said; null where it accepted the input.</param>
/// <param name="Fault">Kind and message of a finding; null where there is none.</param>
/// <param name="Seconds">Wall time.</param>
/// <param name="AllocatedBytes">Bytes allocated in all, including those collected in between.</param>
internal sealed record Observation(Acceptance? Outcome, string? Refusal, (string Kind, string Message)? Fault, double Seconds,
    long AllocatedBytes)
{
    /// <summary>
    /// A run beyond <paramref name="limit"/> is repeated, and is a finding only if it is slow again: a busy machine may delay any run once.
    /// </summary>
    public static Observation Of(IFuzzTarget target, byte[] input, bool thorough, TimeSpan limit)
    {
        var first = Once(target, input, thorough);
        if (first.Fault is not null || first.Seconds <= limit.TotalSeconds) return first;
        var second = Once(target, input, thorough);
        return second.Fault is not null || second.Seconds <= limit.TotalSeconds
            ? second
            : second with { Outcome = null, Fault = (Slow(limit), $"it took {first.Seconds:F1} s and {second.Seconds:F1} s") };
    }

    public static string Slow(TimeSpan limit) => $"slower than {limit.TotalSeconds} s";

    private static Observation Once(IFuzzTarget target, byte[] input, bool thorough)
    {
        long bytes = GC.GetAllocatedBytesForCurrentThread(), start = Stopwatch.GetTimestamp();
        Acceptance? outcome = null;
        string? refusal = null;
        (string, string)? fault = null;
        try
        {
            outcome = target.Run(input, thorough);
        }
        catch (ImcException refused)
        {
            refusal = refused.Message;
        }
        catch (Exception exception)
        {
            fault = (Finding.KindOf(exception), exception.ToString());
        }
        double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        if (fault is null && bytes > target.MostAllocatedBytes)
            (outcome, fault) = (null, ($"allocates more than {target.MostAllocatedBytes >> 20} MiB",
                $"it allocated {bytes} bytes; {refusal ?? "it was accepted"}"));
        return new(outcome, refusal, fault, seconds, bytes);
    }
}
