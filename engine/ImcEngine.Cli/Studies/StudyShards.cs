using ImcEngine.Importer.Quantization;
using ImcEngine.Macro;
using ImcEngine.Mapping;

namespace ImcEngine.Cli.Studies;

/// <summary>
/// Shares the points of a study out between shards by estimated cost. Every shard finds the same answer from the study alone, on any
/// machine, so that shards need not talk.
/// <code>
/// cost of a point   sum over its layers: conversions of an image * factor of the kernel that the layer gets
/// shards            the points from the costliest on, each to the shard with the least so far; the first of equal ones
/// </code>
/// All points run the same number of images, which therefore changes nothing.
/// </summary>
internal static class StudyShards
{
    /// <summary>The time of a conversion, of a bit-sliced kernel's. Measured to one figure with the 1-bit CIFAR-10 network, two threads and
    /// AVX-512: exact sums 2,046 images/s, bit-sliced 492, column offsets 454 or, with a converter of Saikia et al., 78, mismatch 110,
    /// table 108, noise 63.</summary>
    private const double Exact = 0.25, BitSliced = 1, Offsets = 2, PerConversion = 4.5, Noisy = 8;

    /// <summary>Estimates the cost of a point, in no unit.</summary>
    /// <param name="layers">The layers on the macro.</param>
    /// <exception cref="ImcException">A layer does not fit its macro.</exception>
    public static double CostOf(IReadOnlyList<PlannedLayer> layers, RunSpec run) => layers.Sum(layer =>
    {
        var macro = run.MacroOf(layer.Name);
        return FactorOf(macro) * new LayerMap(layer.Name, layer.Geometry, layer.Input, layer.Weight, macro).Conversions;
    });

    /// <summary>Returns the shard of each point, from 1 on.</summary>
    /// <param name="costs">The cost of each point, in canonical order.</param>
    /// <param name="shards">The number of shards, at least 1.</param>
    public static int[] Assign(IReadOnlyList<double> costs, int shards)
    {
        var assigned = new int[costs.Count];
        var loads = new PriorityQueue<int, (double Load, int Shard)>();
        for (int shard = 1; shard <= shards; shard++) loads.Enqueue(shard, (0, shard));
        foreach (int point in Enumerable.Range(0, costs.Count).OrderByDescending(point => costs[point]))
        {
            loads.TryDequeue(out int shard, out var before);
            assigned[point] = shard;
            loads.Enqueue(shard, (before.Load + costs[point], shard));
        }
        return assigned;
    }

    private static double FactorOf(MacroSpec macro)
    {
        if (macro.Die.HasNoise || macro.Adc.HasSecondStage) return Noisy;
        if (macro.Adc.Kind == AdcKind.Table || macro.Die.CellSigmaRelative() > 0) return PerConversion;
        if (!macro.Die.IsIdeal) return macro.Adc.Kind is AdcKind.D21Cifar or AdcKind.D21ImageNet ? PerConversion : Offsets;
        return macro.Adc.Kind == AdcKind.None ? Exact : BitSliced;
    }
}
