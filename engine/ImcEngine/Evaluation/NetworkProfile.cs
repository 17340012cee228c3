using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Kernels;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;
using ImcEngine.Randomness;

namespace ImcEngine.Evaluation;

/// <summary>The kinds of steps of a network's program.</summary>
internal enum StepKind { Macro, Digital, Quantizer, Other }

/// <summary>How a macro layer runs.</summary>
/// <param name="RowGroups">The number of row groups of one convolution group.</param>
/// <param name="Rows">The number of rows of the largest row group.</param>
/// <param name="Arrays">The number of arrays.</param>
/// <param name="Kernel">The name of the kernel.</param>
/// <param name="Lanes">What is side by side in the kernel's vectors.</param>
/// <param name="Density">The share of input bits that are set.</param>
/// <param name="BinaryMacsPerSecond">Products of one input bit with one weight bit per second, including zeros and padding, of the threads
/// that share an image. That is one thread, unless the batch is smaller than the number of threads.</param>
/// <param name="ConversionsPerSecond">Conversions per second of the same threads; with exact sums conversions are only counted.</param>
/// <param name="OfBound">The share of the bound of this machine's vector logic (<see cref="LogicBound"/>); null for a kernel that does not
/// consist of full adders.</param>
internal sealed record MacroProfile(
    int RowGroups, int Rows, int Arrays, string Kernel, string Lanes, double Density, double BinaryMacsPerSecond,
    double ConversionsPerSecond, double? OfBound);

/// <summary>The time of one step.</summary>
/// <param name="Name">The name of the step's node.</param>
/// <param name="Kind">What the step does.</param>
/// <param name="SecondsPerImage">The time per image of the thread that runs the image.</param>
/// <param name="Share">The share of the time of all steps.</param>
/// <param name="Macro">Details of a macro layer; null for other steps.</param>
internal sealed record StepProfile(string Name, StepKind Kind, double SecondsPerImage, double Share, MacroProfile? Macro);

/// <summary>The time of every step of a network on one die.</summary>
/// <param name="Steps">The steps.</param>
/// <param name="Bounds">The bound of vector logic, by kernel.</param>
internal sealed record NetworkProfile(IReadOnlyList<StepProfile> Steps, IReadOnlyDictionary<string, LogicBound> Bounds)
{
    private const int Passes = 3, DensityImages = 8;

    /// <summary>The time after which the just-in-time compiler has produced its best code.</summary>
    private const double WarmUpSeconds = 1.5;

    /// <summary>Measures the time of every step.</summary>
    /// <param name="die">The die.</param>
    /// <param name="images">The images. They are run several times; the median time of each step counts.</param>
    /// <param name="runner">The number of threads and the batch. If the batch is smaller than the number of threads, threads share the
    /// layers of an image.</param>
    /// <param name="noise">The seed and the repetition of temporal noise.</param>
    /// <param name="cancellation">Stops the measurement.</param>
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
            runner.Observe(images, i, die, (layer, codes, _) => densities[layer].Add(codes), null, noise);
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
