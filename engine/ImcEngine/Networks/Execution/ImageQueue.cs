namespace ImcEngine.Networks.Execution;

/// <summary>
/// Hands out the images of a run to its threads. A thread gets as many images at a time as run through the layers together, and fewer near
/// the end. Thus no thread waits long for one that began its last images late or that shares its processor.
/// </summary>
/// <param name="images">The number of images to hand out, in order.</param>
/// <param name="threads">The number of threads that take them.</param>
/// <param name="most">The maximum number of images at a time.</param>
internal sealed class ImageQueue(int images, int threads, int most)
{
    // With fewer images at a time, fetching the weights more often costs more than waiting does. But every thread is to get images.
    private const int UsualLeast = 8;

    private readonly Lock _lock = new();
    private readonly int _least = Math.Min(Math.Min(most, UsualLeast), (images + threads - 1) / threads);
    private int _next;

    /// <summary>Takes the next images.</summary>
    /// <returns>False if all images have been handed out.</returns>
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
