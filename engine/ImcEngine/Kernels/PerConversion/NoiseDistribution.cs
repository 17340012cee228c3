using ImcEngine.Kernels.Adc;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Kernels.PerConversion;

/// <summary>
/// The distribution of codes under noise, for ideal cells and edges that all columns share. Noise rises with u, so v is above an edge from
/// some u on:
/// <code>Cdf[k] = least u with 4096 s + noise(u) > below[k], or 2^32</code>
/// So for every u, the code is the one that the noise itself gives.
/// </summary>
internal sealed class NoiseDistribution : ICodeDistribution
{
    /// <summary>With more sums than these, digits of several planes, finding the distributions takes longer than it saves.</summary>
    private const int MostSums = 1 << 13;

    private const int MostEntries = 1 << 21;

    private readonly ulong[] _cdf;
    private readonly int _sums, _edges, _least;

    private NoiseDistribution(MappedLayer layer, DieSpec die, MergedAdcs adcs, NoiseTable[] noise)
    {
        (Distributions, _edges, _least) = (adcs.Adcs.Count, adcs.Edges, layer.LeastPartialSum);
        _sums = layer.MostPartialSum - _least + 1;
        _cdf = new ulong[Distributions * _sums * _edges];
        var below = new long[_edges];
        for (int distribution = 0; distribution < Distributions; distribution++)
        {
            adcs.WriteEdges(distribution, die, default, below);
            for (int i = 0; i < _sums; i++)
                for (int k = 0; k < _edges; k++)
                    _cdf[(distribution * _sums + i) * _edges + k] =
                        noise[distribution].LeastUniformAbove(_least + i, below[k] - (long)(_least + i) * AdcTransfer.QuantaPerCount);
        }
    }

    public int Distributions { get; }
    public long Bytes => (long)_cdf.Length * sizeof(ulong);

    /// <summary>Returns null where the table would be too large.</summary>
    public static NoiseDistribution? TryMake(MappedLayer layer, DieSpec die, MergedAdcs adcs, NoiseTable[] noise)
    {
        int sums = layer.MostPartialSum - layer.LeastPartialSum + 1;
        return sums <= MostSums && (long)adcs.Adcs.Count * sums * adcs.Edges <= MostEntries
            ? new(layer, die, adcs, noise) : null;
    }

    public ReadOnlySpan<ulong> Cdf(int distribution, int partialSum) =>
        _cdf.AsSpan((distribution * _sums + partialSum - _least) * _edges, _edges);
}
