using System.Globalization;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Macro;
using OxyPlot;
using OxyPlot.Axes;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc adc --die</c>.</summary>
internal static class AdcPage
{
    private const int MostNamed = 6;

    public static ReportPage Create(DieAdcListing listing, RunSpec run)
    {
        var adcs = listing.Adcs.ToList();
        var document = JsonOutput.NewDocument();
        return new($"ADCs of {listing.Title}", "Edges against a line through the first and the last edge (end-point fit)",
            [
                new("ADCs", $"{adcs.Count}"), new("largest INL", $"{Text(adcs.Max(adc => adc.Linearity.MostInlLsb))} LSB"),
                new("largest DNL", $"{Text(adcs.Max(adc => adc.Linearity.MostDnlLsb))} LSB"),
                new("missing codes", $"{adcs.Sum(adc => adc.Linearity.MissingCodes)}"),
            ],
            [
                Lines("inl", "Integral nonlinearity", "INL (LSB)", adcs, edge => edge.InlLsb),
                Lines("dnl", "Differential nonlinearity", "DNL (LSB)", adcs, edge => edge.DnlLsb),
            ], ReportTranscript.Of(listing.Write), [(run.Macro.Name, RunSpecJson.ToNode(run))], document);
    }

    private static Figure Lines(string name, string title, string axis, IReadOnlyList<(string Place, AdcLinearity Linearity)> adcs,
        Func<AdcEdge, double?> of)
    {
        bool areNamed = adcs.Count <= MostNamed;
        var plot = new FigureBuilder(name, title, areNamed ? "A line for each ADC." : $"A line for each of {adcs.Count} ADCs.");
        plot.Numbers(AxisPosition.Bottom, "Edge (number, from 0 on)", areWhole: true);
        plot.Numbers(AxisPosition.Left, axis);
        for (int i = 0; i < adcs.Count; i++)
        {
            var (place, linearity) = adcs[i];
            var edges = linearity.Edges.Where(edge => of(edge) is not null).ToList();
            plot.Line(edges.Select(edge => new DataPoint(edge.Edge, of(edge)!.Value)), areNamed ? i : 0, areNamed ? place : null,
                hasMarkers: areNamed);
            if (areNamed)
                foreach (var edge in edges)
                    plot.Mark(PlotMark.At(edge.Edge, of(edge)!.Value, $"{place}\nedge {edge.Edge}: {Text(of(edge)!.Value)} LSB"));
        }
        return plot.Build($"{axis} of {adcs.Count} ADCs: the largest is "
            + $"{Text(adcs.SelectMany(adc => adc.Linearity.Edges).Max(edge => Math.Abs(of(edge) ?? 0)))} LSB.");
    }

    private static string Text(double number) => number.ToString("0.####", CultureInfo.InvariantCulture);
}
