using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Cli.Reports.Plots;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc cost</c>.</summary>
internal static class CostPage
{
    public static ReportPage Create(CostedNetwork costed, ReportTranscript transcript, JsonObject document) =>
        new($"Cost of {costed.Model["file"]} on macro '{costed.Run.Macro.Name}'",
            costed.MeasuredOn is { } images ? $"For one image; driven rows and products as on {images}"
                : "For one image; driven rows and products are bounds",
            costed.Cost.Layers.Count == 0 ? [] : Keys(costed), costed.Cost.Layers.Count == 0 ? [] : [.. Figures(costed)], transcript,
            [(costed.Run.Macro.Name, RunOutput.ToJson(costed.Run, costed.IsQuantizedAlready))], document);

    /// <summary>The page of the table of networks that ship.</summary>
    public static ReportPage OfShipped(ReportTranscript transcript, JsonObject document) =>
        new("Cost of the networks that ship, on every preset", "For one image; driven rows and products are bounds", [], [], transcript, [],
            document);

    private static KeyFigure[] Keys(CostedNetwork costed)
    {
        var cost = costed.Cost;
        string atMost = cost.IsBound ? "at most, by ADC model" : "by ADC model";
        return
        [
            new("energy of an image", $"{CostFigure.BandNanojoules(cost)} nJ", atMost),
            new("energy of a multiply-accumulate", $"{CostFigure.BandAMac(cost)} fJ", atMost),
            new("conversions", CostFigure.Whole(cost.Conversions), $"{CostFigure.Whole(cost.MultiplyAccumulates)} multiply-accumulates"),
            new("time of an image", $"{CostFigure.Number(cost.Nanoseconds / 1000)} us", $"{CostFigure.Whole(cost.Cycles)} cycles"),
        ];
    }

    private static IEnumerable<Figure> Figures(CostedNetwork costed)
    {
        var layers = costed.Cost.Layers;
        string[] names = [.. layers.Select(layer => layer.Map.Layer)];
        for (int i = 0; i < Math.Max(1, costed.Cost.AdcModels); i++)
            yield return CostPlots.Energies($"energy-{i + 1}", costed.Cost, i);
        yield return LayerPlots.Bars("conversions", "Conversions of every layer", "For one image.", "Conversions (thousands)", names,
            ("conversions", [.. layers.Select(layer => layer.Counts.Conversions / 1e3)]));
        yield return LayerPlots.Bars("time", "Time of every layer", "For one image; layers run one after the other.", "Time (us)", names,
            ("time", [.. layers.Select(layer => layer.Nanoseconds / 1e3)]));
        yield return LayerPlots.Bars("utilization", "Use of every layer's arrays",
            "The share of the cells of the layer's arrays that hold a "
            + "weight.", "Cells used (%)", names, ("used", [.. layers.Select(layer => 100 * layer.Counts.UtilizationRelative)]));
    }
}
