using System.Globalization;
using System.Text;
using ImcEngine.Data;
using ImcEngine.Evaluation.Caching;
using ImcEngine.Perf.Networks;

namespace ImcEngine.Perf.Builds;

/// <summary>
/// <c>builds</c>: times an older build of <c>imc</c> and this one in turn in one process, on ideal and imperfect dies, checks that both
/// compute the same bits, and writes the speeds to <c>perf/results/CPU</c>. Options: <c>--against FOLDER</c> (the output folder of the
/// older build; required), <c>--data PATH</c> (<c>cifar10</c>), <c>--rounds N</c> (3), <c>--threads N</c> (2), <c>--out DIR</c>, and
/// <c>--only NETWORK:DIE</c>, parts of names, which measures the settings whose names contain both.
/// </summary>
internal static class BuildsCommand
{
    private const string Command = "builds";
    private const string Allowed = "--against FOLDER, --data PATH, --rounds N, --threads N, --out DIR, --only NETWORK:DIE";

    private sealed record Options(string? Against, string Data, int Rounds, int Threads, string? Folder, string Only);

    private sealed record Results(Machine Machine, string Command, string Date, string Old, string New, int Threads, int Rounds,
        IReadOnlyList<BuildsRow> Rows);

    public static int Run(string[] args)
    {
        var options = Parse(args);
        var (old, current) = (new LoadedImc(options.Against!), new LoadedImc(AppContext.BaseDirectory));
        var folder = Directory.CreateTempSubdirectory("imc-builds-");
        try
        {
            // What a build keeps would be a pass that it does not run.
            Environment.SetEnvironmentVariable(ResultCache.LimitVariable, "0");
            var rows = new BuildsBench(old, current, options.Data, options.Threads, folder.FullName)
                .Measure(options.Rounds, options.Only).ToArray();
            var results = new Results(Machine.Current(), NetworksCommand.CommandOf(Command, args),
                DateTime.UtcNow.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), old.Version, current.Version, options.Threads,
                options.Rounds, [.. rows.Select(row => row with { Command = row.Command.Replace(folder.FullName + "/", "",
                    StringComparison.Ordinal) })]);
            string text = Markdown(results);
            ResultFiles.Write(Command, options.Folder, results.Machine, results, text);
            Console.Write(text);
            return rows.All(row => row.SameLogits) ? 0 : 1;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static Options Parse(string[] args)
    {
        var options = new Options(null, DataSource.Cifar10, Rounds: 3, Threads: 2, null, ":");
        var rest = new Queue<string>(args);
        while (rest.TryDequeue(out string? option))
            options = option switch
            {
                "--against" when rest.TryDequeue(out string? given) => options with { Against = given },
                "--data" when rest.TryDequeue(out string? given) => options with { Data = given },
                "--rounds" when rest.TryDequeue(out string? given) =>
                    options with { Rounds = OptionNumber.Positive(Command, option, given) },
                "--threads" when rest.TryDequeue(out string? given) =>
                    options with { Threads = OptionNumber.Positive(Command, option, given) },
                "--only" when rest.TryDequeue(out string? given) && given.Contains(':', StringComparison.Ordinal) =>
                    options with { Only = given },
                "--out" when rest.TryDequeue(out string? given) => options with { Folder = given },
                _ => throw new ImcException($"{Command}: found '{option}'; allowed are {Allowed}."),
            };
        return options.Against is null
            ? throw new ImcException($"{Command}: --against FOLDER is missing, the output folder of the build to compare with.") : options;
    }

    private static string Markdown(Results results)
    {
        var text = new StringBuilder(string.Create(CultureInfo.InvariantCulture, $"""
            # Two builds in turn on {results.Machine.Cpu}

            Images per second of the macro, from the reports of `imc compare`. Both builds run in one process, in turn. Old: imc
            {results.Old}. New: imc {results.New}, {results.Date}. Made by

                {results.Command}

            {results.Threads} threads, {results.Machine.Instructions}; {results.Machine.Dotnet}; medians, rounds: {results.Rounds}. *Same
            bits*: whether all passes of both builds have the same SHA-256 of logits.

            | network | die | old | new | new / old | same bits |
            |---|---|---:|---:|---:|---|

            """));
        foreach (var row in results.Rows)
            text.Append(CultureInfo.InvariantCulture,
                $"| {row.Network} | {row.Die} | {row.OldImagesPerSecond:F1} | {row.NewImagesPerSecond:F1} | ").Append(
                CultureInfo.InvariantCulture,
                $"{row.NewImagesPerSecond / row.OldImagesPerSecond:F2}x | {(row.SameLogits ? "yes" : "no")} |\n");
        return text.ToString();
    }
}
