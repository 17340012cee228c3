using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Evaluation;
using ImcEngine.Evaluation.Intervals;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli.Attribution;

/// <summary>What each source of error costs, as tables and as JSON.</summary>
internal static class AttributionReport
{
    public static void Write(Report report, AttributionResults results, NetworkImages images)
    {
        report.Line($"{results.Model.Title}; {results.Data.Evaluated.Count} of {results.Data.Evaluable} images of {results.Data.Name}; "
            + $"die {results.DieSeed}, noise seed {results.Seed}");
        report.Line($"Macro: {SettingLabel.Describe(results.Run, results.LayerNames)}.");
        foreach (string note in images.Notes) report.Line(note);
        PreprocessingReport.Write(report, results.Model);
        report.Line();
        report.Write(Ladder(results));
        report.Line($"Cost of an image: {CostFigure.Whole(results.Cost.Conversions)} conversions; "
            + $"nJ: {CostFigure.BandNanojoules(results.Cost)}.");
        report.Line(CostFigure.EnergyNote([results.Cost]));
        report.Line();
        report.Write(Alone(results));
        report.Line();
        report.Write(Without(results));
        foreach (string line in FigureText.PairedNote) report.Line(line);
        CorrectionReport.Write(report, results.Run, results.Everything.Corrections, "");
        ClampReport.Write(report, results.Clamped);
        report.Line("Alone: ADC, clipping and resolution are compared with exact sums; an error of the die runs with the ideal ADC "
            + "and is compared with that ADC alone. Without: compared with everything.");
        foreach (var source in results.Sources.Where(source => source.Without is null))
            report.Line($"'{source.Source.Name}' cannot be taken away: {source.Source.WhyNoOff}.");
        if (results.Everything.Layers.Count == 0) return;
        report.Line();
        report.Line("SQNR in dB of each layer's result against exact sums of the same inputs, with each source alone (for quantization: "
            + "of the layer's inputs before and after their quantizer, in the digital network):");
        report.Write(Layers(results, results.Sources.Select(source => (source.Source.Name, source.Alone.Layers)), results.InputSqnrDb));
        report.Line();
        report.Line("The same, without each source:");
        report.Write(Layers(results, results.Sources.Where(source => source.Without is not null)
            .Select(source => ($"no {source.Source.Name}", source.Without!.Layers)).Prepend(("everything", results.Everything.Layers))));
    }

    public static JsonObject ToJson(AttributionResults results)
    {
        var document = JsonOutput.NewDocument();
        document["model"] = JsonOutput.OfModel(results.Model.Path, results.Model.Choice);
        document["data"] = new JsonObject { ["name"] = results.Data.Name, ["sha256"] = results.Data.Sha256 };
        document["images"] = results.Data.Evaluated.Count;
        document["die"] = results.DieSeed;
        document["seed"] = results.Seed;
        document["floatSource"] = results.Model.FloatSource;
        PreprocessingReport.AddTo(document, results.Model);
        document["operands"] = results.Operands.DeepClone();
        document["floatTop1"] = results.Float.Top1;
        document["floatTop1Interval95"] = FigureText.ToJson(results.Float.Accuracy.Interval95);
        document["digitalTop1"] = results.Digital.Top1;
        document["digitalTop1Interval95"] = FigureText.ToJson(results.Digital.Accuracy.Interval95);
        document["top1IntervalFormula"] = FigureText.AccuracyFormula;
        document["quantizationCostTop1"] = results.Float.Top1 - results.Digital.Top1;
        document["quantizationCost"] = FigureText.ToJson(results.Digital.Against(results.Float));
        document["quantizationLayers"] = new JsonArray([.. results.InputSqnrDb.Select((decibels, layer) => (JsonNode)new JsonObject
        {
            ["name"] = results.Everything.Layers[layer].Name,
            ["inputSqnrDb"] = double.IsFinite(decibels) ? decibels : null,
        })]);
        document["cost"] = CostJson.Totals(results.Cost);
        document["idealDie"] = ToJson(results.Ideal);
        document["everything"] = ToJson(results.Everything);
        CorrectionReport.AddTo(document, results.Run, results.Everything.Corrections);
        ClampReport.AddTo(document, results.Clamped);
        document["sources"] = new JsonArray([.. results.Sources.Select(ToJson)]);
        document["run"] = RunOutput.ToJson(results.Run, !results.Model.IsFloat);
        return document;
    }

    private static JsonObject ToJson(AttributedSource source)
    {
        var alone = ToJson(source.Alone);
        alone["costTop1"] = source.Loss.Loss;
        alone["cost"] = FigureText.ToJson(source.Loss);
        var json = new JsonObject { ["name"] = source.Source.Name, ["ofDie"] = source.Source.OfDie, ["alone"] = alone };
        if (source is { Without: { } die, Gain: { } gain })
        {
            var without = ToJson(die);
            without["costTop1"] = gain.Loss;
            without["cost"] = FigureText.ToJson(gain);
            json["without"] = without;
        }
        else json["whyNotWithout"] = source.Source.WhyNoOff;
        return json;
    }

    private static JsonObject ToJson(AttributedDie die) => new()
    {
        ["top1"] = die.Pass.Top1,
        ["top1Interval95"] = FigureText.ToJson(die.Pass.Accuracy.Interval95),
        ["layers"] = new JsonArray([.. die.Layers.Select(ComparisonReport.LayerToJson)]),
    };

    private static TextTable Ladder(AttributionResults results)
    {
        var table = Differences("network", "points lost by this step");
        var (ideal, everything) = (results.Ideal.Pass, results.Everything.Pass);
        Add(table, results.Model.FloatTitle, results.Float, null);
        Add(table, "quantized, exact sums", results.Digital, results.Digital.Against(results.Float));
        Add(table, "ideal die: the ADC alone", ideal, ideal.Against(results.Digital));
        Add(table, "everything", everything, everything.Against(ideal));
        return table;
    }

    private static TextTable Alone(AttributionResults results)
    {
        var table = Differences("source alone", "points lost");
        foreach (var source in results.Sources) Add(table, source.Source.Name, source.Alone.Pass, source.Loss);
        return table;
    }

    private static TextTable Without(AttributionResults results)
    {
        var table = Differences("everything without", "lost with it");
        foreach (var source in results.Sources)
            if (source.Without is { } without) Add(table, source.Source.Name, without.Pass, source.Gain);
        return table;
    }

    private static TextTable Differences(string rows, string points) => new(
        TextTable.Text(rows), TextTable.Number("top-1"), TextTable.Number("95 % interval"), TextTable.Number(points),
        TextTable.Number("95 % interval"), TextTable.Number("exact p"), TextTable.Text(""));

    private static void Add(TextTable table, string name, ComparedPass pass, PairedDifference? difference)
    {
        string[] accuracy = [name, FigureText.Percent(pass.Top1), FigureText.PercentInterval(pass.Accuracy.Interval95)];
        table.Add(difference is not { } given ? [.. accuracy, "", "", "", ""]
            : [.. accuracy, FigureText.Points(given.Loss), FigureText.PointsInterval(given.Interval95), FigureText.P(given),
                FigureText.Verdict(given)]);
    }

    private static TextTable Layers(AttributionResults results, IEnumerable<(string Title, IReadOnlyList<LayerStatistics> Layers)> dies,
        IReadOnlyList<double>? quantizationDb = null)
    {
        var columns = dies.Select(die => (die.Title, Decibels: die.Layers.Select(layer => layer.LocalSqnrDb).ToArray())).ToList();
        if (quantizationDb is not null) columns.Insert(0, ("quantization", [.. quantizationDb]));
        var table = new TextTable([TextTable.Name("layer"), .. columns.Select(column => TextTable.Number(column.Title))]);
        for (int layer = 0; layer < results.Everything.Layers.Count; layer++)
            table.Add([results.Everything.Layers[layer].Name,
                .. columns.Select(column => ComparisonReport.Decibels(column.Decibels[layer]))]);
        return table;
    }
}
