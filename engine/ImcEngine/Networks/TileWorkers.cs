using System.Collections.Concurrent;
using ImcEngine.Kernels;

namespace ImcEngine.Networks;

/// <summary>Splits one image's output pixels between threads where there are fewer images than threads.</summary>
internal sealed class TileWorkers(int threads)
{
    private const int LeastPixels = 16;

    private readonly ConcurrentBag<KernelScratch> _scratches = [];

    public delegate void Tile(int firstPixel, int pixels, KernelScratch scratch);

    public void Run(int pixels, Tile tile)
    {
        int tiles = Math.Clamp(pixels / LeastPixels, 1, threads * 4);
        if (threads == 1 || tiles == 1)
        {
            RunOne(0, pixels, tile);
            return;
        }
        Parallel.For(0, tiles, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            int first = (int)((long)pixels * i / tiles), end = (int)((long)pixels * (i + 1) / tiles);
            RunOne(first, end - first, tile);
        });
    }

    /// <summary>Working memory, which the caller gives back.</summary>
    public KernelScratch Take() => _scratches.TryTake(out var scratch) ? scratch : new();

    public void Give(KernelScratch scratch) => _scratches.Add(scratch);

    private void RunOne(int firstPixel, int pixels, Tile tile)
    {
        var scratch = Take();
        tile(firstPixel, pixels, scratch);
        Give(scratch);
    }
}
