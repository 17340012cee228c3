using System.Text.Json;
using System.Text.Json.Nodes;

namespace ImcEngine.Cli.Studies;

/// <summary>Writes a study's tables from its plan and its finished points alone: the same points give the same bytes.</summary>
internal static class StudyResults
{
    /// <summary>The columns, and where a point holds their figures.</summary>
    private static readonly (string Title, Func<JsonNode, JsonNode?> Of)[] Figures =
    [
        .. Named("images", "floatTop1", "digitalTop1", "imcTop1"), ("imcTop1Low95", point => point["imcTop1Interval95"]?[0]),
        ("imcTop1High95", point => point["imcTop1Interval95"]?[1]),
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
    [
        .. Named("floatTop5", "digitalTop5", "imcTop5"), ("imcTop5Low95", point => point["imcTop5Interval95"]?[0]),
        ("imcTop5High95", point => point["imcTop5Interval95"]?[1]),
    ];

    /// <returns>The plan with its finished points: what <c>results.json</c> holds.</returns>
    public static JsonObject Write(StudyFolder folder, JsonObject plan, Report report)
    {
        var results = plan.DeepClone().AsObject();
        var points = new JsonArray();
        var timings = new JsonArray();
        foreach (var planned in plan["points"]!.AsArray())
        {
            string key = (string)planned!["key"]!;
            if (folder.Point(key).Content is not { } point) continue;
            var row = planned.DeepClone().AsObject();
            foreach (var (name, field) in point) row[name] = field?.DeepClone();
            points.Add((JsonNode)row);
            var (timing, damage) = folder.Timing(key);
            if (timing is not null) timings.Add((JsonNode)timing);
            if (damage is not null) report.Line($"'{folder.TimingFile(key)}' is damaged ({damage}); timings.json leaves it out.");
        }
        results["points"] = points;
        folder.WriteResults(results, Csv(results, PathsOf(plan)), timings);
        NameOthers(folder, plan, points, report);
        return results;
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
        var table = new TextTable([TextTable.Number("grid"), .. paths.Select(TextTable.Text),
            .. figures.Select(figure => TextTable.Number(figure.Title))]);
        foreach (var point in results["points"]!.AsArray())
            table.Add([Text(point!["grid"]), .. paths.Select(path => Text(point["set"]![path])),
                .. figures.Select(figure => Text(figure.Of(point)))]);
        using var text = new StringWriter { NewLine = "\n" };
        new Report(text, isTerminal: false).WriteCsv(table);
        return text.ToString();
    }

    private static string Text(JsonNode? node) => node switch
    {
        null => "",
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        _ => node.ToJsonString(),
    };
}
