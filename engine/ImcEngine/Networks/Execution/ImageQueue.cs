namespace ImcEngine.Networks.Execution;

/// <summary>
/// Hands out a run's images to its threads: as many at a time as pass the layers together, and fewer near the end, so that no thread waits
/// long for one that began its last images late or on a processor that something else slows down.
/// </summary>
/// <param name="images">To hand out, in their order.</param>
/// <param name="threads">That take them.</param>
/// <param name="most">At a time.</param>
internal sealed class ImageQueue(int images, int threads, int most)
{
    // Below this, fetching weights more often costs more than waiting does; but no thread is to go without images.
    private const int UsualLeast = 8;

    private readonly Lock _lock = new();
    private readonly int _least = Math.Min(Math.Min(most, UsualLeast), (images + threads - 1) / threads);
    private int _next;

    /// <returns>False when all have been handed out.</returns>
    public bool TryTake(out int first, out int count)
    {
        lock (_lock)
        {
            int left = images - _next;
            (first, count) = (_next, Math.Min(left, Math.Clamp(left / threads, _least, most)));
            _next += count;
            return count > 0;
        }
    }
}
