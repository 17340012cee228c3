using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Kernels;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>What a step of a network's program does.</summary>
internal enum StepKind { Macro, Digital, Quantizer, Other }

/// <param name="RowGroups">Of one convolution group.</param>
/// <param name="Rows">Of the largest row group.</param>
/// <param name="Lanes">What lies side by side in the kernel's vectors.</param>
/// <param name="Density">Share of the input bits that are set.</param>
/// <param name="BinaryMacsPerSecond">Products of one input bit with one weight bit, zeros and padding included, of the threads that share
/// an image: one, unless the batch is smaller than their number.</param>
/// <param name="ConversionsPerSecond">Of the same threads; with exact sums they are counted only.</param>
/// <param name="OfBound">Share of what this machine's vector logic allows (<see cref="LogicBound"/>);
/// null where the kernel is not made of it.</param>
internal sealed record MacroProfile(
    int RowGroups, int Rows, int Arrays, string Kernel, string Lanes, double Density, double BinaryMacsPerSecond,
    double ConversionsPerSecond, double? OfBound);

/// <param name="SecondsPerImage">Of the thread that carries the image.</param>
/// <param name="Share">Of all steps' time.</param>
/// <param name="Macro">Of macro layers.</param>
internal sealed record StepProfile(string Name, StepKind Kind, double SecondsPerImage, double Share, MacroProfile? Macro);

/// <summary>Where a network's time goes on one die, step by step.</summary>
/// <param name="Bounds">By kernel.</param>
internal sealed record NetworkProfile(IReadOnlyList<StepProfile> Steps, IReadOnlyDictionary<string, LogicBound> Bounds)
{
    private const int Passes = 3, DensityImages = 8;

    /// <summary>By then the just-in-time compiler has put its best code in place.</summary>
    private const double WarmUpSeconds = 1.5;

    /// <param name="images">Each is run several times; the median counts.</param>
    /// <param name="runner">How images share threads: with a smaller batch than threads, threads share an image's layers.</param>
    public static NetworkProfile Measure(Die die, ImageSet images, RunnerOptions runner, NoiseSeed noise = default,
        CancellationToken cancellation = default)
    {
        var networkRunner = new NetworkRunner(die.Mapped, runner);
        int together = networkRunner.ImagesTogether(images.Count);
        var bounds = die.Layers.Select(layer => layer.KernelFor(together)).Distinct()
            .Select(kernel => (kernel, Bound: LogicBound.Measure(kernel, runner.Threads))).Where(each => each.Bound is not null)
            .ToDictionary(each => each.kernel, each => each.Bound!);
        var densities = Densities(die, images, noise);
        double[] seconds = SecondsPerImage(networkRunner, die, images, noise, cancellation);
        double all = seconds.Sum();
        int ordinal = 0;
        return new([.. die.Mapped.Network.Nodes.Select((node, i) => new StepProfile(
            node.Name, KindOf(node), seconds[i], seconds[i] / all,
            node is MacroNode ? OfLayer(die, ordinal, together, runner, seconds[i], densities[ordinal++], bounds) : null))],
            bounds.ToDictionary(each => each.Key.Name, each => each.Value));
    }

    private static double[] SecondsPerImage(NetworkRunner runner, Die die, ImageSet images, NoiseSeed noise, CancellationToken cancellation)
    {
        for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < WarmUpSeconds;)
            runner.Run(images, die, null, cancellation, noise);
        var passes = Enumerable.Range(0, Passes).Select(_ => runner.TimeNodes(images, die, cancellation, noise)).ToList();
        return [.. passes[0].Select((_, step) => passes.Select(pass => pass[step]).Order().ElementAt(Passes / 2) / images.Count)];
    }

    private static BitDensity[] Densities(Die die, ImageSet images, NoiseSeed noise)
    {
        BitDensity[] densities = [.. die.Mapped.Layers.Select(layer => new BitDensity(layer.Map.InputFormat))];
        var runner = new NetworkRunner(die.Mapped, new(1));
        for (int i = 0; i < Math.Min(DensityImages, images.Count); i++)
            runner.Observe(images.Image(i), die, (layer, codes, _) => densities[layer].Add(codes), null, images.RecordIndex(i), noise);
        return densities;
    }

    private static MacroProfile OfLayer(Die die, int ordinal, int together, RunnerOptions runner, double seconds, BitDensity density,
        Dictionary<KernelId, LogicBound> bounds)
    {
        var map = die.Mapped.Layers[ordinal].Map;
        var kernel = die.Layers[ordinal].KernelFor(together);
        double rate = (double)map.Geometry.WeightCount * map.Geometry.OutputPixels * map.PlanePairs / seconds;
        double? ofBound = bounds.TryGetValue(kernel, out var bound)
            ? rate / (bound.BinaryMacsPerSecond(density.FewerShare) * runner.ThreadsPerImage) : null;
        return new(map.Groups.Length, map.Groups.Max(group => group.Rows), map.Arrays, kernel.Name, kernel.InLanes, density.Share, rate,
            map.Conversions / seconds, ofBound);
    }

    private static StepKind KindOf(Node node) => node switch
    {
        MacroNode => StepKind.Macro,
        DigitalNode => StepKind.Digital,
        QuantizeNode => StepKind.Quantizer,
        _ => StepKind.Other,
    };
}
