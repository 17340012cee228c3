using System.Diagnostics;

namespace ImcEngine.Images.Pictures;

/// <summary>Counts the images that were read and prepared, and the time it took all threads together. Safe for several threads.</summary>
internal sealed class DecodingClock
{
    private long _ticks, _images;

    public long Images => Interlocked.Read(ref _images);

    /// <summary>Seconds of all threads added: two threads for one second are two seconds.</summary>
    public double Seconds => (double)Interlocked.Read(ref _ticks) / Stopwatch.Frequency;

    /// <param name="start">The <see cref="Stopwatch.GetTimestamp"/> before one image was read.</param>
    public void AddSince(long start)
    {
        Interlocked.Add(ref _ticks, Stopwatch.GetTimestamp() - start);
        Interlocked.Increment(ref _images);
    }
}
