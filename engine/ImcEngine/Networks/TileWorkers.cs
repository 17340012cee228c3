using System.Collections.Concurrent;
using ImcEngine.Kernels;

namespace ImcEngine.Networks;

/// <summary>Splits one image's output pixels between threads where there are fewer images than threads.</summary>
internal sealed class TileWorkers(int threads)
{
    private const int LeastPixels = 16;

    private readonly ConcurrentBag<KernelScratch> _scratches = [];

    /// <summary>Does all pixels of a layer, in tiles on several threads where there are; nothing is allocated on one.</summary>
    public void Run<TTile>(int pixels, TTile tile) where TTile : struct, ITile
    {
        int tiles = Math.Clamp(pixels / LeastPixels, 1, threads * 4);
        if (threads == 1 || tiles == 1) RunOne(0, pixels, tile);
        else RunAll(pixels, tiles, tile);
    }

    private void RunAll<TTile>(int pixels, int tiles, TTile tile) where TTile : struct, ITile =>
        Parallel.For(0, tiles, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            int first = (int)((long)pixels * i / tiles), end = (int)((long)pixels * (i + 1) / tiles);
            RunOne(first, end - first, tile);
        });

    /// <summary>Working memory, which the caller gives back.</summary>
    public KernelScratch Take() => _scratches.TryTake(out var scratch) ? scratch : new();

    public void Give(KernelScratch scratch) => _scratches.Add(scratch);

    private void RunOne<TTile>(int firstPixel, int pixels, TTile tile) where TTile : struct, ITile
    {
        var scratch = Take();
        tile.Run(firstPixel, pixels, scratch);
        Give(scratch);
    }
}

/// <summary>Work on some pixels of a layer.</summary>
internal interface ITile
{
    void Run(int firstPixel, int pixels, KernelScratch scratch);
}
