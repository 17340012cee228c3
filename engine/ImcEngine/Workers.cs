using System.Runtime.ExceptionServices;

namespace ImcEngine;

/// <summary>Parallel loops. An exception of a thread reaches the caller unwrapped, so that a user error is reported as on one
/// thread.</summary>
internal static class Workers
{
    /// <param name="count">The body runs for 0 to count - 1.</param>
    /// <param name="threads">The maximum number of threads at once; -1 for no limit.</param>
    public static void For(int count, int threads, CancellationToken cancellation, Action<int> body) =>
        Unwrapped(
            () => Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads, CancellationToken = cancellation }, body));

    /// <summary>Makes the items 0 to count - 1 on all processors. Where some cannot be made, throws the exception of the first of
    /// them.</summary>
    public static T[] Make<T>(int count, Func<int, T> item)
    {
        var made = new T[count];
        var failures = new Exception?[count];
        Parallel.For(0, count, i =>
        {
            try
            {
                made[i] = item(i);
            }
            catch (Exception failure)
            {
                failures[i] = failure;
            }
        });
        if (Array.Find(failures, failure => failure is not null) is { } first) ExceptionDispatchInfo.Throw(first);
        return made;
    }

    /// <summary>Runs a parallel loop; if several exceptions occur, throws the first.</summary>
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
