using System.Diagnostics;
using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Images;
using ImcEngine.Images.Pictures;
using ImcEngine.Networks.Execution;

namespace ImcEngine.Perf.Networks;

/// <summary>What a pass over the pictures took.</summary>
/// <param name="Seconds">Wall time.</param>
/// <param name="DecodingSeconds">The part that went into decoding and resizing, of all threads together.</param>
internal sealed record PicturesPass(double Seconds, double DecodingSeconds);

/// <summary>What running a folder of pictures showed.</summary>
/// <param name="Check">The pass in front of a run, which reads, decodes and hashes.</param>
/// <param name="Run">The run itself, which decodes again.</param>
/// <param name="WorkingSets">The largest working set in each tenth of the run, in bytes.</param>
internal sealed record PicturesResult(Machine Machine, string Command, string Version, int Pictures, long FileBytes, int Threads, int Batch,
    PicturesPass Check, PicturesPass Run, IReadOnlyList<long> WorkingSets);

/// <summary>
/// <c>pictures</c>: draws JPEG files of ImageNet's usual size, runs them through the 2-bit ResNet18 at 224x224, and writes how fast they
/// were decoded and computed, and in how much memory, to <c>perf/results/CPU</c>.
/// Options: <c>--count N</c> (20000), <c>--threads N</c> (2), <c>--batch N</c> (64), <c>--out DIR</c>.
/// </summary>
internal static class PicturesCommand
{
    private const int Tenths = 10;
    private static readonly ImageShape Drawn = new(3, 375, 500);
    private static readonly ImageOptions Options = new() { Resize = ResizeSpec.ShorterSide(256) };

    public static int Run(string[] args)
    {
        int count = 20_000, threads = 2, batch = 64;
        string? folder = null;
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? option))
        {
            if (option is not ("--count" or "--threads" or "--batch" or "--out") || !rest.TryDequeue(out string? given))
                throw new ImcException($"pictures: found '{option}'; allowed are --count N, --threads N, --batch N, --out DIR.");
            if (option == "--out") folder = given;
            else if (option == "--count") count = OptionNumber.Positive("pictures", option, given);
            else if (option == "--threads") threads = OptionNumber.Positive("pictures", option, given);
            else batch = OptionNumber.Positive("pictures", option, given);
        }
        var pictures = Directory.CreateTempSubdirectory("imc-pictures-");
        try
        {
            Console.Error.WriteLine($"drawing {count} pictures");
            ImageWriter.Write(Shapes10.Draw(Split.Test, count, Drawn), Split.Test, ImageForm.Jpeg, pictures.FullName, threads);
            var result = Measure(pictures, count, threads, batch) with { Command = NetworksCommand.CommandOf("pictures", args) };
            string text = Markdown(result);
            ResultFiles.Write("pictures", folder, result.Machine, result, text);
            Console.Write(text);
        }
        finally
        {
            pictures.Delete(recursive: true);
        }
        return 0;
    }

    private static PicturesResult Measure(DirectoryInfo pictures, int count, int threads, int batch)
    {
        var point = ImageNetPoint.All.First(point => point.Topology == BenchmarkTopology.ImageNet && point.Preset is null);
        var die = new ImageNetBench(threads, rounds: 1).DieOf(point);
        var source = ImageSource.Look(Path.Combine(pictures.FullName, "val"), Options);
        var check = ImageCheck.Run(source.For([3, 224, 224], null, Options).Images, threads);
        var runner = new NetworkRunner(die.Mapped, new(threads, batch));
        runner.Run(check.Images.First(2 * threads), die);
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        var sets = new long[Tenths];
        double before = check.Images.DecodingSeconds;
        long start = Stopwatch.GetTimestamp();
        runner.Run(check.Images, die, done =>
        {
            ref long most = ref sets[Math.Min(Tenths - 1, (int)((long)done * Tenths / count))];
            most = Math.Max(most, Process.GetCurrentProcess().WorkingSet64);
        });
        var run = new PicturesPass(Stopwatch.GetElapsedTime(start).TotalSeconds, check.Images.DecodingSeconds - before);
        return new(Machine.Current(), "", ImcVersion.Product, count,
            pictures.EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length), threads, batch,
            new(check.Seconds, check.DecodingSeconds), run, sets);
    }

    private static string Markdown(PicturesResult result)
    {
        double Rate(double seconds) => result.Pictures / seconds;
        double checking = result.Check.DecodingSeconds / result.Threads, decoding = result.Run.DecodingSeconds / result.Threads;
        string sets = string.Join(", ", result.WorkingSets.Select(bytes => (bytes / 1_000_000).ToString(CultureInfo.InvariantCulture)));
        string drawn = string.Create(CultureInfo.InvariantCulture, $"{result.Pictures} drawn JPEG files of {Drawn.Width}x{Drawn.Height}, "
            + $"{result.FileBytes / 1e3 / result.Pictures:F1} kB each, resized to 256 pixels of the shorter side, centre of 224x224, ");
        return string.Create(CultureInfo.InvariantCulture, $"""
            # JPEG files of ImageNet's size on {result.Machine.Cpu}

            {drawn}through the 2-bit ResNet18 with the 4-bit ADC. Made by

                {result.Command}

            {result.Threads} threads, batch {result.Batch}, {result.Machine.Instructions}; {result.Machine.Dotnet}. The same threads decode
            and compute. *Computed* leaves the time of decoding out.

            | pass | images/s | decoded, images/s | computed, images/s |
            |---|---:|---:|---:|
            | check before the run | {Rate(result.Check.Seconds):F1} | {Rate(checking):F1} |  |
            | run | {Rate(result.Run.Seconds):F1} | {Rate(decoding):F1} | {Rate(result.Run.Seconds - decoding):F1} |

            Largest working set in each tenth of the run: {sets} MB.

            """);
    }
}
