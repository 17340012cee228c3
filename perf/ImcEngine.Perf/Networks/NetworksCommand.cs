using System.Globalization;
using ImcEngine.Evaluation;

namespace ImcEngine.Perf.Networks;

/// <summary>
/// <c>networks</c>: times whole networks against OnnxRuntime and writes the results to <c>perf/results/CPU</c>.
/// Options: <c>--rounds N</c> (7), <c>--threads N</c> (2), <c>--out DIR</c>. <c>--precisions</c> leaves out the tables of parameters.
/// <c>--dies</c> measures only the tables of dies, and <c>--digits</c> those of digits and votes; each writes files of its own.
/// <c>--float-avx2</c> restricts OnnxRuntime to AVX2, as <c>DOTNET_EnableAVX512=0</c> does the engine.
/// <c>--profile NAME</c> prints the steps of the networks of that name instead, e.g. <c>4-bit</c>.
/// </summary>
internal static class NetworksCommand
{
    private const string PrecisionsOnly = "--precisions", DiesOnly = "--dies", DigitsOnly = "--digits",
        FloatOnAvx2 = "--float-avx2";

    public static int Run(string[] args)
    {
        var options = BenchOptions.Parse("networks", args, PrecisionsOnly, DiesOnly, DigitsOnly, FloatOnAvx2);
        if (options.MeasuredMemory is { } key) return PrintPeakMemory(key, options.Threads);
        var machine = Machine.Current();
        if (options.Switches.Contains(FloatOnAvx2)) machine = HoldFloatToAvx2(machine);
        using var bench = new NetworkBench(options.Threads, options.Rounds);
        if (options.Profiled is { } profiled) return PrintProfile(bench, profiled);
        if (options.Switches.Contains(DiesOnly))
            return Measure("dies", "on imperfect dies", bench.Dies, [BenchmarkNetwork.OneBit, BenchmarkNetwork.FourBit]);
        if (options.Switches.Contains(DigitsOnly))
            return Measure("digits", "with digits and votes", bench.Digits, [BenchmarkNetwork.FourBit]);
        var precisions = bench.Precisions();
        Print(precisions);
        List<NetworkTable> tables = [precisions];
        bool hasParameters = !options.Switches.Contains(PrecisionsOnly);
        foreach (var network in hasParameters ? new[] { BenchmarkNetwork.OneBit, BenchmarkNetwork.FourBit } : [])
            foreach (var table in bench.Parameters(network))
            {
                Print(table);
                tables.Add(table);
            }
        var results = new NetworkResults(machine, CommandOf("networks", args), options.Threads, options.Rounds, ImcVersion.Product, tables,
            PeakMemories(options.Threads));
        ResultFiles.Write("networks", options.Folder, machine, results, NetworkReport.Markdown(results));
        return 0;

        int Measure(string file, string what, Func<BenchmarkNetwork, NetworkTable> measure, BenchmarkNetwork[] networks)
        {
            List<NetworkTable> only = [];
            foreach (var network in networks)
            {
                only.Add(measure(network));
                Print(only[^1]);
            }
            var measured = new NetworkResults(machine, CommandOf("networks", args), options.Threads, options.Rounds, ImcVersion.Product,
                only, new Dictionary<string, long>());
            ResultFiles.Write(file, options.Folder, machine, measured, NetworkReport.MarkdownOf(what, measured));
            return 0;
        }
    }

    /// <summary>Restricts OnnxRuntime to AVX2; returns the machine as it then is.</summary>
    private static Machine HoldFloatToAvx2(Machine machine)
    {
        if (machine.Instructions != Machine.Avx2Name)
            throw new ImcException($"{FloatOnAvx2} needs an engine on {Machine.Avx2Name}; it runs on {machine.Instructions}. "
                + "Set DOTNET_EnableAVX512=0 too.");
        if (machine.FloatInstructions == Machine.Avx2Name) return machine;
        FloatWithoutAvx512.Load();
        return machine with { FloatInstructions = Machine.Avx2Name };
    }

    /// <summary>Returns the command line of one of the program's commands, without the folders of this machine.</summary>
    public static string CommandOf(string name, string[] args) =>
        (Environment.GetEnvironmentVariable("DOTNET_EnableAVX512") == "0" ? "DOTNET_EnableAVX512=0 " : "")
            + string.Join(' ', (string[])["dotnet run -c Release --project perf/ImcEngine.Perf --", name,
                .. args.Select(arg => Path.IsPathRooted(arg) ? Path.GetFileName(Path.TrimEndingDirectorySeparator(arg))
                    : arg.Contains(' ', StringComparison.Ordinal) ? $"\"{arg}\"" : arg)]);

    private static void Print(NetworkTable table)
    {
        Console.WriteLine($"{table.Title}: "
            + $"float {string.Join(", ",
                table.FloatImagesPerSecond.Select(rate => rate.ToString("F1", CultureInfo.InvariantCulture)))} images/s");
        foreach (var row in table.Rows)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {row.Network} {row.Operands}, {row.Setting}, density {row.Density:F2}: {row.ImagesPerSecond:F1} images/s, "
                    + $"{row.OverFloat:F2}x float; exact {row.ExactImagesPerSecond:F1}, {row.ExactOverFloat:F2}x; {row.Kernels}"));
    }

    /// <summary>Measures each network in its own process, without OnnxRuntime and other networks.</summary>
    private static Dictionary<string, long> PeakMemories(int threads) => Measured.DistinctBy(KeyOf).ToDictionary(KeyOf, network =>
        long.Parse(OwnProcess.Output(["networks", .. BenchOptions.ForMemoryOf(network.File ?? KeyOf(network), threads)]),
            CultureInfo.InvariantCulture));

    private static IEnumerable<BenchmarkNetwork> Measured => BenchmarkNetwork.All.Concat(BenchmarkNetwork.Trained());

    private static string KeyOf(BenchmarkNetwork network) => $"{network.Name}, {network.Operands}";

    private static int PrintProfile(NetworkBench bench, string name)
    {
        foreach (var network in Measured.Where(network => network.Name == name))
            Print($"{network.Name} {network.Operands}", bench.Profile(network));
        return 0;
    }

    /// <summary>Prints the steps of a network.</summary>
    public static void Print(string title, NetworkProfile profile)
    {
        Console.WriteLine(title);
        foreach (var step in profile.Steps)
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"  {step.Name,-24} {step.Kind,-9} {step.SecondsPerImage * 1e3,8:F3} ms {step.Share,7:P1}")
                + (step.Macro is { } layer
                    ? string.Create(CultureInfo.InvariantCulture,
                        $" {layer.RowGroups,3} x {layer.Rows,-3} {layer.Kernel,-22} density {layer.Density:F2} "
                            + $"{layer.BinaryMacsPerSecond / 1e9,5:F0} G binary MAC/s, {layer.OfBound:P0} of bound") : ""));
    }

    /// <param name="key">Key of a network with random weights, or file of a trained network.</param>
    private static int PrintPeakMemory(string key, int threads)
    {
        using var bench = new NetworkBench(threads, rounds: 1);
        // No other trained network is read: it would count.
        var network = BenchmarkNetwork.All.FirstOrDefault(network => KeyOf(network) == key) ?? BenchmarkNetwork.OfFile(key);
        Console.WriteLine(bench.PeakMemory(network));
        return 0;
    }
}
