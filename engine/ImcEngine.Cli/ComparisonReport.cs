using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Data;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary>A comparison as tables and as JSON.</summary>
internal static class ComparisonReport
{
    public const string Digital = "digital (exact sums)";

    private const int BarsOfSums = 24;

    /// <param name="images">Where the images come from.</param>
    /// <param name="yieldAbove">The accuracy that a good die exceeds; null if none was given.</param>
    public static void Write(Report report, ComparisonResults results, NetworkImages images, double? yieldAbove)
    {
        var names = SettingNames.Create(results);
        report.Line($"{results.Model.Title}; {results.Data.Evaluated.Count} of {results.Data.Evaluable} images of {results.Data.Name}");
        foreach (string note in images.Notes) report.Line(note);
        PreprocessingReport.Write(report, results.Model);
        foreach (var layer in results.LayerNotes.Where(layer => !layer.OnMacro)) report.Line($"Digital: {layer.Name} ({layer.Reason})");
        if (results.Outputs.Count > 0) OutputFigures.Write(report, results, names);
        else WriteAccuracies(report, results, names);
        for (int i = 0; i < results.Points.Count; i++)
            CorrectionReport.Write(report, results.Points[i].Run, results.Points[i].Corrections, results.Points.Count == 1 ? "" : names[i]);
        for (int i = 0; i < results.Points.Count; i++)
            ClampReport.Write(report, results.Points[i].Clamped, results.Points.Count == 1 ? "" : names[i]);
        MonteCarloReport.Write(report, results, names, yieldAbove);
        for (int i = 0; i < results.Points.Count; i++)
        {
            if (results.Points[i].Layers.Count == 0) continue;
            report.Line();
            if (results.Points.Count > 1) report.Line($"{names[i]}:");
            report.Write(Layers(results.Points[i], report.IsTerminal));
        }
        report.Line();
        if (results.Points.Max(point => point.DieBytes) is > 0 and var bytes)
            report.Line($"A die takes {bytes / 1e6:F1} MB in addition to the network on its arrays.");
        report.Line($"{results.Runner.Threads} threads; kernels: "
            + $"{string.Join(", ", results.Points.SelectMany(point => point.Kernel.Split(", ")).Distinct())}");
        if (results.Kept.Count > 0)
            report.Line($"From earlier runs of the same files: {string.Join(", ", results.Kept)} (--no-cache computes them again).");
        if (results.CacheProblem is { } problem)
            report.Line($"Nothing can be kept for later runs: {problem} Set {DataCache.Variable} to a folder that can be written.");
    }

    private static void WriteAccuracies(Report report, ComparisonResults results, SettingNames names)
    {
        if (!results.Data.Evaluated.IsLabelled) report.Line(UnlabelledFigures.Note);
        report.Line();
        report.Write(Accuracies(results));
        report.Line();
        names.WriteLegend(report);
        report.Write(Points(results, names));
        report.Line();
        report.Write(Costs(results, names));
        report.Line(CostFigure.EnergyNote(results.Points.Select(point => point.Cost)));
        report.Line();
        report.Write(Losses(results, names));
        foreach (string line in FigureText.PairedNote) report.Line(line);
    }

    public static JsonObject ToJson(ComparisonResults results, NetworkImages images, string? calibrationFile, double? yieldAbove)
    {
        var document = JsonOutput.NewDocument();
        document["model"] = JsonOutput.OfModel(results.Model.Path, results.Model.Choice);
        document["data"] = new JsonObject { ["name"] = results.Data.Name, ["sha256"] = results.Data.Sha256 };
        if (images.ToJson() is { } prepared) document["data"]!["prepared"] = prepared;
        PreprocessingReport.AddTo(document, results.Model);
        document["operands"] = RunOutput.OperandsToJson(results.Network);
        if (results.EvaluatedCalibrationImages > 0) document["calibrationImagesEvaluated"] = results.EvaluatedCalibrationImages;
        if (calibrationFile is not null) document["calibrationFile"] = JsonOutput.OfFile(calibrationFile);
        if (results.Kept.Count > 0) document["fromEarlierRuns"] = new JsonArray([.. results.Kept.Select(kept => (JsonNode)kept)]);
        document["die"] = results.DieChoice.First;
        document["dies"] = results.DieChoice.Count;
        document["repeats"] = results.DieChoice.Repeats;
        document["seed"] = results.DieChoice.Seed;
        JsonObject[] points = [.. results.Points.Select(point => PointToJson(results, point, yieldAbove))];
        foreach (var (name, field) in points[0]) document[name] = field?.DeepClone();
        document["points"] = new JsonArray([.. points]);
        if (results.ComparesSettings) document["differences"] = MonteCarloReport.DifferencesToJson(results);
        return results.Data.Evaluated.IsLabelled || results.Outputs.Count > 0 ? document : UnlabelledFigures.Renamed(document);
    }

    public static string LabelOf(ComparisonResults results, ComparisonPoint point) =>
        point.Setting.Label ?? SettingLabel.Describe(point.Run, results.LayerNotes.Select(note => note.Name));

    private static JsonObject PointToJson(ComparisonResults results, ComparisonPoint point, double? yieldAbove)
    {
        var document = new JsonObject();
        if (MonteCarloReport.FirstTitle(point.Dies) is { } first) document["imcIsOf"] = first;
        foreach (var (name, value) in Figures(results, point)) document[name] = value?.DeepClone();
        if (results.Outputs.Count == 0) document["monteCarlo"] = MonteCarloReport.ToJson(point.Dies, results, yieldAbove);
        document["layers"] = new JsonArray([.. point.Layers.Select(LayerToJson)]);
        document["run"] = RunOutput.ToJson(point.Run, !results.Model.IsFloat);
        CorrectionReport.AddTo(document, point.Run, point.Corrections);
        ClampReport.AddTo(document, point.Clamped);
        return document;
    }

    /// <summary>Returns the figures of a setting, of its first die if there are several.</summary>
    private static JsonObject Figures(ComparisonResults results, ComparisonPoint point)
    {
        bool areOutputs = results.Outputs.Count > 0;
        var figures = areOutputs ? OutputFigures.ToJson(results, point) : new();
        foreach (var figure in AllFigures(results, point))
            if (!areOutputs || !figure.IsOfClasses) figures[figure.Name] = figure.Value;
        return figures;
    }

    private static IEnumerable<Figure> AllFigures(ComparisonResults results, ComparisonPoint point) =>
    [
        new("images", results.Data.Evaluated.Count),
        OfClasses("floatTop1", results.Float.Top1),
        OfClasses("floatTop1Interval95", FigureText.ToJson(results.Float.Accuracy.Interval95)),
        OfClasses("digitalTop1", results.Digital.Top1),
        OfClasses("digitalTop1Interval95", FigureText.ToJson(results.Digital.Accuracy.Interval95)),
        OfClasses("imcTop1", point.Imc.Top1),
        OfClasses("imcTop1Interval95", FigureText.ToJson(point.Imc.Accuracy.Interval95)),
        OfClasses("top1IntervalFormula", FigureText.AccuracyFormula),
        OfClasses("digitalAgainstFloat", FigureText.ToJson(results.Digital.Against(results.Float))),
        OfClasses("imcAgainstDigital", FigureText.ToJson(point.Imc.Against(results.Digital))),
        OfClasses("imcAgainstFloat", FigureText.ToJson(point.Imc.Against(results.Float))),
        OfClasses("digitalFloatAgreement", results.Digital.AgreementWith(results.Float)),
        OfClasses("imcFloatAgreement", point.Imc.AgreementWith(results.Float)),
        OfClasses("imcDigitalAgreement", point.Imc.AgreementWith(results.Digital)),
        new("floatImagesPerSecond", results.Float.ImagesPerSecond),
        new("digitalImagesPerSecond", results.Digital.ImagesPerSecond),
        new("imcImagesPerSecond", point.Imc.ImagesPerSecond),
        new("floatSource", results.Model.FloatSource),
        new("conversionsPerImage", point.ConversionsPerImage),
        new("arrays", point.Arrays),
        new("cost", CostJson.Totals(point.Cost)),
        new("dieBytes", point.DieBytes),
        new("kernel", point.Kernel),
        new("threads", results.Runner.Threads),
        new("batch", results.Runner.Batch),
        new("imcLogitsSha256", point.Imc.LogitsSha256()),
        OfClasses("digitalLogitsSqnrDb", Finite(results.Digital.SqnrDbAgainst(results.Float))),
        OfClasses("imcLogitsSqnrDb", Finite(point.Imc.SqnrDbAgainst(results.Float))),
        OfClasses("largestLogitDifference", point.Imc.LargestDifferenceFrom(results.Digital)),
        .. Top5("float", results.Float), .. Top5("digital", results.Digital), .. Top5("imc", point.Imc),
    ];

    private static Figure OfClasses(string name, JsonNode? value) => new(name, value, IsOfClasses: true);

    private static IEnumerable<Figure> Top5(string name, ComparedPass pass) => pass.Top5 is not { } top5 ? []
        : [OfClasses($"{name}Top5", top5.Fraction), OfClasses($"{name}Top5Interval95", FigureText.ToJson(top5.Interval95))];

    /// <summary>Returns a layer's statistics. An infinite ratio (no noise at all) is null.</summary>
    public static JsonNode LayerToJson(LayerStatistics layer)
    {
        var json = new JsonObject
        {
            ["name"] = layer.Name,
            ["localSqnrDb"] = Finite(layer.LocalSqnrDb),
            ["cumulativeSqnrDb"] = Finite(layer.CumulativeSqnrDb),
            ["partialSumSqnrDb"] = Finite(layer.PartialSumSqnrDb),
            ["clippedFraction"] = layer.ClippedFraction,
            ["unreachableCodes"] = layer.UnreachableCodes,
        };
        if (layer.ClampedFraction is { } clamped) json["clampedFraction"] = clamped;
        return json;
    }

    public static JsonNode? Finite(double decibels) => double.IsFinite(decibels) ? decibels : null;

    private static TextTable Accuracies(ComparisonResults results)
    {
        bool hasTop5 = results.Float.Top5 is not null;
        var table = new TextTable([TextTable.Text("network"), TextTable.Number(UnlabelledFigures.Title(results)),
            TextTable.Number("95 % interval"), .. Top5Columns(hasTop5), .. SqnrColumn(results), TextTable.Number("images/s")]);
        foreach (var (name, pass) in new[] { (results.Model.FloatTitle, results.Float), (Digital, results.Digital) })
            table.Add([name, FigureText.Percent(pass.Top1), FigureText.PercentInterval(pass.Accuracy.Interval95),
                .. Top5Cells(pass.Top5, hasTop5),
                .. SqnrCell(results, pass), Rate(pass.ImagesPerSecond)]);
        return table;
    }

    /// <summary>Returns the table of settings. With several dies, the main line of a setting is their mean, and the line of its first die
    /// follows. Only the first die is timed and compared with float and digital image by image.</summary>
    private static TextTable Points(ComparisonResults results, SettingNames names)
    {
        bool hasTop5 = results.Float.Top5 is not null;
        var table = new TextTable([TextTable.Text("IMC"), TextTable.Number(UnlabelledFigures.Title(results)),
            TextTable.Number("95 % interval"), .. Top5Columns(hasTop5), TextTable.Number("as float"), TextTable.Number("as digital"),
            .. SqnrColumn(results), TextTable.Number("conversions"), TextTable.Number("arrays"), TextTable.Number("images/s")]);
        for (int i = 0; i < results.Points.Count; i++)
        {
            var point = results.Points[i];
            if (MonteCarloReport.MeanTitle(point.Dies) is { } mean)
                table.Add([$"{names[i]}, {mean}", FigureText.Percent(point.Dies.Top1.Mean),
                    FigureText.PercentInterval(point.Dies.Top1.Interval95), .. Top5Cells(null, hasTop5), "", "",
                    .. SqnrCell(results, null), "", "", ""]);
            table.Add([MonteCarloReport.FirstTitle(point.Dies) is { } first ? $"  {first}" : names[i], FigureText.Percent(point.Imc.Top1),
                FigureText.PercentInterval(point.Imc.Accuracy.Interval95), .. Top5Cells(point.Imc.Top5, hasTop5),
                FigureText.Percent(point.Imc.AgreementWith(results.Float)), FigureText.Percent(point.Imc.AgreementWith(results.Digital)),
                .. SqnrCell(results, point.Imc), CostFigure.Whole(point.ConversionsPerImage),
                point.Arrays.ToString(CultureInfo.InvariantCulture), Rate(point.Imc.ImagesPerSecond)]);
        }
        return table;
    }

    /// <summary>Returns the table of what an image costs with each setting, beside the accuracy of its first die.</summary>
    private static TextTable Costs(ComparisonResults results, SettingNames names)
    {
        var table = new TextTable(TextTable.Text("cost of an image"), TextTable.Number(UnlabelledFigures.Title(results)),
            TextTable.Number("conversions"), TextTable.Number("nJ"), TextTable.Number("fJ a MAC"), TextTable.Number("us"));
        for (int i = 0; i < results.Points.Count; i++)
        {
            var cost = results.Points[i].Cost;
            table.Add(names[i], FigureText.Percent(results.Points[i].Imc.Top1), CostFigure.Whole(cost.Conversions),
                CostFigure.BandNanojoules(cost), CostFigure.BandAMac(cost),
                CostFigure.Number(cost.Nanoseconds / 1000));
        }
        return table;
    }

    /// <summary>The column of the logits' SQNR against float, which images without labels have in place of accuracies.</summary>
    private static TextTable.Column[] SqnrColumn(ComparisonResults results) =>
        results.Data.Evaluated.IsLabelled ? [] : [TextTable.Number("logits SQNR dB")];

    /// <param name="pass">Null leaves the cell empty.</param>
    private static string[] SqnrCell(ComparisonResults results, ComparedPass? pass) => results.Data.Evaluated.IsLabelled ? []
        : [pass is null || pass == results.Float ? "" : Decibels(pass.SqnrDbAgainst(results.Float))];

    private static TextTable.Column[] Top5Columns(bool hasTop5) =>
        hasTop5 ? [TextTable.Number("top-5"), TextTable.Number("95 % interval")] : [];

    private static string[] Top5Cells(Proportion? top5, bool hasTop5) => !hasTop5 ? []
        : top5 is { } share ? [FigureText.Percent(share.Fraction), FigureText.PercentInterval(share.Interval95)] : ["", ""];

    /// <summary>Returns the table of what each step and each setting costs on the same images.</summary>
    private static TextTable Losses(ComparisonResults results, SettingNames names)
    {
        var table = new TextTable(TextTable.Text("same images"), TextTable.Text("against"), TextTable.Number("points lost"),
            TextTable.Number("95 % interval"), TextTable.Number("exact p"), TextTable.Text(""));
        void Add(string name, string against, PairedDifference loss) => table.Add(
            name, against, FigureText.Points(loss.Loss), FigureText.PointsInterval(loss.Interval95), FigureText.P(loss),
            FigureText.Verdict(loss));
        Add(Digital, "float", results.Digital.Against(results.Float));
        for (int i = 0; i < results.Points.Count; i++)
        {
            var point = results.Points[i];
            if (MonteCarloReport.MeanTitle(point.Dies) is { } mean)
                foreach (var (against, baseline) in new[] { ("digital", results.Digital), ("float", results.Float) })
                {
                    var loss = point.Dies.LossAgainst(baseline.Top1);
                    table.Add(against == "digital" ? $"{names[i]}, {mean}" : "", against, FigureText.Points(loss.Mean),
                        FigureText.PointsInterval(loss.Interval95), "", FigureText.Verdict(loss.Interval95));
                }
            Add(MonteCarloReport.FirstTitle(point.Dies) is { } first ? $"  {first}" : names[i], "digital",
                point.Imc.Against(results.Digital));
            Add("", "float", point.Imc.Against(results.Float));
        }
        return table;
    }

    /// <param name="areDrawn">Whether a histogram of each layer's partial sums stands beside its numbers.</param>
    private static TextTable Layers(ComparisonPoint point, bool areDrawn)
    {
        var layers = point.Layers;
        bool clamps = layers.Any(layer => layer.ClampedFraction is not null);
        var table = new TextTable([TextTable.Name("layer"), TextTable.Number("SQNR local dB"), TextTable.Number("cumulative dB"),
            TextTable.Number("partial sums dB"),
            TextTable.Number("clipped"), TextTable.Number("unreachable codes"),
            .. clamps ? new[] { TextTable.Number("beyond table") } : [],
            .. areDrawn ? new[] { TextTable.Text("partial sums, from least to most") } : []]);
        foreach (var (layer, sums) in layers.Zip(point.Converted))
            table.Add([layer.Name, Decibels(layer.LocalSqnrDb), Decibels(layer.CumulativeSqnrDb), Decibels(layer.PartialSumSqnrDb),
                FigureText.Percent(layer.ClippedFraction),
                layer.UnreachableCodes.ToString(CultureInfo.InvariantCulture),
                .. clamps ? new[] { layer.ClampedFraction is { } clamped ? FigureText.Percent(clamped) : "" } : [],
                .. areDrawn ? new[] { Sparkline.OfBins(sums.Occurring, BarsOfSums) } : []]);
        return table;
    }

    public static string Rate(double rate) => rate.ToString("F1", CultureInfo.InvariantCulture);
    public static string Decibels(double decibels) =>
        double.IsPositiveInfinity(decibels) ? "exact" : double.IsFinite(decibels) ? decibels.ToString("F1", CultureInfo.InvariantCulture)
            : "no signal";

    /// <summary>A figure of a setting.</summary>
    /// <param name="IsOfClasses">Whether only outputs that are classes have it.</param>
    private readonly record struct Figure(string Name, JsonNode? Value, bool IsOfClasses = false);
}
