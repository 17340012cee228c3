using System.CommandLine;
using ImcEngine.Data;

namespace ImcEngine.Cli;

/// <summary><c>imc data</c>: downloads or draws images.</summary>
internal static class DataCommand
{
    private const double BytesPerMegabyte = 1e6;

    public static Command Create() => new("data", "Download or draw images") { CreateCifar10(), CreateShapes10() };

    private static Command CreateCifar10()
    {
        var command = new Command("cifar10",
            $"Download CIFAR-10's official archive into this user's cache (set {DataCache.Variable} for another folder)");
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            var report = Report.ForConsole(parse);
            string archive = await report.WithProgressAsync("CIFAR-10",
                show => CifarDownload.FetchAsync(progress: new DownloadSteps(show), cancellation: cancellation));
            report.Line($"CIFAR-10 is at '{archive}'; use it with --data cifar10.");
            return ImcProgram.Success;
        });
        return command;
    }

    private static Command CreateShapes10()
    {
        var split = Choices.Word("--split", "Which images (default: test)", ("test", Split.Test), ("train", Split.Train));
        var count = Choices.WholeNumber("--count",
            $"Number of images (default: {Shapes10.DefaultTestCount} test, {Shapes10.DefaultTrainCount} training)", least: 1);
        var seed = Choices.WholeNumber("--seed", $"Seed of the drawn images (default: {Shapes10.DefaultSeed})");
        var folder = new Option<string>("--out") { Description = "Folder to write into", HelpName = "DIR", Required = true };
        var command = new Command("shapes10", "Draw the set shapes10 and write it in CIFAR-10's binary format") { split, count,
            seed, folder };
        command.SetAction(parse =>
        {
            OutputFolder.Make(parse.GetRequiredValue(folder));
            var chosen = parse.GetValue(split) ?? Split.Test;
            int images = parse.GetValue(count) ?? (chosen == Split.Test ? Shapes10.DefaultTestCount : Shapes10.DefaultTrainCount);
            var report = Report.ForConsole(parse);
            foreach (string file in Shapes10.Write(chosen, images, parse.GetRequiredValue(folder),
                (ulong?)parse.GetValue(seed) ?? Shapes10.DefaultSeed)) report.Line(file);
        });
        return command;
    }

    private sealed class DownloadSteps(Action<ProgressStep> show) : IProgress<DownloadProgress>
    {
        public void Report(DownloadProgress download)
        {
            double received = download.ReceivedBytes / BytesPerMegabyte;
            show(download.TotalBytes is { } total
                ? new((double)download.ReceivedBytes / total, $"{received:F1} of {total / BytesPerMegabyte:F1} MB")
                : new(0, $"{received:F1} MB"));
        }
    }
}
