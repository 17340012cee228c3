using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc compare</c>.</summary>
internal static class ComparisonPage
{
    private const int MostHistograms = 4, SeriesOfMacro = 0, SeriesOfBaselines = 5;
    private const string OnMacro = "on the macro";

    /// <param name="document">The JSON document of the comparison.</param>
    public static ReportPage Create(ComparisonResults results, ReportTranscript transcript, JsonObject document)
    {
        string[] labels = [.. results.Points.Select(point => ComparisonReport.LabelOf(results, point))];
        bool areClasses = results.Outputs.Count == 0;
        return new(labels.Length == 1 ? $"Accuracy on {labels[0]}" : $"Comparison of {labels.Length} settings",
            $"{results.Model.Title}; {results.Data.Evaluated.Count} of {results.Data.Evaluable} images of {results.Data.Name}",
            areClasses ? [.. Keys(results)] : [],
            [.. areClasses ? Accuracies(results, labels) : [], .. Layers(results)], transcript,
            [.. results.Points.Select((point, i) => (labels[i], (JsonNode)RunOutput.ToJson(point.Run, !results.Model.IsFloat)))], document);
    }

    private static IEnumerable<KeyFigure> Keys(ComparisonResults results)
    {
        yield return Key(results.Model.FloatTitle, results.Float);
        yield return Key(ComparisonReport.Digital, results.Digital);
        var best = results.Points.MaxBy(point => point.Dies.Top1.Mean)!;
        string which = results.Points.Count == 1 ? OnMacro : "best setting on the macro";
        yield return new(MonteCarloReport.MeanTitle(best.Dies) is { } mean ? $"{which}, {mean}" : which,
            FigureText.Percent(best.Dies.Top1.Mean),
            FigureText.PercentInterval(IntervalOf(best)));
        if (best.Cost.AdcModels > 0)
            yield return new("its energy for an image", $"{CostFigure.BandNanojoules(best.Cost)} nJ",
                $"{CostFigure.Whole(best.ConversionsPerImage)} conversions");
    }

    private static KeyFigure Key(string name, ComparedPass pass) =>
        new(name, FigureText.Percent(pass.Top1), FigureText.PercentInterval(pass.Accuracy.Interval95));

    private static IEnumerable<Figure> Accuracies(ComparisonResults results, string[] whole)
    {
        string accuracy = AxisOf(results);
        var (labels, common) = whole.Length == 1 ? ([OnMacro], "") : VariedFields.Shortened(whole);
        string all = common.Length == 0 ? "" : $" All settings: {common}.";
        yield return AccuracyPlots.ByName("accuracy", "Accuracy on the same images",
            "Points are accuracies, lines their 95 % intervals. All networks classify the same images."
                + (results.Points.Any(point => point.Dies.IsSample) 
                    ? " Intervals over several dies hold for other dies on these images." : "")
                + all, accuracy,
            [
                new(results.Model.FloatTitle, results.Float.Top1, results.Float.Accuracy.Interval95, SeriesOfBaselines),
                new(ComparisonReport.Digital, results.Digital.Top1, results.Digital.Accuracy.Interval95, SeriesOfBaselines),
                .. results.Points.Select((point, i) => new NamedShare(labels[i], point.Dies.Top1.Mean,
                    IntervalOf(point), SeriesOfMacro)),
            ]);
        foreach (var figure in VariedAccuracy.Figures("accuracy-over", accuracy, Varied(results))) yield return figure;
        if (results.DieChoice.Count > 1) yield return Dies(results, labels, accuracy);
        var costed = results.Points.Select((point, i) => (Point: point, Label: labels[i], Band: point.Cost.BandNanojoules))
            .Where(each => each.Point.Cost.AdcModels > 0 && each.Band is not null).ToList();
        if (costed.Count > 1)
            yield return AccuracyPlots.Pareto("accuracy-energy", "Accuracy against energy",
                "Upright lines are 95 % intervals of accuracy. Flat lines go from the cheaper ADC model to the other. The dashed line "
                    + "joins the settings that no other setting betters in both." + all, accuracy, "Energy of an image (nJ)",
                [.. costed.Select(each => new CostedShare(each.Label, each.Point.Dies.Top1.Mean, IntervalOf(each.Point),
                    each.Band!.Value.Least, each.Band.Value.Most))]);
    }

    private static VariedSetting[] Varied(ComparisonResults results) =>
        [.. VariedFields.Of(results.Points.Select(point => (JsonNode)RunOutput.ToJson(point.Run, !results.Model.IsFloat)))
            .Zip(results.Points, (fields, point) => new VariedSetting(fields, point.Dies.Top1.Mean, IntervalOf(point)))];

    /// <summary>Over dies, where there are several that differ, else over images.</summary>
    private static Interval? IntervalOf(ComparisonPoint point) =>
        point.Dies.IsSample ? point.Dies.Top1.Interval95 : point.Imc.Accuracy.Interval95;

    private static string AxisOf(ComparisonResults results) =>
        results.Data.Evaluated.IsLabelled ? "Top-1 accuracy (%)" : "Same class as the float network (%)";

    private static Figure Dies(ComparisonResults results, string[] labels, string accuracy) => DiesPlot.Create("dies",
        "Accuracy of every die", "A point for each die; the line is the 95 % interval of their mean, the diamond the mean.", accuracy,
        [.. results.Points.Select((point, i) => (labels[i], point.Dies))]);

    /// <summary>Returns the plots of layers, of the first setting that has statistics of layers.</summary>
    private static IEnumerable<Figure> Layers(ComparisonResults results)
    {
        if (results.Points.FirstOrDefault(point => point.Layers.Count > 0) is not { } point) yield break;
        var layers = point.Layers;
        string[] names = [.. layers.Select(layer => layer.Name)];
        yield return LayerPlots.Points("layers-sqnr", "Signal-to-noise ratio of every layer",
            "Local: the layer's result against exact sums of the same inputs. Cumulative: against the digital network. Partial sums: "
                + "levels against the sums that they stand for. Exact layers have no point.", "SQNR (dB)", names,
            ("local", Numbers(layer => layer.LocalSqnrDb)), ("cumulative", Numbers(layer => layer.CumulativeSqnrDb)),
            ("partial sums", Numbers(layer => layer.PartialSumSqnrDb)));
        yield return LayerPlots.Bars("layers-clipped", "Clipped partial sums of every layer",
            "The share of partial sums that lie more than half an LSB outside the end levels of the layer's ADC.",
            "Clipped conversions (%)", names, ("clipped", Numbers(layer => 100 * layer.ClippedFraction)));
        if (point.Cost.Layers.Count > 0) yield return CostPlots.Energies("layers-energy", point.Cost, adcModel: 0);
        foreach (int layer in Enumerable.Range(0, layers.Count).OrderBy(layer => layers[layer].PartialSumSqnrDb).Take(MostHistograms))
            yield return LayerPlots.Sums($"partial-sums-{layer}", names[layer], point.Converted[layer]);

        double[] Numbers(Func<LayerStatistics, double> of) => [.. layers.Select(of)];
    }
}
