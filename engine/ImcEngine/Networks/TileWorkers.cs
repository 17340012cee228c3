using System.Collections.Concurrent;
using ImcEngine.Kernels;

namespace ImcEngine.Networks;

/// <summary>Splits one image's layers between threads where there are fewer images than threads: by pixels, outputs or elements.</summary>
/// <param name="threads">Of one image.</param>
internal sealed class TileWorkers(int threads)
{
    // Crews outlive the runs that use them: their threads are few, and asleep in between.
    private static readonly ConcurrentBag<TileCrew> Crews = [];

    private readonly ConcurrentBag<KernelScratch> _scratches = [];

    /// <summary>Does all of a layer, in a tile a thread where there are several; nothing is allocated on one.</summary>
    /// <param name="count">Of what tiles divide.</param>
    /// <param name="least">Tiles begin at multiples of it.</param>
    public void Run<TTile>(int count, int least, TTile tile) where TTile : struct, ITile
    {
        int parts = (count + least - 1) / least, tiles = Math.Min(parts, threads);
        if (tiles == 1) RunOne(0, count, tile);
        else RunAll(count, least, parts, tiles, tile);
    }

    private void RunAll<TTile>(int count, int least, int parts, int tiles, TTile tile) where TTile : struct, ITile
    {
        if (!Crews.TryTake(out var crew)) crew = new();
        try
        {
            crew.Run(tiles, i =>
            {
                int first = (int)((long)parts * i / tiles) * least, end = Math.Min(count, (int)((long)parts * (i + 1) / tiles) * least);
                RunOne(first, end - first, tile);
            });
        }
        finally
        {
            Crews.Add(crew);
        }
    }

    /// <summary>Working memory, which the caller gives back.</summary>
    public KernelScratch Take() => _scratches.TryTake(out var scratch) ? scratch : new();

    public void Give(KernelScratch scratch) => _scratches.Add(scratch);

    private void RunOne<TTile>(int first, int count, TTile tile) where TTile : struct, ITile
    {
        var scratch = Take();
        tile.Run(first, count, scratch);
        Give(scratch);
    }
}

/// <summary>Work on a part of a layer.</summary>
internal interface ITile
{
    void Run(int first, int count, KernelScratch scratch);
}
