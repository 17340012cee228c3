using System.Diagnostics;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Macro;
using ImcEngine.Networks.Execution;
using ImcEngine.Networks.Graph;

namespace ImcEngine.Perf.Networks;

/// <summary>The results of one setting, all from the rounds of one table.</summary>
/// <param name="Setting">What distinguishes the setting within its table.</param>
/// <param name="Density">The measured share of set bits among all input bits of macro layers.</param>
/// <param name="Processors">Processors that the engine had, median.</param>
/// <param name="ImagesPerSecond">The engine's images per second, median.</param>
/// <param name="OverFloat">The engine's rate divided by OnnxRuntime's in the same rounds.</param>
/// <param name="ExactImagesPerSecond">The rate with exact sums; null if not measured.</param>
internal sealed record NetworkRow(
    string Network, string Operands, string Setting, double Density, double Processors, double ImagesPerSecond, double OverFloat,
    double? ExactImagesPerSecond, double? ExactOverFloat, string Kernels);

/// <param name="FloatImagesPerSecond">OnnxRuntime's rate by batch, as <see cref="NetworkBench.FloatBatches"/>; the best counts.</param>
internal sealed record NetworkTable(string Title, double[] FloatImagesPerSecond, IReadOnlyList<NetworkRow> Rows);

/// <summary>Times networks against OnnxRuntime, table by table.</summary>
internal sealed class NetworkBench(int threads, int rounds) : IDisposable
{
    private const int MostImages = 1024, LeastImages = 16, ProfiledImages = 32, FloatImages = 128;
    private const int CalibrationImages = 128, StatisticsImages = 32;
    private const double PassSeconds = 0.6;

    private readonly ImageSet _images = BenchmarkTopology.Cifar.Images(MostImages);
    private readonly Dictionary<BenchmarkNetwork, Network> _networks = [];
    private readonly string _tableFile = Path.GetTempFileName();

    /// <summary>Images of OnnxRuntime's batches.</summary>
    public static int[] FloatBatches { get; } = [16, 64];

    public NetworkTable Precisions() => Measure(
        "Precisions",
        [.. BenchmarkNetwork.All.Concat(BenchmarkNetwork.Trained())
            .Select(network => (network, new NetworkSetting("4-bit ADC", NetworkSetting.Hardware(network))))], withExact: true);

    public IEnumerable<NetworkTable> Parameters(BenchmarkNetwork network)
    {
        NetworkTable Of(string what, params NetworkSetting[] settings) =>
            Measure($"{network.Name}, {network.Operands}: {what}", [.. settings.Select(setting => (network, setting))], withExact: false);
        yield return Of("ADC bits",
            [
                .. ((int[])[3, 4, 5, 6, 8, 10]).Select(
                    bits => new NetworkSetting($"{bits}-bit ADC", NetworkSetting.Hardware(network, bits)))]);
        yield return Of("rows",
            [.. ((int[])[64, 128, 256]).Select(rows => new NetworkSetting($"{rows} rows", NetworkSetting.Hardware(network, rows: rows)))]);
        yield return Of("images at once",
            [.. ((int[])[1, 16, 64]).Select(batch => new NetworkSetting($"batch {batch}", NetworkSetting.Hardware(network), batch))]);
        yield return Dies(network);
    }

    public NetworkTable Dies(BenchmarkNetwork network)
    {
        NetworkSetting Die(string name, DieSpec die) => new(name, NetworkSetting.Hardware(network, die: die));
        (BenchmarkNetwork, NetworkSetting)[] settings =
        [
            .. new[]
            {
                Die("ideal", new()), Die("column offset 0.5 counts", new() { ColumnOffsetCounts = 0.5 }),
                Die("column offset 0.5 counts, INL 0.1 LSB", new() { ColumnOffsetCounts = 0.5, EdgeErrorLsb = 0.1 }),
                Die("cell mismatch 2 %", new() { CellMismatchRelative = 0.02 }),
                Die("bitline noise 0.5 counts", new() { BitlineNoiseCounts = 0.5 }),
                Die("column offset, bitline noise", new() { ColumnOffsetCounts = 0.5, BitlineNoiseCounts = 0.5 }),
                Die("column offset, cell mismatch, bitline noise",
                    new() { ColumnOffsetCounts = 0.5, CellMismatchRelative = 0.02, BitlineNoiseCounts = 0.5 }),
                new("measured table", NetworkSetting.MeasuredTable(network, _tableFile)),
                new("ideal: calibration", NetworkSetting.Hardware(network), Work: Work.Calibration, Images: CalibrationImages),
                new("ideal: statistics of layers", NetworkSetting.Hardware(network), Work: Work.Statistics, Images: StatisticsImages),
            }.Select(setting => (network, setting)),
        ];
        return Measure($"{network.Name}, {network.Operands}: die", settings, withExact: false);
    }

    /// <summary>Times conversions of several planes, and several conversions of one sum.</summary>
    public NetworkTable Digits(BenchmarkNetwork network)
    {
        NetworkSetting Of(string name, Func<MacroSpec, MacroSpec> change, DieSpec? die = null) =>
            new(name, NetworkSetting.Digits(network, change, die));
        var noise = new DieSpec { BitlineNoiseCounts = 0.5 };
        NetworkSetting[] settings =
        [
            Of("ideal", macro => macro), Of("input digits of 2 bits", macro => macro with { InputDigitBits = 2 }),
            Of("input digits of 4 bits", macro => macro with { InputDigitBits = 4 }),
            Of("weight digits of 2 bits", macro => macro with { WeightDigitBits = 2 }),
            Of("digits of 4 x 2 bits", macro => macro with { InputDigitBits = 4, WeightDigitBits = 2 }),
            Of("digits of 4 x 2 bits in cells of 2 bits, own sign plane",
                macro => macro with { InputDigitBits = 4, CellBits = 2, SignPlane = SignPlaneKind.Own }),
            Of("bitline noise 0.5 counts", macro => macro, noise),
            Of("digits of 4 x 2 bits, bitline noise", macro => macro with { InputDigitBits = 4, WeightDigitBits = 2 }, noise),
            Of("bitline noise, median of 3 votes", macro => macro with { Votes = 3 }, noise),
            Of("bitline noise, mean of 3 votes", macro => macro with { Votes = 3, Voting = VotingKind.Mean }, noise),
        ];
        return Measure($"{network.Name}, {network.Operands}: digits and votes", [.. settings.Select(setting => (network, setting))],
            withExact: false);
    }

    /// <summary>Runs one network at batch 64 and returns the largest working set, in bytes, that this process has had.</summary>
    public long PeakMemory(BenchmarkNetwork network)
    {
        var run = NetworkSetting.Hardware(network);
        Passer(network, new("", run), exact: false)(NetworkSetting.UsualBatch);
        return Process.GetCurrentProcess().PeakWorkingSet64;
    }

    public NetworkProfile Profile(BenchmarkNetwork network) =>
        NetworkProfile.Measure(DieOf(network, NetworkSetting.Hardware(network)), _images.First(ProfiledImages), new(threads));

    public void Dispose() => File.Delete(_tableFile);

    private NetworkTable Measure(string title, (BenchmarkNetwork Network, NetworkSetting Setting)[] points, bool withExact)
    {
        using var floats = new FloatPasses(BenchmarkTopology.Cifar, _images, threads, FloatBatches, FloatImages);
        List<TimedPass> passes = [.. floats.Passes];
        foreach (var (network, setting) in points)
        {
            Console.Error.WriteLine($"{title}: {network.Name}, {setting.Name}");
            passes.Add(Timed(Passer(network, setting, exact: false), setting.Images));
            if (withExact) passes.Add(Timed(Passer(network, setting, exact: true), setting.Images));
        }
        var rates = InterleavedRates.Measure(passes, rounds);
        double[] ofFloat = [.. rates.Take(floats.Passes.Length).Select(rate => rate.ImagesPerSecond)];
        double best = ofFloat.Max();
        int each = withExact ? 2 : 1;
        return new(title, ofFloat, [.. points.Select((point, i) =>
        {
            var (own, processors) = rates[floats.Passes.Length + i * each];
            double? exact = withExact ? rates[floats.Passes.Length + i * each + 1].ImagesPerSecond : null;
            var die = DieOf(point.Network, point.Setting.Run);
            var kernels = new NetworkRunner(die.Mapped, new(threads, point.Setting.Batch)).KernelsFor(die,
                passes[floats.Passes.Length + i * each].Images);
            return new NetworkRow(point.Network.Name, point.Network.Operands, point.Setting.Name,
                BenchmarkNetwork.MeasureDensity(die, _images), processors, own, own / best, exact, exact / best,
                string.Join(", ", kernels));
        })]);
    }

    private Action<int> Passer(BenchmarkNetwork network, NetworkSetting setting, bool exact)
    {
        var die = DieOf(network, exact ? setting.Run.WithExactSums() : setting.Run);
        var runner = new NetworkRunner(die.Mapped, new(threads, setting.Batch));
        return setting.Work switch
        {
            Work.Calibration => images =>
                Calibrator.Calibrate(die.Mapped, NetworkSetting.Calibrated(setting.Run), _images.First(images), threads),
            Work.Statistics => images => LayerStatistics.Gather(die, _images.First(images), threads),
            _ => images => runner.Run(_images.First(images), die, noise: new(1)),
        };
    }

    private Die DieOf(BenchmarkNetwork network, RunSpec run)
    {
        if (!_networks.TryGetValue(network, out var tuned))
            _networks[network] = tuned = network.Build(NetworkSetting.Hardware(network), _images);
        return new(new MappedNetwork(tuned, run.Macro), run, null);
    }

    /// <summary>Returns a pass of these images, or of as many as fill its time.</summary>
    private static TimedPass Timed(Action<int> run, int? given)
    {
        if (given is { } count) return new(count, () => run(count));
        run(LeastImages);
        long start = Stopwatch.GetTimestamp();
        run(LeastImages);
        double rate = LeastImages / Stopwatch.GetElapsedTime(start).TotalSeconds;
        int images = Math.Clamp((int)(rate * PassSeconds) / LeastImages * LeastImages, LeastImages, MostImages);
        return new(images, () => run(images));
    }
}
