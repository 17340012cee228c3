using System.Text.Json.Nodes;
using ImcEngine.Cli.Attribution;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc attribute</c>.</summary>
internal static class AttributionPage
{
    private const string PointsLost = "Points lost (% of all images)";

    public static ReportPage Create(AttributionResults results, ReportTranscript transcript, JsonObject document)
    {
        string setting = SettingLabel.Describe(results.Run, results.LayerNames);
        var (ideal, everything) = (results.Ideal.Pass, results.Everything.Pass);
        return new($"What each source of error costs on {setting}",
            $"{results.Model.Title}; {results.Data.Evaluated.Count} of {results.Data.Evaluable} images of {results.Data.Name}; "
                + $"die {results.DieSeed}, noise seed {results.Seed}",
            [
                new(results.Model.FloatTitle, FigureText.Percent(results.Float.Top1),
                    FigureText.PercentInterval(results.Float.Accuracy.Interval95)),
                new("lost by quantization", Lost(results.Digital.Against(results.Float)), Ends(results.Digital.Against(results.Float))),
                new("lost by the ADC", Lost(ideal.Against(results.Digital)), Ends(ideal.Against(results.Digital))),
                new("lost by errors of the die", Lost(everything.Against(ideal)), Ends(everything.Against(ideal))),
                new("everything", FigureText.Percent(everything.Top1), FigureText.PercentInterval(everything.Accuracy.Interval95)),
            ],
            [.. Figures(results)], transcript, [(setting, RunOutput.ToJson(results.Run, !results.Model.IsFloat))], document);
    }

    private static IEnumerable<Figure> Figures(AttributionResults results)
    {
        yield return AccuracyPlots.Waterfall("waterfall", "From float to the macro, step by step",
            "Points are accuracies with their 95 % intervals; a bar is what the step below the upper point changes.", "Top-1 accuracy (%)",
            [
                (results.Model.FloatTitle, results.Float.Accuracy), ("quantized, exact sums", results.Digital.Accuracy),
                ("with the ADC", results.Ideal.Pass.Accuracy), ("with everything", results.Everything.Pass.Accuracy),
            ]);
        if (results.Sources.Count > 0)
            yield return AccuracyPlots.ByName("alone", "Points lost by each source alone",
                "Points with 95 % intervals, against the run that the source is added to; worse is positive.", PointsLost,
                [.. results.Sources.Select(source => new NamedShare(source.Source.Name, source.Loss.Loss, source.Loss.Interval95))]);
        var removable = results.Sources.Where(source => source.Gain is not null).ToList();
        if (removable.Count > 0)
            yield return AccuracyPlots.ByName("without", "Points lost with each source, of everything",
                "Everything against everything without the source, with 95 % intervals; worse is positive.", PointsLost,
                [.. removable.Select(source => new NamedShare(source.Source.Name, source.Gain!.Value.Loss, source.Gain.Value.Interval95))]);
        var layers = results.Everything.Layers;
        if (layers.Count > 0)
            yield return LayerPlots.Points("layers-sqnr", "Signal-to-noise ratio of every layer with everything on",
                "Local: the layer's result against exact sums of the same inputs. Cumulative: against the digital network. Quantization: "
                    + "the layer's inputs before and after their quantizer.", "SQNR (dB)", [.. layers.Select(layer => layer.Name)],
                ("local", [.. layers.Select(layer => layer.LocalSqnrDb)]),
                ("cumulative", [.. layers.Select(layer => layer.CumulativeSqnrDb)]),
                ("quantization", [.. results.InputSqnrDb]));
        if (results.Cost.Layers.Count > 0) yield return CostPlots.Energies("layers-energy", results.Cost, adcModel: 0);
    }

    private static string Lost(PairedDifference loss) => $"{FigureText.Points(loss.Loss)} points";

    private static string Ends(PairedDifference loss) => FigureText.PointsInterval(loss.Interval95);
}
