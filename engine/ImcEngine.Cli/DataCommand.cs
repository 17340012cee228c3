using System.CommandLine;
using ImcEngine.Data;
using ImcEngine.Images;
using ImcEngine.Images.Pictures;

namespace ImcEngine.Cli;

/// <summary><c>imc data</c>: downloads or draws images.</summary>
internal static class DataCommand
{
    private const double BytesPerMegabyte = 1e6;

    public static Command Create()
    {
        var command = new Command("data", "Download or draw images; without a subcommand, list what --data takes")
        {
            CreateCifar10(), CreateShapes10(),
        };
        command.SetAction(parse => List(Report.ForConsole(parse)));
        return command;
    }

    private static void List(Report report)
    {
        var table = new TextTable(TextTable.Text("--data"), TextTable.Text("images"));
        table.Add(Shapes10.Name, "ten drawn classes, 32x32 colour; 'imc data shapes10' writes them in other sizes and forms");
        table.Add(DataSource.Cifar10, "CIFAR-10's test images, after 'imc data cifar10' has brought them"
            + (DataSource.IsHere(DataSource.Cifar10) ? " (they are here)" : ""));
        table.Add("folder", $"class folders of {PictureDecoder.FormatNames}; or pictures with --labels");
        table.Add(".tar .tar.gz .zip", "the same, read without unpacking");
        table.Add(".txt .csv", "a list of files with their labels");
        table.Add("IDX", "the MNIST family: ...-images-idx3-ubyte[.gz] with its labels beside it");
        table.Add(".npy .npz", "arrays of uint8 or float32, [image, channel, y, x] or [image, y, x, channel]");
        table.Add(".parquet", "pictures and labels as the Hugging Face hub stores them, one file or a folder");
        table.Add(".bin", "CIFAR-10's and CIFAR-100's binary format: a file, a folder, or the official .tar.gz");
        report.Write(table);
    }

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
        var size = new Option<string?>("--size") { Description = "Pixels of a side, or WIDTHxHEIGHT (default: 32)", HelpName = "N|WxH" };
        var gray = new Option<bool>("--gray") { Description = "Draw gray images of one channel" };
        var form = Choices.Word("--form",
            "What is written: CIFAR-10's binary format, IDX files, or a folder of pictures for each class "
                + "(default: cifar for 32x32 colour, idx for gray, else png)",
            ("cifar", ImageForm.Cifar), ("idx", ImageForm.Idx), ("png", ImageForm.Png), ("jpeg", ImageForm.Jpeg));
        var folder = new Option<string>("--out") { Description = "Folder to write into", HelpName = "DIR", Required = true };
        var command = new Command("shapes10", "Draw the set shapes10 in any size and write it") { split, count, seed, size, gray, form,
            folder };
        command.SetCancellableAction(async (parse, cancellation) =>
        {
            string target = parse.GetRequiredValue(folder);
            OutputFolder.Make(target);
            var chosen = parse.GetValue(split) ?? Split.Test;
            int number = parse.GetValue(count) ?? (chosen == Split.Test ? Shapes10.DefaultTestCount : Shapes10.DefaultTrainCount);
            int[] sides = parse.GetValue(size) is { } text ? PictureSizes.Parse("--size", text) : [ShapeScene.Size];
            var shape = new ImageShape(parse.GetValue(gray) ? 1 : 3, sides[^1], sides[0]);
            var images = Shapes10.Draw(chosen, number, shape, (ulong?)parse.GetValue(seed) ?? Shapes10.DefaultSeed);
            var written = parse.GetValue(form) ?? (shape == CifarFormat.Shape ? ImageForm.Cifar : shape.Channels == 1 ? ImageForm.Idx
                : ImageForm.Png);
            var report = Report.ForConsole(parse);
            var files = await report.WithCountAsync("Drawing", "images", number, progress =>
                ImageWriter.Write(images, chosen, written, target, Environment.ProcessorCount, progress, cancellation));
            foreach (string file in files) report.Line(file);
            return ImcProgram.Success;
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
