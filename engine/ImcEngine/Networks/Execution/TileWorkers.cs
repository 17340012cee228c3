using System.Collections.Concurrent;
using ImcEngine.Kernels;

namespace ImcEngine.Networks.Execution;

/// <summary>Splits one image's layers between threads where there are fewer images than threads: by pixels, outputs or elements.</summary>
/// <param name="threads">Of one image.</param>
internal sealed class TileWorkers(int threads)
{
    // Pools outlive the runs that use them, with their working memory: their threads are few, and asleep in between.
    private static readonly ConcurrentBag<SpinWorkerPool> Pools = [];

    private readonly ConcurrentBag<KernelScratch> _scratches = [];

    /// <summary>Does all of a layer, in a tile a thread where there are several; nothing is allocated on one.</summary>
    /// <param name="count">Of what tiles divide.</param>
    /// <param name="least">Tiles begin at multiples of it.</param>
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

    /// <summary>Working memory, which the caller gives back.</summary>
    public KernelScratch Take() => _scratches.TryTake(out var scratch) ? scratch : new();

    public void Give(KernelScratch scratch) => _scratches.Add(scratch);
}

/// <summary>Work on a part of a layer. It names memory, not an image:
/// what the thread that carries an image notes of it comes to another core line by line.</summary>
internal interface ITile
{
    void Run(int first, int count, KernelScratch scratch);
}
