using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.MonteCarlo;

namespace ImcEngine.Cli;

/// <summary>What several dies, repeats and settings say together, as tables and as JSON. Accuracies are fractions in JSON, percent in tables.</summary>
internal static class MonteCarloReport
{
    private const string MeanFormula = "mean +- t(0.975, dies - 1) * sigma / sqrt(dies), Student t", YieldFormula = "Wilson score interval";
    private const string WelchFormula = "difference of means +- t(0.975, n) * sqrt(sigma1^2 / dies + sigma2^2 / dies), Welch";

    public static void Write(Report report, ComparisonResults results, double? yieldAbove)
    {
        if (results.DieChoice.IsSeveral)
        {
            report.Line();
            report.Write(EveryDie(results));
        }
        if (results.DieChoice.IsSeveral || yieldAbove is not null)
        {
            report.Line();
            report.Write(Summary(results, yieldAbove));
            report.Line($"Intervals of 95 %: {MeanFormula}{(yieldAbove is null ? "" : $"; yield: {YieldFormula}")}.");
            WriteWhatIsEqual(report, results);
        }
        if (results.ComparesSettings) WriteDifferences(report, results);
    }

    public static JsonObject ToJson(DieSeries series, double? yieldAbove)
    {
        var json = new JsonObject
        {
            ["meanTop1"] = series.Top1.Mean,
            ["sigmaTop1"] = series.Top1.Sigma,
            ["interval95"] = ToJson(series.Top1.Interval95),
            ["intervalFormula"] = MeanFormula,
            ["repeatSigmaTop1"] = series.RepeatSigma,
            ["worstDie"] = new JsonObject { ["die"] = series.Worst.Die, ["top1"] = series.Worst.Top1 },
        };
        if (yieldAbove is { } above)
        {
            var yield = series.Yield(above);
            json["yield"] = new JsonObject
            {
                ["above"] = above, ["dies"] = yield.Count, ["fraction"] = yield.Fraction, ["interval95"] = ToJson(yield.Interval95), ["intervalFormula"] = YieldFormula,
            };
        }
        json["dies"] = new JsonArray([.. series.Dies.Select(ToJson)]);
        return json;
    }

    /// <summary>Every setting after the first less the first.</summary>
    public static JsonArray DifferencesToJson(ComparisonResults results) => [.. Enumerable.Range(1, results.Points.Count - 1).Select(i =>
    {
        var difference = DifferenceOf(results, i);
        return (JsonNode)new JsonObject
        {
            ["point"] = i,
            ["against"] = 0,
            ["changes"] = results.Points[i].Setting.Label,
            ["paired"] = results.MovedLayers[i] is null,
            ["meanTop1"] = difference.Mean,
            ["sigmaTop1"] = difference.Sigma,
            ["interval95"] = ToJson(difference.Interval95),
            ["intervalFormula"] = results.MovedLayers[i] is null ? MeanFormula : WelchFormula,
        };
    })];

    private static MeanEstimate DifferenceOf(ComparisonResults results, int point)
    {
        var (one, other) = (results.Points[point].Dies, results.Points[0].Dies);
        return results.MovedLayers[point] is null ? one.PairedDifference(other) : one.UnpairedDifference(other);
    }

    private static TextTable EveryDie(ComparisonResults results)
    {
        var table = new TextTable([TextTable.Number("die"), .. results.Points.Select(point => TextTable.Number(ComparisonReport.LabelOf(point)))]);
        for (int i = 0; i < results.DieChoice.Count; i++)
            table.Add([$"{results.Points[0].Dies.Dies[i].Die}", .. results.Points.Select(point => point.Dies.Dies[i]).Select(die =>
                Percent(die.Top1) + (die.RepeatSigma is { } sigma ? $" (repeats: sigma {Percent(sigma)})" : ""))]);
        return table;
    }

    private static TextTable Summary(ComparisonResults results, double? yieldAbove)
    {
        string[] yieldTitles = yieldAbove is { } above ? [$"yield > {Percent(above)}", "95 % interval"] : [];
        var table = new TextTable([TextTable.Text($"dies: {results.DieChoice.Count}, repeats: {results.DieChoice.Repeats}"),
            .. new[] { "mean top-1", "95 % interval", "sigma", "sigma of repeats", "worst die" }.Concat(yieldTitles).Select(TextTable.Number)]);
        foreach (var point in results.Points)
        {
            var (series, mean) = (point.Dies, point.Dies.Top1);
            string[] yields = yieldAbove is { } x && series.Yield(x) is var yield ? [$"{yield.Count} of {yield.Of}", Text(yield.Interval95)] : [];
            table.Add([ComparisonReport.LabelOf(point), Percent(mean.Mean), Text(mean.Interval95), Text(mean.Sigma), Text(series.RepeatSigma), $"{series.Worst.Die}: {Percent(series.Worst.Top1)}", .. yields]);
        }
        return table;
    }

    private static void WriteDifferences(Report report, ComparisonResults results)
    {
        report.Line();
        var table = new TextTable(TextTable.Text($"less '{ComparisonReport.LabelOf(results.Points[0])}'"), TextTable.Number("difference"), TextTable.Number("95 % interval"), TextTable.Number("sigma"), TextTable.Text("dies"));
        for (int i = 1; i < results.Points.Count; i++)
        {
            var difference = DifferenceOf(results, i);
            table.Add(ComparisonReport.LabelOf(results.Points[i]), Points(difference.Mean), difference.Interval95 is { } interval ? $"{Points(interval.Low)} .. {Points(interval.High)}" : "",
                Text(difference.Sigma), results.MovedLayers[i] is null ? "paired" : "unpaired");
        }
        report.Write(table);
        if (results.DieChoice.Count == 1) report.Line("One die gives no interval: ask for more with --dies.");
        for (int i = 1; i < results.Points.Count; i++)
            if (results.MovedLayers[i] is { } layer)
                report.Line($"'{results.Points[i].Setting.Label}' puts the weights of layer '{layer}' into other cells, so that its dies are others and differences are not paired (interval after Welch). "
                    + "Dies stay the same where rows, arrayRows, columns, mapping and legacyOverfull do.");
    }

    private static void WriteWhatIsEqual(Report report, ComparisonResults results)
    {
        foreach (var point in results.Points)
        {
            if (results.DieChoice.Count > 1 && !point.Run.Macro.Die.HasStaticErrors) report.Line($"'{ComparisonReport.LabelOf(point)}': all dies are equal, for nothing static is on; one was run.");
            if (results.DieChoice.Repeats > 1 && !point.Run.HasTemporalNoise) report.Line($"'{ComparisonReport.LabelOf(point)}': all repeats are equal, for no noise is on; one was run.");
        }
    }

    private static JsonObject ToJson(DieResult die) => new()
    {
        ["die"] = die.Die,
        ["top1"] = die.Top1,
        ["repeatSigmaTop1"] = die.RepeatSigma,
        ["repeats"] = new JsonArray([.. die.Repeats.Select(repeat => new JsonObject { ["top1"] = repeat.Top1, ["imcLogitsSha256"] = repeat.LogitsSha256 })]),
    };

    private static JsonArray? ToJson(Interval? interval) => interval is { } given ? [given.Low, given.High] : null;

    private static string Text(Interval? interval) => interval is { } given ? $"{Percent(given.Low)} .. {Percent(given.High)}" : "";
    private static string Text(double? fraction) => fraction is { } given ? Percent(given) : "";
    private static string Points(double fraction) => (fraction * 100).ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture) + " %";
    private static string Percent(double fraction) => (fraction * 100).ToString("F2", CultureInfo.InvariantCulture) + " %";
}
