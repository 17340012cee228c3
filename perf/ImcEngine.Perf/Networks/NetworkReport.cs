using System.Globalization;
using System.Text;

namespace ImcEngine.Perf.Networks;

/// <summary>Everything that one run of the network comparison measured.</summary>
/// <param name="Command">The command that measured them.</param>
/// <param name="PeakMemoryBytes">By network, the largest working set of a process that builds it and runs it at batch 64.</param>
internal sealed record NetworkResults(
    Machine Machine, string Command, int Threads, int Rounds, string Version, IReadOnlyList<NetworkTable> Tables,
    IReadOnlyDictionary<string, long> PeakMemoryBytes);

/// <summary>Writes results as Markdown; documents show the table between the two marks.</summary>
internal static class NetworkReport
{
    public static string Markdown(NetworkResults results)
    {
        var text = new StringBuilder();
        var machine = results.Machine;
        text.Append(CultureInfo.InvariantCulture, $"# ResNet18 on {machine.Cpu}\n\n");
        text.Append("CIFAR stem, width 64, 3x32x32 images; "
            + "random weights unless trained, activations tuned to the density of set bits that is shown. Made by\n\n");
        text.Append(CultureInfo.InvariantCulture, $"    {results.Command}\n\n");
        text.Append($"{SpeedTables.Begin}\n\n");
        text.Append(CultureInfo.InvariantCulture,
            $"{machine.Cpu}, engine on {machine.Instructions}, OnnxRuntime on {machine.FloatInstructions}; "
                + $"{results.Threads} threads on each side, batch 64, 256 rows, row groups of whole kernel positions, "
                + $"4-bit ADC clipped to 15 LSB of 7 counts, ideal die; medians of {results.Rounds} interleaved rounds in one process. ");
        AppendFloat(text, results.Tables[0]);
        AppendBusy(text, results);
        text.Append('\n');
        AppendPrecisions(text, results);
        text.Append(CultureInfo.InvariantCulture, $"\n*Density* is the measured share of input bits that are set. "
            + $"*Exact* runs the same network with `--exact`. {machine.Dotnet}, OnnxRuntime {machine.OnnxRuntime}.\n\n{SpeedTables.End}\n");
        foreach (var table in results.Tables.Skip(1)) AppendParameters(text, table);
        return text.ToString();
    }

    /// <summary>Writes results that have only tables of settings.</summary>
    /// <param name="what">What distinguishes the settings, after "ResNet18".</param>
    public static string MarkdownOf(string what, NetworkResults results)
    {
        var text = new StringBuilder();
        var machine = results.Machine;
        text.Append(CultureInfo.InvariantCulture, $"# ResNet18 {what}, {machine.Cpu}\n\n");
        text.Append("CIFAR stem, width 64, 3x32x32 images, random weights, activations tuned to the density of set bits that is shown. "
            + "Made by\n\n");
        text.Append(CultureInfo.InvariantCulture, $"    {results.Command}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"Engine on {machine.Instructions}, OnnxRuntime on {machine.FloatInstructions}; "
            + $"{results.Threads} threads on each side, batch 64, 256 rows, row groups of whole kernel positions, "
            + $"4-bit ADC clipped to 15 LSB of 7 counts (digits: times the span of a product); "
            + $"medians of {results.Rounds} interleaved rounds in one process. "
            + $"{machine.Dotnet}, OnnxRuntime {machine.OnnxRuntime}.\n");
        AppendBusy(text, results);
        foreach (var table in results.Tables) AppendParameters(text, table);
        return text.ToString();
    }

    private static void AppendPrecisions(StringBuilder text, NetworkResults results)
    {
        text.Append("| network | inputs x weights | density | images/s | over float | exact, "
            + "images/s | over float | peak memory |\n|---|---|---:|---:|---:|---:|---:|---:|\n");
        foreach (var row in results.Tables[0].Rows)
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Network} | {row.Operands} | {row.Density:F2} | {row.ImagesPerSecond:F0} | {row.OverFloat:F2}x | "
                    + $"{row.ExactImagesPerSecond:F0} | {row.ExactOverFloat:F2}x | "
                    + $"{results.PeakMemoryBytes[$"{row.Network}, {row.Operands}"] / 1e6:F0} MB |\n");
    }

    private static void AppendParameters(StringBuilder text, NetworkTable table)
    {
        text.Append(CultureInfo.InvariantCulture, $"\n## {table.Title}\n\n");
        AppendFloat(text, table);
        text.Append("\n| setting | density | images/s | over float | time of the 4-bit ideal macro | kernels "
            + "|\n|---|---:|---:|---:|---:|---|\n");
        double usual = table.Rows.First(row => row.Setting is "4-bit ADC" or "256 rows" or "batch 64" or "ideal").ImagesPerSecond;
        foreach (var row in table.Rows)
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Setting} | {row.Density:F2} | {row.ImagesPerSecond:F1} | {row.OverFloat:F2}x | "
                    + $"{usual / row.ImagesPerSecond:F2}x | "
                    + $"{row.Kernels} |\n");
    }

    private static void AppendBusy(StringBuilder text, NetworkResults results)
    {
        double processors = results.Tables[0].Rows.Min(row => row.Processors);
        if (processors < 0.9 * results.Threads)
            text.Append(CultureInfo.InvariantCulture, $"\n**The machine was busy with other work: "
                + $"the engine had {processors:F1} of {results.Threads} processors. Ratios and rates are preliminary.**\n");
    }

    private static void AppendFloat(StringBuilder text, NetworkTable table)
    {
        string rates = string.Join(", ",
            table.FloatImagesPerSecond.Zip(NetworkBench.FloatBatches,
                (rate, batch) => string.Create(CultureInfo.InvariantCulture, $"{rate:F0} (batch {batch})")));
        text.Append(CultureInfo.InvariantCulture, $"Float, OnnxRuntime float32, images/s: {rates}.\n");
    }
}
