using System.Runtime.ExceptionServices;

namespace ImcEngine;

/// <summary>Loops over threads. What a thread throws reaches the caller as itself,
/// so that a user's error is reported as on one thread.</summary>
internal static class Workers
{
    /// <param name="count">The body runs for 0 to count - 1.</param>
    /// <param name="threads">At once; -1 for as many as the machine has.</param>
    public static void For(int count, int threads, CancellationToken cancellation, Action<int> body) =>
        Unwrapped(
            () => Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, body));

    /// <summary>Runs a parallel loop; of several exceptions the first is thrown.</summary>
    public static void Unwrapped(Action loop)
    {
        try
        {
            loop();
        }
        catch (AggregateException e) when (e.InnerExceptions.Count > 0)
        {
            ExceptionDispatchInfo.Throw(e.InnerExceptions[0]);
        }
    }
}
