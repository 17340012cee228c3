using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Cli.Studies;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc study</c>.</summary>
internal static class StudyPage
{
    private const string Accuracy = "Top-1 accuracy (%)", MeanAccuracy = "Top-1 accuracy, mean over dies (%)";

    /// <summary>Composes the page. Where the study is summarized over dies and seeds, its plots show means with their intervals over
    /// dies.</summary>
    public static ReportPage Create(StudyTablesWritten tables)
    {
        var (results, summary) = tables;
        var points = results["points"]!.AsArray().Select(point => point!.AsObject()).ToList();
        var transcript = ReportTranscript.Of(report =>
        {
            if (results["note"] is { } note) report.Line((string)note!);
            if (summary is not null) StudySummaryOutput.Print(summary, report);
            report.Write(Table(points));
            foreach (string line in FigureText.PairedNote) report.Line(line);
        });
        return new($"Study {results["study"]}",
            string.Create(CultureInfo.InvariantCulture, $"{points.Count} finished points of {results["model"]!["file"]} on ")
                + $"{string.Join(" and ", points.Select(point => $"{point["images"]}").Distinct())} images of {results["data"]!["name"]}",
            points.Count == 0 ? [] : Keys(points), points.Count == 0 ? [] : [.. Figures(points, summary)], transcript, [], results);
    }

    /// <summary>Draws the accuracies of each grid as rows of bars.</summary>
    public static void WriteBars(Report report, JsonObject results)
    {
        foreach (var grid in results["points"]!.AsArray().Select(point => point!.AsObject())
            .GroupBy(point => point["grid"]?.ToJsonString()))
            if (VariedAccuracy.Bars(Settings(grid)) is { } bars) report.Write(bars);
    }

    private static VariedSetting[] Settings(IEnumerable<JsonObject> points) => [.. points.Select(point =>
        new VariedSetting(FieldsOf(point), (double)point["imcTop1"]!, IntervalOf(point["imcTop1Interval95"])))];

    /// <summary>Means over dies; of a single die, over images.</summary>
    private static VariedSetting[] Means(IEnumerable<SummarizedSetting> settings) => [.. settings.Select(setting =>
        new VariedSetting(setting.Set.ToDictionary(field => field.Key, field => field.Value), setting.Dies.Top1.Mean,
            setting.Dies.Top1.Interval95 ?? setting.Images?.Top1Interval95))];

    private static KeyFigure[] Keys(List<JsonObject> points)
    {
        var best = points.MaxBy(point => (double)point["imcTop1"]!)!;
        return
        [
            new("float network", FigureText.Percent((double)points[0]["floatTop1"]!)),
            new(ComparisonReport.Digital, FigureText.Percent((double)points[0]["digitalTop1"]!)),
            new("best point on the macro", FigureText.Percent((double)best["imcTop1"]!),
                FigureText.PercentInterval(IntervalOf(best["imcTop1Interval95"]))),
            new("points", points.Count.ToString(CultureInfo.InvariantCulture)),
        ];
    }

    private static IEnumerable<Figure> Figures(List<JsonObject> points, StudySummary? summary)
    {
        var grids = (summary is null
            ? points.GroupBy(point => point["grid"]?.ToJsonString() ?? "").Select(grid => (grid.Key, Settings(grid)))
            : summary.Settings.GroupBy(setting => $"{setting.Grid}").Select(grid => (grid.Key, Means(grid)))).ToList();
        foreach (var (grid, settings) in grids)
            foreach (var figure in VariedAccuracy.Figures(grids.Count == 1 ? "accuracy" : $"accuracy-grid-{grid}",
                summary is null ? Accuracy : MeanAccuracy, settings))
                yield return grids.Count == 1 ? figure : figure with { Title = $"Grid {grid}: {figure.Title}" };
        var costed = points.DistinctBy(point => (string)point["key"]!)
            .Where(point => point["cost"]?["bandNanojoules"] is JsonArray { Count: 2 }).ToList();
        if (costed.Count > 1)
            yield return AccuracyPlots.Pareto("accuracy-energy", "Accuracy against energy",
                "Upright lines are 95 % intervals of accuracy. Flat lines go from the cheaper ADC model to the other. The dashed line "
                    + "joins the points that no other point betters in both.", Accuracy, "Energy of an image (nJ)",
                [.. costed.Select(point => new CostedShare(VariedFields.Label(FieldsOf(point)), (double)point["imcTop1"]!,
                    IntervalOf(point["imcTop1Interval95"]),
                    (double)point["cost"]!["bandNanojoules"]![0]!, (double)point["cost"]!["bandNanojoules"]![1]!))]);
    }

    private static TextTable Table(List<JsonObject> points)
    {
        string[] paths = [.. points.SelectMany(point => FieldsOf(point).Keys).Distinct()];
        var table = new TextTable([TextTable.Number("grid"), .. paths.Select(path => points.All(point =>
            VariedFields.NumberOf(FieldsOf(point).GetValueOrDefault(path)) is not null) ? TextTable.Number(VariedFields.NameOf(path))
            : TextTable.Text(VariedFields.NameOf(path))),
            TextTable.Number("top-1"), TextTable.Number("95 % interval"), TextTable.Number("points lost"),
            TextTable.Number("95 % interval"),
            TextTable.Number("conversions"), TextTable.Number("nJ")]);
        foreach (var point in points)
            table.Add([$"{point["grid"]}", .. paths.Select(path => VariedFields.Text(FieldsOf(point).GetValueOrDefault(path))),
                FigureText.Percent((double)point["imcTop1"]!), FigureText.PercentInterval(IntervalOf(point["imcTop1Interval95"])),
                FigureText.Points((double)point["imcAgainstDigital"]!["lossTop1"]!),
                FigureText.PointsInterval(IntervalOf(point["imcAgainstDigital"]!["interval95"])),
                CostFigure.Whole((double)point["conversionsPerImage"]!),
                IntervalOf(point["cost"]?["bandNanojoules"]) is { } band
                    ? $"{CostFigure.Number(band.Low)} .. {CostFigure.Number(band.High)}" : ""]);
        return table;
    }

    private static Dictionary<string, JsonNode?> FieldsOf(JsonObject point) =>
        point["set"]!.AsObject().ToDictionary(field => field.Key, field => field.Value);

    private static Interval? IntervalOf(JsonNode? node) =>
        node is JsonArray { Count: 2 } ends ? new((double)ends[0]!, (double)ends[1]!) : null;
}
