using System.Globalization;

namespace ImcEngine.Perf.Networks;

/// <summary>The options of the commands that time whole networks.</summary>
/// <param name="Folder">The folder of results; null for that of the machine.</param>
/// <param name="Profiled">What names the networks whose steps are printed instead; null for none.</param>
/// <param name="MeasuredMemory">The key of the network whose memory this process measures instead; null for none.</param>
/// <param name="Switches">The switches that were given.</param>
internal sealed record BenchOptions(int Rounds, int Threads, string? Folder, string? Profiled, string? MeasuredMemory,
    IReadOnlyList<string> Switches)
{
    private const int UsualRounds = 7, UsualThreads = 2;
    private const string PeakMemory = "--peak-memory", ThreadCount = "--threads";

    /// <param name="command">The command's name, for messages.</param>
    /// <param name="switches">Options without an argument that the command has besides the others.</param>
    /// <exception cref="ImcException">An option is not known, lacks its argument, or is not a number where one is needed.</exception>
    public static BenchOptions Parse(string command, string[] args, params string[] switches)
    {
        var options = new BenchOptions(UsualRounds, UsualThreads, null, null, null, []);
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? option))
            options = option switch
            {
                "--rounds" when rest.TryDequeue(out string? given) =>
                    options with { Rounds = OptionNumber.Positive(command, option, given) },
                ThreadCount when rest.TryDequeue(out string? given) =>
                    options with { Threads = OptionNumber.Positive(command, option, given) },
                "--out" when rest.TryDequeue(out string? given) => options with { Folder = given },
                "--profile" when rest.TryDequeue(out string? given) => options with { Profiled = given },
                PeakMemory when rest.TryDequeue(out string? given) => options with { MeasuredMemory = given },
                _ when switches.Contains(option) => options with { Switches = [.. options.Switches, option] },
                _ => throw new ImcException($"{command}: found '{option}'; allowed are "
                    + $"{string.Join(", ", (string[])["--rounds N", "--threads N", "--out DIR", "--profile NAME", .. switches])}."),
            };
        return options;
    }

    /// <summary>Returns the arguments that measure a network's memory in a process of its own.</summary>
    public static string[] ForMemoryOf(string key, int threads) =>
        [ThreadCount, threads.ToString(CultureInfo.InvariantCulture), PeakMemory, key];
}
