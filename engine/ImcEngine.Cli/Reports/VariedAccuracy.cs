using System.Text.Json.Nodes;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Evaluation.Studies;

namespace ImcEngine.Cli.Reports;

/// <summary>A setting's fields and its accuracy.</summary>
internal sealed record VariedSetting(IReadOnlyDictionary<string, JsonNode?> Fields, double Share, Interval? Interval95);

/// <summary>Chooses how to draw accuracies over the fields in which settings differ: the numeric field with the most different numbers goes
/// from left to right, the others are series, and one of them a plot each where there would be too many series.</summary>
internal static class VariedAccuracy
{
    private const int LeastPoints = 3, MostSeries = 6;

    private static readonly string[] Draws = [StudyJson.DiePath, StudyJson.SeedPath];

    /// <param name="name">The beginning of the plots' names.</param>
    /// <param name="accuracy">What the shares are, with its unit, percent.</param>
    /// <returns>No plot where no numeric field has three numbers.</returns>
    public static IEnumerable<Figure> Figures(string name, string accuracy, IReadOnlyList<VariedSetting> settings)
    {
        var plots = Plots(settings).ToList();
        for (int i = 0; i < plots.Count; i++)
        {
            var (axis, of, series, areMeans) = plots[i];
            string what = axis.StartsWith("ADC", StringComparison.Ordinal) ? axis : char.ToLowerInvariant(axis[0]) + axis[1..];
            if (what.EndsWith(')')) what = what[..what.LastIndexOf(" (", StringComparison.Ordinal)];
            yield return AccuracyPlots.Over(plots.Count == 1 ? name : $"{name}-{i + 1}",
                $"Accuracy over {what}{(of.Length == 0 ? "" : $", {of}")}",
                areMeans ? "Points are means over dies and seeds, upright lines their 95 % intervals."
                    : "Points are accuracies, upright lines their 95 % intervals.", axis, accuracy, series);
        }
    }

    /// <summary>Returns the series of the plots as rows of bars, for terminals.</summary>
    public static TextTable? Bars(IReadOnlyList<VariedSetting> settings)
    {
        var plots = Plots(settings).ToList();
        if (plots.Count == 0) return null;
        var table = new TextTable(TextTable.Text($"over {plots[0].Axis}"), TextTable.Text("top-1"), TextTable.Number("from"),
            TextTable.Number("to"));
        foreach (var (_, of, series, _) in plots)
            foreach (var (label, points) in series)
                table.Add(string.Join(", ", new[] { of, label }.Where(each => each.Length > 0)),
                    Sparkline.Of(points.Select(point => point.Share), 0, 1),
                    FigureText.Percent(points[0].Share), FigureText.Percent(points[^1].Share));
        return table;
    }

    private static IEnumerable<Plot> Plots(IReadOnlyList<VariedSetting> settings)
    {
        var varied = settings.SelectMany(setting => setting.Fields.Keys).Distinct().Where(path => CountOf(settings, path) > 1).ToList();
        var fixedDraws = varied.Except(Draws).ToList();
        string? across = fixedDraws.Where(path => settings.All(setting => Number(setting, path) is not null))
            .OrderByDescending(path => CountOf(settings, path)).FirstOrDefault();
        if (across is null || CountOf(settings, across) < LeastPoints) yield break;
        var others = fixedDraws.Where(path => path != across).ToList();
        string? facet = settings.Select(setting => LabelOf(setting, others)).Distinct().Count() <= MostSeries ? null
            : others.MaxBy(path => CountOf(settings, path));
        var ofSeries = others.Where(path => path != facet).ToList();
        foreach (var plot in settings.GroupBy(setting => facet is null ? "" : LabelOf(setting, [facet])))
            yield return new(VariedFields.TitleOf(across), plot.Key,
                [.. plot.GroupBy(setting => LabelOf(setting, ofSeries)).Select(series => (series.Key,
                    (IReadOnlyList<(double, double, Interval?)>)[.. series.GroupBy(setting => Number(setting, across)!.Value)
                        .OrderBy(same => same.Key).Select(same => Mean(same.Key, [.. same]))]))], varied.Any(Draws.Contains));
    }

    private static (double, double, Interval?) Mean(double x, IReadOnlyList<VariedSetting> same)
    {
        if (same.Count == 1) return (x, same[0].Share, same[0].Interval95);
        var mean = MeanEstimate.FromDies([.. same.Select(setting => setting.Share)]).Within(0, 1);
        return (x, mean.Mean, mean.Interval95);
    }

    private static string LabelOf(VariedSetting setting, IEnumerable<string> paths) =>
        VariedFields.Label(paths.Where(setting.Fields.ContainsKey).Select(path => KeyValuePair.Create(path, setting.Fields[path])));

    private static double? Number(VariedSetting setting, string path) => VariedFields.NumberOf(setting.Fields.GetValueOrDefault(path));

    private static int CountOf(IEnumerable<VariedSetting> settings, string path) =>
        settings.Select(setting => setting.Fields.GetValueOrDefault(path)?.ToJsonString()).Distinct().Count();

    /// <param name="Axis">What is varied, with its unit.</param>
    /// <param name="Of">The setting that the plot is of; empty for all.</param>
    private sealed record Plot(string Axis, string Of,
        IReadOnlyList<(string Name, IReadOnlyList<(double X, double Share, Interval? Interval95)> Points)> Series, bool AreMeans);
}
