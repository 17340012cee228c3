using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Cli.Studies;

/// <summary>Writes a study's tables from its plan and its finished points alone: the same points give the same bytes.</summary>
internal static class StudyResults
{
    private const string Interval = "Interval95";

    /// <summary>The columns, and where a point holds their figures.</summary>
    private static readonly (string Title, Func<JsonNode, JsonNode?> Of)[] Figures =
    [
        .. Named("images"), .. WithInterval("floatTop1"), .. WithInterval("digitalTop1"), .. WithInterval("imcTop1"),
        ("imcDigitalLoss", point => point["imcAgainstDigital"]?["lossTop1"]),
        ("imcDigitalLossLow95", point => point["imcAgainstDigital"]?["interval95"]?[0]),
        ("imcDigitalLossHigh95", point => point["imcAgainstDigital"]?["interval95"]?[1]),
        ("imcDigitalExactP", point => point["imcAgainstDigital"]?["exactP"]),
        .. Named("digitalFloatAgreement", "imcFloatAgreement", "imcDigitalAgreement", "conversionsPerImage", "arrays",
            "imcLogitsSha256", "key"),
    ];

    /// <summary>Columns of a study in which a measured table clamps.</summary>
    private static readonly (string Title, Func<JsonNode, JsonNode?> Of)[] ClampFigures =
        [("clampedFraction", point => point["clampedConversions"]?["fraction"]),
            ("clampedImages", point => point["clampedConversions"]?["images"])];

    /// <summary>Columns of a study whose points have costs; those of older versions have none.</summary>
    private static readonly (string Title, Func<JsonNode, JsonNode?> Of)[] CostFigures =
        [("leastNanojoules", point => point["cost"]?["bandNanojoules"]?[0]),
            ("mostNanojoules", point => point["cost"]?["bandNanojoules"]?[1])];

    /// <summary>Columns of a study of more than a few classes.</summary>
    private static readonly (string Title, Func<JsonNode, JsonNode?> Of)[] Top5Figures =
        [.. WithInterval("floatTop5"), .. WithInterval("digitalTop5"), .. WithInterval("imcTop5")];

    /// <summary>Accuracies of a point that are stored without their intervals.</summary>
    private static readonly string[] Bare = ["floatTop1", "digitalTop1", "floatTop5", "digitalTop5"];

    /// <summary>Writes the tables, and prints the summary over dies and seeds where the study has one.</summary>
    /// <returns>The number of the plan's points that are finished.</returns>
    public static int Write(StudyFolder folder, JsonObject plan, Report report)
    {
        StudySummary.Point[] planned = [.. plan["points"]!.AsArray().Select(point => Read(folder, point!.AsObject()))];
        var results = plan.DeepClone().AsObject();
        var points = new JsonArray([.. planned.Select(point => point.Row).OfType<JsonObject>()]);
        results["points"] = points;
        folder.WriteResults(results, Csv(results, PathsOf(plan)),
            Timings(folder, planned.Where(point => point.Row is not null).Select(point => (string)point.Planned["key"]!), report));
        WriteSummary(folder, plan, planned, report);
        NameOthers(folder, plan, points, report);
        return points.Count;
    }

    private static StudySummary.Point Read(StudyFolder folder, JsonObject planned)
    {
        if (folder.Point((string)planned["key"]!).Content is not { } point) return new(planned, null, null);
        var row = planned.DeepClone().AsObject();
        foreach (var (name, field) in point)
            if (name != CorrectImages.Field) row[name] = field?.DeepClone();
        foreach (string name in Bare)
            if (point[name] is { } accuracy)
                row[name + Interval] = FigureText.ToJson(ProportionOf((double)accuracy, (int)point["images"]!).Interval95);
        return new(planned, row, CorrectImages.TryRead(point));
    }

    private static Proportion ProportionOf(double fraction, int images) => new((int)Math.Round(fraction * images), images);

    private static JsonArray Timings(StudyFolder folder, IEnumerable<string> keys, Report report)
    {
        var timings = new JsonArray();
        foreach (string key in keys)
        {
            var (timing, damage) = folder.Timing(key);
            if (timing is not null) timings.Add((JsonNode)timing);
            if (damage is not null) report.Line($"'{folder.TimingFile(key)}' is damaged ({damage}); timings.json leaves it out.");
        }
        return timings;
    }

    private static void WriteSummary(StudyFolder folder, JsonObject plan, StudySummary.Point[] points, Report report)
    {
        if (StudySummary.AxesOf(plan).Length == 0)
        {
            folder.RemoveSummary();
            return;
        }
        var summary = StudySummary.Of(plan, points);
        var json = StudySummaryOutput.ToJson(summary, plan);
        folder.WriteSummary(json, StudySummaryOutput.Csv(summary, json));
        StudySummaryOutput.Print(summary, report);
    }

    /// <summary>Reports stored points that the plan does not ask for, so that a table of fewer points surprises no one.</summary>
    private static void NameOthers(StudyFolder folder, JsonObject plan, JsonArray points, Report report)
    {
        var planned = plan["points"]!.AsArray().Select(point => (string)point!["key"]!).ToHashSet();
        JsonNode[] others = [.. folder.PointKeys.Where(key => !planned.Contains(key)).Select(key => folder.Point(key).Content)
            .OfType<JsonObject>()];
        if (others.Length == 0) return;
        report.Line($"{others.Length} points of {ImagesOf(others)} images, which the plan does not ask for now, stay stored; "
            + $"results.csv and results.json hold {points.Count} points{(points.Count > 0 ? $" of {ImagesOf(points!)} images" : "")}.");
    }

    private static string ImagesOf(IEnumerable<JsonNode> points) =>
        string.Join(" and ", points.Select(point => point["images"]!.ToJsonString()).Distinct());

    private static IEnumerable<(string, Func<JsonNode, JsonNode?>)> Named(params string[] names) =>
        names.Select(name => (name, (Func<JsonNode, JsonNode?>)(point => point[name])));

    /// <summary>Every field that a grid sets, in order of appearance.</summary>
    private static string[] PathsOf(JsonObject plan) =>
        [.. plan["points"]!.AsArray().SelectMany(point => point!["set"]!.AsObject().Select(field => field.Key)).Distinct()];

    private static string Csv(JsonObject results, string[] paths)
    {
        bool Have(string field) => results["points"]!.AsArray().Any(point => point![field] is not null);
        (string Title, Func<JsonNode, JsonNode?> Of)[] figures =
        [
            .. Figures[..^2], .. Have("cost") ? CostFigures : [], .. Have("imcTop5") ? Top5Figures : [],
            .. Have("clampedConversions") ? ClampFigures : [], .. Figures[^2..],
        ];
        return StudyTables.Csv(results["points"]!.AsArray(), paths, figures);
    }

    private static IEnumerable<(string, Func<JsonNode, JsonNode?>)> WithInterval(string name) =>
        [.. Named(name), (name + "Low95", point => point[name + Interval]?[0]), (name + "High95", point => point[name + Interval]?[1])];
}
