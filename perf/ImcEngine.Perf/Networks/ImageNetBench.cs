using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Perf.Networks;

/// <summary>One network on one hardware at one batch, and OnnxRuntime at the same batch in the same rounds.</summary>
/// <param name="Density">The measured share of set bits among all input bits of macro layers.</param>
/// <param name="Processors">Processors that the engine had, median.</param>
internal sealed record ImageNetRow(
    string Topology, string Network, string Operands, string Hardware, int Batch, double Density, double Processors, double ImagesPerSecond,
    double FloatImagesPerSecond, string Kernels)
{
    public double OverFloat => ImagesPerSecond / FloatImagesPerSecond;
}

/// <summary>The largest memory of a process that builds a network and runs it.</summary>
/// <param name="WorkingSetBytes">The process's working set.</param>
/// <param name="ManagedBytes">What the garbage collector had committed at its last collection.</param>
internal sealed record ImageNetMemory(long WorkingSetBytes, long ManagedBytes);

/// <summary>A network, and the hardware that it is timed on.</summary>
/// <param name="Preset">Name of a preset; null: the hardware of the other tables.</param>
internal sealed record ImageNetPoint(BenchmarkNetwork Network, string? Preset)
{
    /// <summary>D21's networks at 224x224 on both kinds of hardware, and the same networks at 32x32 to compare with.</summary>
    public static IReadOnlyList<ImageNetPoint> All { get; } =
    [
        .. from network in new[] { BenchmarkNetwork.TwoBit, BenchmarkNetwork.FourBit }
           from point in (ImageNetPoint[])
           [
               new(network with { Topology = BenchmarkTopology.Cifar }, null),
               new(network with { Topology = BenchmarkTopology.ImageNet }, null),
               new(network with { Topology = BenchmarkTopology.ImageNet }, $"d21-imagenet-{network.Weight.Bits}bit"),
           ]
           select point,
    ];

    public BenchmarkTopology Topology => Network.Topology!;
    public string Hardware => Preset ?? "4-bit ADC";
    public string Key => $"{Topology.Name}, {Network.Name}, {Hardware}";
    public RunSpec Run => Preset is null ? NetworkSetting.Hardware(Network) : new() { Macro = MacroPresets.Get(Preset) };
}

/// <summary>Times ResNet18 at 224x224 against OnnxRuntime in float32, beside the same at 32x32:
/// everything in one process, in turn.</summary>
internal sealed class ImageNetBench(int threads, int rounds)
{
    /// <summary>A pass runs so many images at least, and about so many seconds.</summary>
    private const int LeastImages = 16, MostImages = 256;
    private const double PassSeconds = 0.6;

    private readonly Dictionary<BenchmarkTopology, ImageSet> _images = [];

    public static int[] Batches { get; } = [16, 1];

    public IReadOnlyList<ImageNetRow> Measure()
    {
        var topologies = ImageNetPoint.All.Select(point => point.Topology).Distinct().ToList();
        var floats = topologies.ConvertAll(topology => new FloatPasses(topology, ImagesOf(topology), threads, Batches, LeastImages));
        List<TimedPass> passes = [.. floats.SelectMany(each => each.Passes)];
        var measured = new List<(ImageNetPoint Point, int Batch, Die Die)>();
        foreach (var point in ImageNetPoint.All)
        {
            Console.Error.WriteLine(point.Key);
            var die = DieOf(point);
            foreach (int batch in Batches)
            {
                measured.Add((point, batch, die));
                passes.Add(Timed(point, die, batch));
            }
        }
        var rates = InterleavedRates.Measure(passes, rounds);
        floats.ForEach(each => each.Dispose());
        int engine = topologies.Count * Batches.Length;
        return [.. measured.Select((each, i) => new ImageNetRow(
            each.Point.Topology.Name, each.Point.Network.Name, each.Point.Network.Operands, each.Point.Hardware, each.Batch,
            BenchmarkNetwork.MeasureDensity(each.Die, ImagesOf(each.Point.Topology).First(2)), rates[engine + i].Processors,
            rates[engine + i].ImagesPerSecond,
            rates[topologies.IndexOf(each.Point.Topology) * Batches.Length + Array.IndexOf(Batches, each.Batch)].ImagesPerSecond,
            string.Join(", ", new NetworkRunner(each.Die.Mapped, new(threads, each.Batch)).KernelsFor(each.Die, each.Batch))))];
    }

    /// <summary>Builds one network and runs it at batch 16; returns the largest memory of this process.</summary>
    public ImageNetMemory PeakMemory(ImageNetPoint point)
    {
        var die = DieOf(point);
        new NetworkRunner(die.Mapped, new(threads, Batches[0])).Run(ImagesOf(point.Topology).First(2 * LeastImages), die);
        return new(Process.GetCurrentProcess().PeakWorkingSet64, GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes);
    }

    public NetworkProfile Profile(ImageNetPoint point) =>
        NetworkProfile.Measure(DieOf(point), ImagesOf(point.Topology).First(LeastImages), new(threads, Batches[0]));

    private ImageSet ImagesOf(BenchmarkTopology topology) =>
        _images.TryGetValue(topology, out var images) ? images : _images[topology] = topology.Images(2 * LeastImages);

    public Die DieOf(ImageNetPoint point) =>
        new(new MappedNetwork(point.Network.Build(point.Run, ImagesOf(point.Topology)), point.Run.Macro), point.Run, null);

    /// <summary>Returns a pass of as many images as fill its time.</summary>
    private TimedPass Timed(ImageNetPoint point, Die die, int batch)
    {
        var runner = new NetworkRunner(die.Mapped, new(threads, batch));
        var drawn = ImagesOf(point.Topology);
        void Run(int images) => runner.Run(drawn.Chosen([.. Enumerable.Range(0, images).Select(image => image % drawn.Count)]), die);
        Run(LeastImages);
        long start = Stopwatch.GetTimestamp();
        Run(LeastImages);
        double rate = LeastImages / Stopwatch.GetElapsedTime(start).TotalSeconds;
        int count = Math.Clamp((int)(rate * PassSeconds) / LeastImages * LeastImages, LeastImages, MostImages);
        return new(count, () => Run(count));
    }
}
