using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Cli.Studies;

/// <summary>Writes the summary of a study as JSON and CSV, and prints it. Accuracies are fractions in files, percent in the printed
/// table.</summary>
internal static class StudySummaryOutput
{
    private const string OverDies = "mean +- t(0.975, dies - 1) * sigma / sqrt(dies), Student t; holds for other dies on these images, "
        + "not other images",
        OverImages = "mean +- t(0.975, images - 1) * sigma of images' means / sqrt(images), Student t; of a single run Wilson's, and "
            + "Tango's for its loss; holds for other images on these dies, not other dies";

    /// <summary>The columns of the CSV after the settings, and where a line of the JSON holds their figures.</summary>
    private static readonly (string Title, string Path)[] Figures =
    [
        ("images", "images"), ("floatTop1", "floatTop1"), .. Ends("floatTop1", "floatTop1Interval95"), ("digitalTop1", "digitalTop1"),
        .. Ends("digitalTop1", "digitalTop1Interval95"), ("dies", "dies"), ("repeats", "repeats"), ("meanTop1", "meanTop1"),
        ("sigmaTop1", "sigmaTop1"), .. Ends("overDies", "overDiesInterval95"), .. Ends("overImages", "overImagesInterval95"),
        ("leastTop1", "leastTop1"), ("mostTop1", "mostTop1"), ("worstDie", "worstDie"), ("repeatSigmaTop1", "repeatSigmaTop1"),
        ("meanDigitalLoss", "againstDigital.lossTop1"), .. Ends("lossOverDies", "againstDigital.overDiesInterval95"),
        .. Ends("lossOverImages", "againstDigital.overImagesInterval95"),
    ];

    private static readonly (string Title, string Path)[] YieldFigures =
        [("yieldAbove", "yield.above"), ("goodDies", "yield.dies"), ("yield", "yield.fraction"), .. Ends("yield", "yield.interval95")];

    private static readonly (string Title, string Path)[] CostFigures =
        [("conversionsPerImage", "conversionsPerImage"), ("arrays", "arrays"), ("leastNanojoules", "bandNanojoules.0"),
            ("mostNanojoules", "bandNanojoules.1")];

    /// <param name="plan">The study's plan.</param>
    public static JsonObject ToJson(StudySummary summary, JsonObject plan)
    {
        var json = plan.DeepClone().AsObject();
        json.Remove("points");
        json["intervals"] = new JsonObject { ["overDies"] = OverDies, ["overImages"] = OverImages };
        json["settings"] = new JsonArray([.. summary.Settings.Select(setting => LineOf(setting, summary.YieldAbove))]);
        return json;
    }

    /// <param name="json">As <see cref="ToJson"/>.</param>
    public static string Csv(StudySummary summary, JsonObject json)
    {
        (string Title, string Path)[] figures = [.. Figures, .. summary.YieldAbove is null ? [] : YieldFigures, .. CostFigures];
        return StudyTables.Csv(json["settings"]!.AsArray(), summary.Paths,
            [.. figures.Select(figure => (figure.Title, (Func<JsonNode, JsonNode?>)(line => At(line, figure.Path))))]);
    }

    public static void Print(StudySummary summary, Report report)
    {
        if (summary.Settings.Count > 0) PrintTable(summary, report);
        if (summary.Unfinished > 0)
            report.Line($"{summary.Unfinished} settings have runs that are not finished; the summary leaves them out.");
    }

    private static void PrintTable(StudySummary summary, Report report)
    {
        string[] yields = summary.YieldAbove is { } above ? [$"yield > {FigureText.Percent(above)}", "95 % interval"] : [];
        var table = new TextTable([.. summary.Paths.Select(TextTable.Text), .. new[] { "dies", "mean top-1", "over dies", "over images",
            "sigma", "least", "most", "points lost", "over dies", "over images" }.Concat(yields).Select(TextTable.Number)]);
        foreach (var setting in summary.Settings)
        {
            var (mean, loss) = (setting.Dies.Top1, setting.Loss);
            table.Add([.. summary.Paths.Select(path => StudyTables.Text(setting.Set[path])), $"{setting.DifferentDies.Dies.Count}",
                FigureText.Percent(mean.Mean), FigureText.PercentInterval(mean.Interval95),
                FigureText.PercentInterval(setting.Images?.Top1Interval95), FigureText.Percent(mean.Sigma),
                FigureText.Percent(setting.LeastTop1), FigureText.Percent(setting.MostTop1), FigureText.Points(loss.Mean),
                FigureText.PointsInterval(loss.Interval95), FigureText.PointsInterval(setting.Images?.LossInterval95),
                .. summary.YieldAbove is { } target ? YieldCells(setting.DifferentDies.Yield(target)) : []]);
        }
        report.Write(table);
        report.Line($"Over dies, 95 %: {OverDies}.");
        report.Line($"Over images, 95 %: {OverImages}.");
        if (summary.Settings.Count(setting => setting.Dies.DiesAreEqual) is > 0 and int equal)
            report.Line($"All dies are equal in {equal} of {summary.Settings.Count} settings, because no static error is on there; "
                + "they count as one.");
    }

    private static string[] YieldCells(Proportion yield) =>
        [$"{yield.Count} of {yield.Of}", FigureText.PercentInterval(yield.Interval95)];

    private static JsonNode LineOf(SummarizedSetting setting, double? yieldAbove)
    {
        var (mean, loss) = (setting.Dies.Top1, setting.Loss);
        var line = new JsonObject { ["grid"] = setting.Grid, ["set"] = setting.Set.DeepClone() };
        foreach (string field in new[] { "images", "floatTop1", "floatTop1Interval95", "digitalTop1", "digitalTop1Interval95",
            "conversionsPerImage", "arrays" }) line[field] = setting.First[field]?.DeepClone();
        line["dies"] = setting.DifferentDies.Dies.Count;
        line["repeats"] = setting.Dies.Dies[0].Repeats.Count;
        line["meanTop1"] = mean.Mean;
        line["sigmaTop1"] = mean.Sigma;
        line["overDiesInterval95"] = FigureText.ToJson(mean.Interval95);
        line["overImagesInterval95"] = FigureText.ToJson(setting.Images?.Top1Interval95);
        line["leastTop1"] = setting.LeastTop1;
        line["mostTop1"] = setting.MostTop1;
        line["worstDie"] = setting.Dies.Worst.Die;
        line["repeatSigmaTop1"] = setting.Dies.RepeatSigma;
        line["againstDigital"] = new JsonObject
        {
            ["lossTop1"] = loss.Mean, ["overDiesInterval95"] = FigureText.ToJson(loss.Interval95),
            ["overImagesInterval95"] = FigureText.ToJson(setting.Images?.LossInterval95),
        };
        if (yieldAbove is { } above) line["yield"] = MonteCarloReport.YieldToJson(setting.DifferentDies, above);
        line["bandNanojoules"] = setting.First["cost"]?["bandNanojoules"]?.DeepClone();
        line["runs"] = new JsonArray([.. setting.Dies.Dies.Select(MonteCarloReport.ToJson)]);
        return line;
    }

    private static (string, string)[] Ends(string title, string path) => [(title + "Low95", path + ".0"), (title + "High95", path + ".1")];

    private static JsonNode? At(JsonNode? node, string path) => path.Split('.').Aggregate(node,
        (inner, name) => inner is JsonArray ends ? ends[name[0] - '0'] : inner?[name]);
}
