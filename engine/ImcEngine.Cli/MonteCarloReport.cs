using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary>Statistics over several dies, repeats and settings, as tables and as JSON.
/// Accuracies are fractions in JSON, percent in tables.</summary>
internal static class MonteCarloReport
{
    private const string MeanFormula = "mean +- t(0.975, dies - 1) * sigma / sqrt(dies), Student t", YieldFormula = "Wilson score interval";
    private const string WelchFormula = "difference of means +- t(0.975, n) * sqrt(sigma1^2 / dies + sigma2^2 / dies), Welch";
    private const string Scope = "other dies on these images, not other images";

    /// <summary>Names what the mean of a series is taken over; null for a single run.</summary>
    public static string? MeanTitle(DieSeries series) =>
        series.IsSample ? $"mean of {series.Dies.Count} dies"
            : series.Dies[0].Repeats.Count > 1 ? $"mean of {series.Dies[0].Repeats.Count} repeats" : null;

    /// <summary>Names the first run of a series, which is listed beside the mean; null for a single run.</summary>
    public static string? FirstTitle(DieSeries series) =>
        MeanTitle(series) is null ? null : series.IsSample ? $"first die, {series.Dies[0].Die}" : "first repeat";

    public static void Write(Report report, ComparisonResults results, SettingNames names, double? yieldAbove)
    {
        if (results.DieChoice.IsSeveral)
        {
            report.Line();
            report.Write(EveryDie(results, names));
        }
        if (results.DieChoice.IsSeveral || yieldAbove is not null)
        {
            report.Line();
            report.Write(Summary(results, names, yieldAbove));
            report.Line($"Intervals of 95 %: {MeanFormula}{(yieldAbove is null ? "" : $"; yield: {YieldFormula}")}. "
                + $"They hold for {Scope}.");
            WriteWhatIsEqual(report, results);
        }
        if (results.ComparesSettings) WriteDifferences(report, results, names);
    }

    public static JsonObject ToJson(DieSeries series, ComparisonResults results, double? yieldAbove)
    {
        var json = new JsonObject
        {
            ["meanTop1"] = series.Top1.Mean,
            ["sigmaTop1"] = series.Top1.Sigma,
            ["interval95"] = FigureText.ToJson(series.Top1.Interval95),
            ["intervalFormula"] = MeanFormula,
            ["intervalHoldsFor"] = Scope,
            ["againstDigital"] = ToJson(series.LossAgainst(results.Digital.Top1)),
            ["againstFloat"] = ToJson(series.LossAgainst(results.Float.Top1)),
            ["repeatSigmaTop1"] = series.RepeatSigma,
            ["worstDie"] = new JsonObject { ["die"] = series.Worst.Die, ["top1"] = series.Worst.Top1 },
        };
        if (yieldAbove is { } above) json["yield"] = YieldToJson(series, above);
        json["dies"] = new JsonArray([.. series.Dies.Select(ToJson)]);
        return json;
    }

    /// <summary>Returns the share of dies whose accuracy exceeds a threshold, with its interval.</summary>
    public static JsonObject YieldToJson(DieSeries series, double above)
    {
        var yield = series.Yield(above);
        return new()
        {
            ["above"] = above, ["dies"] = yield.Count, ["fraction"] = yield.Fraction,
            ["interval95"] = FigureText.ToJson(yield.Interval95), ["intervalFormula"] = YieldFormula,
        };
    }

    /// <summary>Returns the runs of a die.</summary>
    public static JsonNode ToJson(DieResult die) => new JsonObject
    {
        ["die"] = die.Die,
        ["top1"] = die.Top1,
        ["repeatSigmaTop1"] = die.RepeatSigma,
        ["repeats"] = new JsonArray(
            [.. die.Repeats.Select(repeat => new JsonObject { ["top1"] = repeat.Top1, ["imcLogitsSha256"] = repeat.LogitsSha256 })]),
    };

    /// <summary>Returns what every setting after the first loses against the first. A loss is positive if the setting is worse.</summary>
    public static JsonArray DifferencesToJson(ComparisonResults results) => [.. Enumerable.Range(1, results.Points.Count - 1).Select(i =>
    {
        var json = new JsonObject
        {
            ["point"] = i,
            ["against"] = 0,
            ["changes"] = results.Points[i].Setting.Label,
            ["paired"] = results.MovedLayers[i] is null,
        };
        if (!IsOverDies(results, i))
        {
            foreach (var (name, field) in FigureText.ToJson(LossOf(results, i))) json[name] = field?.DeepClone();
            json["sigmaTop1"] = null;
            return (JsonNode)json;
        }
        var difference = DifferenceOf(results, i);
        json["lossTop1"] = difference.Mean;
        json["sigmaTop1"] = difference.Sigma;
        json["interval95"] = FigureText.ToJson(difference.Interval95);
        json["intervalFormula"] = results.MovedLayers[i] is null ? MeanFormula : WelchFormula;
        json["intervalHoldsFor"] = Scope;
        return json;
    })];

    private static MeanEstimate DifferenceOf(ComparisonResults results, int point)
    {
        var (one, other) = (results.Points[point].Dies, results.Points[0].Dies);
        return results.MovedLayers[point] is null ? other.PairedDifference(one) : other.UnpairedDifference(one);
    }

    /// <summary>Whether a setting is compared with the first over dies: if one of the two has several dies that differ.
    /// Otherwise they are compared image by image.</summary>
    private static bool IsOverDies(ComparisonResults results, int point) =>
        results.Points[point].Dies.IsSample || results.Points[0].Dies.IsSample;

    /// <summary>Returns what a setting loses against the first, image by image, on the first die and repeat.</summary>
    private static PairedDifference LossOf(ComparisonResults results, int point) =>
        results.Points[point].Imc.Against(results.Points[0].Imc);

    private static TextTable EveryDie(ComparisonResults results, SettingNames names)
    {
        var table = new TextTable([TextTable.Number("die"), .. results.Points.Select((_, i) => TextTable.Number(names[i]))]);
        for (int i = 0; i < results.DieChoice.Count; i++)
            table.Add([$"{results.Points[0].Dies.Dies[i].Die}", .. results.Points.Select(point => point.Dies.Dies[i]).Select(die =>
                FigureText.Percent(die.Top1) + (die.RepeatSigma is { } sigma ? $" (repeats: sigma {FigureText.Percent(sigma)})" : ""))]);
        return table;
    }

    private static TextTable Summary(ComparisonResults results, SettingNames names, double? yieldAbove)
    {
        string[] yieldTitles = yieldAbove is { } above ? [$"yield > {FigureText.Percent(above)}", "95 % interval"] : [];
        var table = new TextTable([TextTable.Text($"dies: {results.DieChoice.Count}, repeats: {results.DieChoice.Repeats}"),
            .. new[] { "mean top-1", "95 % interval", "sigma", "sigma of repeats", "worst die" }.Concat(yieldTitles)
                .Select(TextTable.Number)]);
        for (int i = 0; i < results.Points.Count; i++)
        {
            var point = results.Points[i];
            var (series, mean) = (point.Dies, point.Dies.Top1);
            string[] yields = yieldAbove is { } x && series.Yield(x) is var yield
                ? [$"{yield.Count} of {yield.Of}", FigureText.PercentInterval(yield.Interval95)] : [];
            table.Add([names[i], FigureText.Percent(mean.Mean), FigureText.PercentInterval(mean.Interval95), FigureText.Percent(mean.Sigma),
                FigureText.Percent(series.RepeatSigma), $"{series.Worst.Die}: {FigureText.Percent(series.Worst.Top1)}", .. yields]);
        }
        return table;
    }

    private static void WriteDifferences(Report report, ComparisonResults results, SettingNames names)
    {
        report.Line();
        var table = new TextTable(TextTable.Text("against the first setting"), TextTable.Number("points lost"),
            TextTable.Number("95 % interval"), TextTable.Number("sigma"), TextTable.Number("exact p"),
            TextTable.Text("paired by"), TextTable.Text(""));
        for (int i = 1; i < results.Points.Count; i++)
            table.Add(IsOverDies(results, i) ? OverDies(results, i, names[i]) : OverImages(results, i, names[i]));
        report.Write(table);
        if (Enumerable.Range(1, results.Points.Count - 1).Any(i => !IsOverDies(results, i)))
            report.Line("Paired by images: on one die, with Tango's interval and the exact test. "
                + "This says nothing about other dies; run several with --dies.");
        if (Enumerable.Range(1, results.Points.Count - 1).Any(i => IsOverDies(results, i)))
            report.Line($"Over dies: intervals hold for {Scope}.");
        for (int i = 1; i < results.Points.Count; i++)
            if (results.MovedLayers[i] is { } layer)
                report.Line($"'{results.Points[i].Setting.Label}' puts the weights of layer '{layer}' into other cells, "
                    + "so its dies differ and the difference is not paired (Welch's interval). "
                        + "Dies are the same if rows, arrayRows, columns, mapping, grouping and legacyOverfull are.");
    }

    private static string[] OverDies(ComparisonResults results, int point, string name)
    {
        var difference = DifferenceOf(results, point);
        return [name, FigureText.Points(difference.Mean), FigureText.PointsInterval(difference.Interval95),
            difference.Sigma is { } sigma ? FigureText.Points(sigma) : "", "",
            results.MovedLayers[point] is null ? "dies" : "unpaired", FigureText.Verdict(difference.Interval95)];
    }

    private static string[] OverImages(ComparisonResults results, int point, string name)
    {
        var loss = LossOf(results, point);
        return [name, FigureText.Points(loss.Loss), FigureText.PointsInterval(loss.Interval95), "", FigureText.P(loss), "images",
            FigureText.Verdict(loss)];
    }

    private static void WriteWhatIsEqual(Report report, ComparisonResults results)
    {
        foreach (var point in results.Points)
        {
            if (results.DieChoice.Count > 1 && !point.Run.HasStaticErrors)
                report.Line($"'{ComparisonReport.LabelOf(results, point)}': all dies are equal, "
                    + "because no static error is on; one was run.");
            if (results.DieChoice.Repeats > 1 && !point.Run.HasTemporalNoise)
                report.Line($"'{ComparisonReport.LabelOf(results, point)}': all repeats are equal, "
                    + "because no temporal noise is on; one was run.");
        }
    }

    private static JsonObject ToJson(MeanEstimate loss) =>
        new() { ["lossTop1"] = loss.Mean, ["interval95"] = FigureText.ToJson(loss.Interval95) };
}
