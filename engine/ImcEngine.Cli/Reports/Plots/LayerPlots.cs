using System.Globalization;
using ImcEngine.Evaluation;
using OxyPlot;
using OxyPlot.Axes;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>Plots of what a network's layers or steps have.</summary>
internal static class LayerPlots
{
    private const int MostBins = 120;
    private const double HeightOfLevels = 0.035;

    /// <summary>Returns bars from left to right, one for each name; parts of a bar follow one another.</summary>
    /// <param name="axis">What the bars are, with its unit.</param>
    /// <param name="parts">The parts of all bars, each with its name in the legend; an infinite number has no bar.</param>
    public static Figure Bars(string name, string title, string caption, string axis, IReadOnlyList<string> names,
        params IReadOnlyList<(string Label, IReadOnlyList<double> Numbers)> parts)
    {
        const double Half = 0.36;
        var plot = new FigureBuilder(name, title, caption, FigureBuilder.HeightFor(names.Count));
        plot.Numbers(AxisPosition.Bottom, axis, least: parts.SelectMany(part => part.Numbers).Any(number => number < 0) ? null : 0);
        plot.Names(AxisPosition.Left, names);
        var ends = new double[names.Count];
        for (int i = 0; i < parts.Count; i++)
        {
            var (label, numbers) = parts[i];
            var corners = new List<(DataPoint, DataPoint)>();
            for (int row = 0; row < names.Count; row++)
            {
                double from = ends[row];
                if (!double.IsFinite(numbers[row])) continue;
                ends[row] += numbers[row];
                corners.Add((new(from, row - Half), new(ends[row], row + Half)));
                plot.Mark(new(new(from, row - Half), new(ends[row], row + Half),
                    $"{names[row]}\n{(parts.Count > 1 ? label : axis)}: {Number(numbers[row])}"));
            }
            plot.Bars(corners, i, parts.Count > 1 ? label : null);
        }
        return plot.Build(axis + ". " + string.Join("; ", names.Select((each, row) => $"{each}: "
            + string.Join(", ", parts.Select(part => (parts.Count > 1 ? part.Label + " " : "") + Number(part.Numbers[row]))))) + ".");
    }

    /// <summary>Returns points from left to right, one for each name and series.</summary>
    /// <inheritdoc cref="Bars"/>
    public static Figure Points(string name, string title, string caption, string axis, IReadOnlyList<string> names,
        params IReadOnlyList<(string Label, IReadOnlyList<double> Numbers)> parts)
    {
        var plot = new FigureBuilder(name, title, caption, FigureBuilder.HeightFor(names.Count));
        plot.Numbers(AxisPosition.Bottom, axis);
        plot.Names(AxisPosition.Left, names);
        for (int i = 0; i < parts.Count; i++)
        {
            var (label, numbers) = parts[i];
            int[] rows = [.. Enumerable.Range(0, names.Count).Where(row => double.IsFinite(numbers[row]))];
            plot.Line(rows.Select(row => new DataPoint(numbers[row], row)), i, label, hasLine: false);
            foreach (int row in rows) plot.Mark(PlotMark.At(numbers[row], row, $"{names[row]}\n{label}: {Number(numbers[row])}"));
        }
        return plot.Build(axis + ". " + string.Join("; ", names.Select((each, row) => $"{each}: "
            + string.Join(", ", parts.Select(part => $"{part.Label} {Number(part.Numbers[row])}")))) + ".");
    }

    /// <summary>Returns the histogram of a layer's partial sums, with the edges and levels of its ADC.</summary>
    public static Figure Sums(string name, string layer, ConvertedSums converted)
    {
        var (edges, levels) = (converted.Adc.EdgeCounts, converted.Adc.LevelCounts);
        var plot = new FigureBuilder(name, $"Partial sums of {Printable.Escape(layer)}",
            "Bars: the share of conversions with each partial sum. Lines: the ADC's edges. Diamonds: the levels that its codes stand for.",
            300);
        plot.Numbers(AxisPosition.Bottom, "Partial sum (counts)");
        plot.Numbers(AxisPosition.Left, "Share of conversions (%)", least: 0);
        int[] sums = [.. Enumerable.Range(0, converted.Occurrences.Count).Where(s => converted.Occurrences[s] > 0)];
        double all = sums.Sum(s => converted.Occurrences[s]);
        int step = sums.Length < 2 ? 1 : sums.Zip(sums.Skip(1), (one, next) => next - one).Aggregate(Divisor),
            width = step * (int)Math.Ceiling((sums[^1] - sums[0] + 1.0) / step / MostBins);
        var bins = sums.GroupBy(s => (s - sums[0]) / width).Select(bin => (
            From: converted.LeastCounts + sums[0] + bin.Key * width - step / 2.0,
            Share: 100 * bin.Sum(s => converted.Occurrences[s]) / all))
            .ToList();
        double top = bins.Max(bin => bin.Share);
        plot.Bars(bins.Select(bin => (new DataPoint(bin.From, 0), new DataPoint(bin.From + width, bin.Share))), 0, "partial sums");
        plot.Segments(edges.Select(edge => (new DataPoint(edge, 0), new DataPoint(edge, top * 1.04))), PlotPalette.OfSeries(1),
            edges.Length > 40 ? 0.75 : 1.25, label: "edges");
        if (!converted.Adc.PassesSums) 
            plot.Line(levels.Select(level => new DataPoint(level, top * HeightOfLevels)), 3, "levels", hasLine: false);
        foreach (var (from, share) in bins)
            plot.Mark(new(new(from, 0), new(from + width, share),
                $"{(width == step ? Number(from + step / 2.0) : $"{Number(from)} to {Number(from + width)}")} counts\n"
                    + $"{share:0.##} % of conversions"));
        var most = bins.MaxBy(bin => bin.Share);
        return plot.Build($"Partial sums from {converted.LeastCounts + sums[0]} to {converted.LeastCounts + sums[^1]} counts occur, most "
            + $"often near {Number(most.From + width / 2.0)}. "
            + (converted.Adc.PassesSums ? "The layer has no ADC." : $"{levels.Length} levels from {Number(levels.Min())} to "
                + $"{Number(levels.Max())} counts, edges from {Number(edges[0])} to {Number(edges[^1])}."));
    }

    private static int Divisor(int one, int other) => other == 0 ? one : Divisor(other, one % other);

    private static string Number(double number) =>
        double.IsPositiveInfinity(number) ? "exact"
            : double.IsFinite(number) ? number.ToString("G4", CultureInfo.InvariantCulture) : "none";
}
