using System.Collections.Concurrent;
using ImcEngine.Kernels;

namespace ImcEngine.Networks;

/// <summary>Splits one image's output pixels between threads where there are fewer images than threads.</summary>
internal sealed class TileWorkers(int threads)
{
    private readonly ConcurrentBag<KernelScratch> _scratches = [];

    /// <summary>Does all pixels of a layer, in tiles on several threads where there are; nothing is allocated on one.</summary>
    /// <param name="leastPixels">Tiles begin at multiples of it.</param>
    public void Run<TTile>(int pixels, int leastPixels, TTile tile) where TTile : struct, ITile
    {
        int parts = (pixels + leastPixels - 1) / leastPixels, tiles = Math.Min(parts, threads * 4);
        if (threads == 1 || tiles == 1) RunOne(0, pixels, tile);
        else RunAll(pixels, leastPixels, parts, tiles, tile);
    }

    private void RunAll<TTile>(int pixels, int leastPixels, int parts, int tiles, TTile tile) where TTile : struct, ITile =>
        Parallel.For(0, tiles, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            int first = (int)((long)parts * i / tiles) * leastPixels, end = Math.Min(pixels, (int)((long)parts * (i + 1) / tiles) * leastPixels);
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
