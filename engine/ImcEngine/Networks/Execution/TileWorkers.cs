using System.Collections.Concurrent;
using ImcEngine.Kernels;

namespace ImcEngine.Networks.Execution;

/// <summary>Splits the layers of one image between threads, by pixels, outputs or elements, if there are fewer images than
/// threads.</summary>
/// <param name="threads">The number of threads per image.</param>
internal sealed class TileWorkers(int threads)
{
    // Pools and their working memory outlive the runs that use them; their threads are few and sleep between runs.
    private static readonly ConcurrentBag<SpinWorkerPool> Pools = [];

    private readonly ConcurrentBag<KernelScratch> _scratches = [];

    /// <summary>Computes a whole layer, in one tile per thread if there are several. With one thread it allocates nothing.</summary>
    /// <param name="count">The number of pixels, outputs or elements to divide into tiles.</param>
    /// <param name="least">The smallest tile; tiles begin at multiples of it.</param>
    /// <param name="tile">The work.</param>
    public void Run<TTile>(int count, int least, TTile tile) where TTile : struct, ITile
    {
        int parts = (count + least - 1) / least, tiles = Math.Min(parts, threads);
        if (tiles > 1)
        {
            RunAll(count, least, parts, tiles, tile);
            return;
        }
        var scratch = Take();
        tile.Run(0, count, scratch);
        Give(scratch);
    }

    private void RunAll<TTile>(int count, int least, int parts, int tiles, TTile tile) where TTile : struct, ITile
    {
        if (!Pools.TryTake(out var pool)) pool = new();
        try
        {
            pool.Run(tiles, i =>
            {
                int first = (int)((long)parts * i / tiles) * least, end = Math.Min(count, (int)((long)parts * (i + 1) / tiles) * least);
                tile.Run(first, end - first, pool.Scratch(i));
            });
        }
        finally
        {
            Pools.Add(pool);
        }
    }

    /// <summary>Returns working memory, which the caller gives back with <see cref="Give"/>.</summary>
    public KernelScratch Take() => _scratches.TryTake(out var scratch) ? scratch : new();

    public void Give(KernelScratch scratch) => _scratches.Add(scratch);
}

/// <summary>The work on a part of a layer. It holds addresses of memory instead of the image's state: another core would have to fetch that
/// state one cache line at a time.</summary>
internal interface ITile
{
    void Run(int first, int count, KernelScratch scratch);
}
