using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Costs;
using ImcEngine.Importer.Comparisons;

namespace ImcEngine.Cli;

/// <summary>A comparison of outputs that are no classes: the signal-to-noise ratio of each against float.</summary>
internal static class OutputFigures
{
    private const string Note = "The outputs are taken for numbers, not for classes: their SQNR is against float, and labels are not used.";

    public static void Write(Report report, ComparisonResults results, SettingNames names)
    {
        report.Line(Note);
        report.Line();
        report.Write(Networks(results));
        report.Line();
        names.WriteLegend(report);
        report.Write(Points(results, names));
        report.Line(CostFigure.EnergyNote(results.Points.Select(point => point.Cost)));
    }

    /// <summary>Returns the SQNR of each output, which stands in place of what only classes have.</summary>
    public static JsonObject ToJson(ComparisonResults results, ComparisonPoint point) => new()
    {
        ["outputs"] = new JsonArray([.. results.Outputs.Select(output => new JsonObject
        {
            ["name"] = output.Name,
            ["elements"] = output.Count,
            ["digitalSqnrDb"] = ComparisonReport.Finite(results.Digital.SqnrDbAgainst(results.Float, output)),
            ["imcSqnrDb"] = ComparisonReport.Finite(point.Imc.SqnrDbAgainst(results.Float, output)),
        })]),
    };

    private static TextTable Networks(ComparisonResults results)
    {
        var table = new TextTable([TextTable.Text("network"), .. Columns(results), TextTable.Number("images/s")]);
        table.Add([results.Model.FloatTitle, .. results.Outputs.Select(_ => ""), ComparisonReport.Rate(results.Float.ImagesPerSecond)]);
        table.Add([ComparisonReport.Digital, .. Cells(results, results.Digital),
            ComparisonReport.Rate(results.Digital.ImagesPerSecond)]);
        return table;
    }

    private static TextTable Points(ComparisonResults results, SettingNames names)
    {
        var table = new TextTable([TextTable.Text("IMC"), .. Columns(results), TextTable.Number("conversions"),
            TextTable.Number("nJ"), TextTable.Number("arrays"),
            TextTable.Number("images/s")]);
        for (int i = 0; i < results.Points.Count; i++)
        {
            var point = results.Points[i];
            table.Add([names[i], .. Cells(results, point.Imc), CostFigure.Whole(point.ConversionsPerImage),
                CostFigure.BandNanojoules(point.Cost),
                point.Arrays.ToString(CultureInfo.InvariantCulture), ComparisonReport.Rate(point.Imc.ImagesPerSecond)]);
        }
        return table;
    }

    private static IEnumerable<TextTable.Column> Columns(ComparisonResults results) =>
        results.Outputs.Select(output => TextTable.Number($"{output.Name} dB"));

    private static IEnumerable<string> Cells(ComparisonResults results, ComparedPass pass) =>
        results.Outputs.Select(output => ComparisonReport.Decibels(pass.SqnrDbAgainst(results.Float, output)));
}
