using System.Globalization;
using ImcEngine.Data;
using ImcEngine.Images;
using ImcEngine.Macro;
using ImcEngine.Perf.Networks;

namespace ImcEngine.Perf.Answers;

/// <summary>
/// <c>answers</c>: times commands of <c>imc</c> as users type them, each in a process of its own, with a cold cache and then with a warm
/// one, and writes the times to <c>perf/results/CPU</c>. Options: <c>--data PATH</c> (<c>cifar10</c>), <c>--rounds N</c> (3),
/// <c>--only N,N</c> (all), <c>--threads N</c> (the program's own), <c>--against FOLDER</c> (no other build), <c>--out DIR</c>.
/// </summary>
internal static class AnswersCommand
{
    /// <param name="Old">The version of the other build; null for none.</param>
    private sealed record Results(Machine Machine, string Command, string Date, string Version, string? Old, int? Threads, int Rounds,
        IReadOnlyList<AnswerRow> Rows);

    public static int Run(string[] args)
    {
        var options = AnswersOptions.Parse(args);
        var build = new ImcBuild(AppContext.BaseDirectory);
        var old = options.Against is { } against ? new ImcBuild(against) : null;
        var commands = AskedCommand.All(Evaluable(options.Data)).Where(command => options.Only.Contains(command.Number)).ToArray();
        var results = new Results(Machine.Current(), NetworksCommand.CommandOf("answers", args),
            DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), build.Version, old?.Version, options.Threads,
            options.Rounds, Measure(commands, build, old, options));
        string text = Markdown(results);
        ResultFiles.Write("answers", options.Folder, results.Machine, results, text);
        Console.Write(text);
        return 0;
    }

    private static AnswerRow[] Measure(AskedCommand[] commands, ImcBuild build, ImcBuild? old, AnswersOptions options)
    {
        var folder = Directory.CreateTempSubdirectory("imc-answers-");
        try
        {
            var measured = new AnswersBench(PathOf(options.Data), options.Threads, folder.FullName)
                .Measure(commands, old is null ? [build] : [old, build], options.Rounds);
            return [.. commands.Zip(measured, (command, rounds) =>
                new AnswerRow(command.Number, command.What, command.Line, rounds[^1], old is null ? null : rounds[0]))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Returns the path of the images. Downloaded ones are in the user's cache, which the commands do not see.</summary>
    private static string PathOf(string data) =>
        data == DataSource.Cifar10 ? Path.Combine(DataCache.Folder, CifarDownload.ArchiveName) : Path.GetFullPath(data);

    private static int Evaluable(string data)
    {
        var images = ImageSource.Look(data, new()).For([3, 32, 32], null, new()).Images;
        return images.Count - RunSpecJson.Default.Calibration.Count;
    }

    private static string Markdown(Results results)
    {
        string threads = results.Threads is { } count ? $"--threads {count}" : $"{results.Machine.Processors} processors";
        string old = results.Old is { } version ? $" The old build is {version}." : "";
        return string.Create(CultureInfo.InvariantCulture, $"""
            # Whole commands on {results.Machine.Cpu}

            Wall time from the start of the process to its end. imc {results.Version}, {results.Date}.{old} Made by

                {results.Command}

            {threads}, {results.Machine.Instructions}; {results.Machine.Dotnet}; medians, rounds: {results.Rounds}. *Cold*: with an
            empty cache. *Warm*: the same command right after. *Emulation*: the part of the warm time in which the macro itself ran, where
            the command says it. The first die is timed, and counts for all. D is CIFAR-10. FILE is a study of 12 points: 64, 128 and 256
            rows, 3 to 6 ADC bits.

            {AnswersTable.Markdown(results.Rows)}
            """);
    }
}
