using System.Globalization;
using System.Text;

namespace ImcEngine.Perf.Answers;

/// <summary>What one command took.</summary>
/// <param name="Seconds">Wall time of the process.</param>
/// <param name="EmulationSeconds">The macro's own part of it; null where the command does not say.</param>
internal readonly record struct AnswerRun(double Seconds, double? EmulationSeconds);

/// <summary>The rounds of one command on one build.</summary>
/// <param name="Cold">With an empty cache.</param>
/// <param name="Warm">Right after, with what the first run kept.</param>
internal sealed record AnswerRounds(IReadOnlyList<AnswerRun> Cold, IReadOnlyList<AnswerRun> Warm)
{
    public double ColdSeconds => Median.Of(Cold.Select(run => run.Seconds));
    public double WarmSeconds => Median.Of(Warm.Select(run => run.Seconds));

    /// <summary>The macro's own part of the warm runs; null where the command does not say.</summary>
    public double? EmulationSeconds =>
        Warm.Any(run => run.EmulationSeconds is null) ? null : Median.Of(Warm.Select(run => run.EmulationSeconds!.Value));
}

/// <summary>A line of the table.</summary>
/// <param name="Old">The other build; null for none.</param>
internal sealed record AnswerRow(int Number, string What, string Command, AnswerRounds New, AnswerRounds? Old);

/// <summary>The table of commands.</summary>
internal static class AnswersTable
{
    private const string Fixed = "| # | what | command |", FixedLine = "|---:|---|---|";
    private const string Alone = " cold, s | warm, s | emulation, s |";
    private const string Both = " cold, s: old | new | old / new | warm, s: old | new | old / new | emulation, s: old | new | old / new |";

    /// <param name="rows">All with another build, or all without.</param>
    public static string Markdown(IReadOnlyList<AnswerRow> rows)
    {
        var text = new StringBuilder();
        string columns = rows[0].Old is null ? Alone : Both;
        text.Append($"{Fixed}{columns}\n{FixedLine}{string.Concat(columns.Where(letter => letter == '|').Select(_ => "---:|"))}\n");
        foreach (var row in rows)
            text.Append(CultureInfo.InvariantCulture, $"| {row.Number} | {row.What} | `{row.Command}` |").Append(Cells(row)).Append('\n');
        if (DiesNote(rows) is { } note) text.Append(CultureInfo.InvariantCulture, $"\n{note}\n");
        return text.ToString();
    }

    private static string Cells(AnswerRow row) => row.Old is not { } old
        ? $" {Text(row.New.ColdSeconds)} | {Text(row.New.WarmSeconds)} | {Text(row.New.EmulationSeconds)} |"
        : Pair(old.ColdSeconds, row.New.ColdSeconds) + Pair(old.WarmSeconds, row.New.WarmSeconds)
            + Pair(old.EmulationSeconds, row.New.EmulationSeconds);

    private static string Pair(double? old, double? now) => $" {Text(old)} | {Text(now)} | {Ratio(old / now)} |";

    private static string? DiesNote(IReadOnlyList<AnswerRow> rows)
    {
        var ten = rows.FirstOrDefault(row => row.Number == AskedCommand.TenDies);
        var one = rows.FirstOrDefault(row => row.Number == AskedCommand.OneDie);
        if (ten is null || one is null) return null;
        string note = $"Ten dies take {TimesAsLong(ten.New, one.New)}";
        return ten.Old is { } oldTen && one.Old is { } oldOne ? $"{note}. With the old build, {TimesAsLong(oldTen, oldOne)}."
            : $"{note}.";
    }

    private static string TimesAsLong(AnswerRounds ten, AnswerRounds one) =>
        $"{Ratio(ten.ColdSeconds / one.ColdSeconds)} the time of one with a cold cache, {Ratio(ten.WarmSeconds / one.WarmSeconds)} with a "
            + "warm one";

    private static string Text(double? seconds) => seconds?.ToString("F1", CultureInfo.InvariantCulture) ?? "";

    private static string Ratio(double? ratio) => ratio is { } given ? string.Create(CultureInfo.InvariantCulture, $"{given:F2}x") : "";
}
