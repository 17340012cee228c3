using System.CommandLine;
using ImcEngine.Cli.Reports;
using ImcEngine.Importer.Comparisons;
using Spectre.Console;

namespace ImcEngine.Cli;

/// <summary>The progress of a long task.</summary>
/// <param name="Fraction">From 0 to 1.</param>
/// <param name="Detail">E.g. <c>320 of 1000 images</c>.</param>
internal readonly record struct ProgressStep(double Fraction, string Detail);

/// <summary>Prints what a command reports: drawn tables and a bar on a terminal, aligned plain lines where output is redirected.</summary>
internal sealed class Report(TextWriter output, bool isTerminal, TimeProvider? time = null) : IRunReport
{
    /// <summary>The longest line of a table when the terminal's width is unknown. The tables of a comparison just fit.</summary>
    private const int MostCharacters = 124;

    private static readonly TimeSpan BetweenLines = TimeSpan.FromSeconds(10), BeforeNotice = TimeSpan.FromSeconds(2);

    public static Report ForConsole(ParseResult parse)
    {
        var (output, error) = (parse.InvocationConfiguration.Output, parse.InvocationConfiguration.Error);
        return TextFileOption.TakesStandardOutput(parse) ? new(error, isTerminal: false)
            : new(output, output is StandardOutput && !Console.IsOutputRedirected);
    }

    /// <summary>Whether a reader sees this at once, in a font that has signs for drawings.</summary>
    public bool IsTerminal => isTerminal;

    /// <summary>Keeps the lines and tables that are written; null for none.</summary>
    public ReportTranscript? Transcript { get; init; }

    public void Line() => Line("");

    public void Line(string text)
    {
        Transcript?.Add(text);
        output.WriteLine(Printable.Escape(text));
    }

    /// <summary>Writes text of several lines as it is.</summary>
    public void Document(string text) => output.WriteLine(text);

    public void Write(TextTable table)
    {
        Transcript?.Add(table);
        if (isTerminal) AnsiConsole.Write(Drawn(table));
        else WritePlain(table);
    }

    private void WritePlain(TextTable table)
    {
        bool isFirst = true;
        foreach (var part in table.Parts(MostCharacters))
        {
            if (!isFirst) output.WriteLine();
            isFirst = false;
            foreach (string line in part.ToLines()) output.WriteLine(line);
        }
    }

    /// <summary>
    /// Writes a table as comma-separated lines: titles, then rows. A cell that holds a comma, quote or line break is quoted. Control
    /// characters are escaped only on a terminal.
    /// </summary>
    public void WriteCsv(TextTable table)
    {
        foreach (string[] row in table.Rows.Prepend([.. table.Columns.Select(column => column.Title)]))
            output.WriteLine(CsvLine(isTerminal ? row.Select(Printable.Escape) : row));
    }

    /// <summary>Runs <paramref name="work"/> and shows its progress: as a bar, or as a line every ten seconds.</summary>
    public Task<T> WithProgressAsync<T>(string title, Func<Action<ProgressStep>, Task<T>> work)
    {
        if (!isTerminal) return work(new PlainProgress(title, this, time ?? TimeProvider.System).Report);
        return AnsiConsole.Progress()
            .Columns(new TaskDescriptionColumn(), new ProgressBarColumn(), new PercentageColumn(), new RemainingTimeColumn())
            .StartAsync(context =>
            {
                var task = context.AddTask(Drawn(title), maxValue: 1);
                return work(step =>
                {
                    task.Value = step.Fraction;
                    task.Description = Drawn($"{title}: {step.Detail}");
                });
            });
    }

    /// <summary>Runs work that counts how much of <paramref name="total"/> is done, such as images.</summary>
    public Task<T> WithCountAsync<T>(string title, string things, int total, Func<Action<int>, T> work) =>
        WithProgressAsync(title, step => Task.Run(() => work(done => step(new((double)done / total, $"{done} of {total} {things}")))));

    /// <summary>Runs work that reports no progress. If it takes long, a line says what is running.</summary>
    public void WithNotice(string notice, Action work)
    {
        using var timer = (time ?? TimeProvider.System).CreateTimer(_ => Line(notice), null, BeforeNotice, Timeout.InfiniteTimeSpan);
        work();
    }

    private static string Drawn(string text) => Markup.Escape(Printable.Escape(text));

    private static Table Drawn(TextTable table)
    {
        var drawn = new Table().Border(TableBorder.Rounded);
        foreach (var column in table.Columns)
        {
            var added = new TableColumn(Drawn(column.Title));
            drawn.AddColumn(column.IsNumber ? added.RightAligned() : added.LeftAligned());
        }
        foreach (string[] row in table.Rows) drawn.AddRow([.. row.Select((cell, c) => Markup.Escape(table.Shown(c, cell)))]);
        return drawn;
    }

    private static string CsvLine(IEnumerable<string> cells) =>
        string.Join(',', cells.Select(cell => cell.AsSpan().ContainsAny(",\"\n\r") ? Quoted(cell) : cell));

    private static string Quoted(string cell) => $"\"{cell.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private sealed class PlainProgress(string title, Report report, TimeProvider time)
    {
        private readonly Lock _lock = new();
        private long _lastLine = time.GetTimestamp();

        public void Report(ProgressStep step)
        {
            lock (_lock)
            {
                if (time.GetElapsedTime(_lastLine) < BetweenLines) return;
                _lastLine = time.GetTimestamp();
                report.Line($"{title}: {step.Fraction:P0} ({step.Detail})");
            }
        }
    }
}
