using System.Globalization;
using ImcEngine.Evaluation.Intervals;
using OxyPlot;
using OxyPlot.Axes;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>A share with its name.</summary>
/// <param name="Share">A fraction.</param>
/// <param name="Interval95">Its 95 % interval; null for none.</param>
/// <param name="Series">Chooses the colour.</param>
internal sealed record NamedShare(string Name, double Share, Interval? Interval95, int Series = 0);

/// <summary>A setting's accuracy beside its cost.</summary>
/// <param name="Least">The cost by the cheaper model.</param>
/// <param name="Most">The cost by the other model.</param>
internal sealed record CostedShare(string Name, double Share, Interval? Interval95, double Least, double Most);

/// <summary>Plots of accuracies.</summary>
internal static class AccuracyPlots
{
    /// <summary>Costs further apart than this factor stand on a logarithmic axis.</summary>
    private const double MostOnLinearAxis = 12;

    private const int MostNamed = 6, SeriesOfFront = 0, SeriesOfOthers = 5;

    /// <summary>Returns a plot with a line for each name: a point with its interval.</summary>
    /// <param name="axis">What the shares are, with its unit, percent or points.</param>
    public static Figure ByName(string name, string title, string caption, string axis, IReadOnlyList<NamedShare> shares)
    {
        var plot = new FigureBuilder(name, title, caption, FigureBuilder.HeightFor(shares.Count));
        plot.Numbers(AxisPosition.Bottom, axis);
        plot.Names(AxisPosition.Left, [.. shares.Select(share => share.Name)]);
        var placed = shares.Select((share, row) => (Share: share, Row: row)).ToList();
        foreach (var same in placed.GroupBy(each => each.Share.Series))
        {
            plot.FlatIntervals(same.Where(each => each.Share.Interval95 is not null).Select(each =>
                ((double)each.Row, 100 * each.Share.Interval95!.Value.Low, 100 * each.Share.Interval95.Value.High)), same.Key);
            plot.Line(same.Select(each => new DataPoint(100 * each.Share.Share, each.Row)), same.Key, null, hasLine: false);
        }
        foreach (var (share, row) in placed)
        {
            var ends = share.Interval95 ?? new(share.Share, share.Share);
            plot.Mark(new(new(100 * ends.Low, row), new(100 * ends.High, row), $"{share.Name}\n{Text(share.Share, share.Interval95)}"));
        }
        return plot.Build(string.Join("; ", shares.Select(share => $"{share.Name}: {Text(share.Share, share.Interval95)}")) + ".");
    }

    /// <summary>Returns a plot of accuracies that follow from one another, with a bar for what each step changes.</summary>
    /// <param name="accuracy">What the shares are, with its unit, percent.</param>
    public static Figure Waterfall(string name, string title, string caption, string accuracy,
        IReadOnlyList<(string Name, Proportion Share)> steps)
    {
        const double Half = 0.2;
        const int SeriesOfShares = 0, SeriesOfLoss = 1, SeriesOfGain = 2;
        const byte AlphaOfSteps = 120;
        var plot = new FigureBuilder(name, title, caption, FigureBuilder.HeightFor(2 * steps.Count));
        plot.Numbers(AxisPosition.Bottom, accuracy);
        plot.Names(AxisPosition.Left, [.. steps.Select(step => step.Name)]);
        var changes = steps.Zip(steps.Skip(1), (one, next) => (From: 100 * one.Share.Fraction, To: 100 * next.Share.Fraction))
            .Select((change, row) => (change.From, change.To, Row: row + 1)).ToList();
        plot.Segments(changes.Select(change => (new DataPoint(change.From, change.Row - 1), new DataPoint(change.From, change.Row + Half))),
            PlotPalette.Muted.Light, 1);
        foreach (var (label, series, isOf) in new[] { ("lost", SeriesOfLoss, true), ("won", SeriesOfGain, false) })
            if (changes.Where(change => change.To < change.From == isOf && change.To != change.From).ToList() is { Count: > 0 } bars)
                plot.Bars(bars.Select(change => (new DataPoint(change.From, change.Row - Half),
                    new DataPoint(change.To, change.Row + Half))),
                    series, label, AlphaOfSteps);
        plot.FlatIntervals(steps.Select((step, row) => ((double)row, 100 * step.Share.Interval95.Low, 100 * step.Share.Interval95.High)),
            SeriesOfShares);
        plot.Line(steps.Select((step, row) => new DataPoint(100 * step.Share.Fraction, row)), SeriesOfShares, "accuracy", hasLine: false);
        for (int row = 0; row < steps.Count; row++)
            plot.Mark(new(new(100 * steps[row].Share.Interval95.Low, row), new(100 * steps[row].Share.Interval95.High, row),
                $"{steps[row].Name}\n{Text(steps[row].Share.Fraction, steps[row].Share.Interval95)}"));
        return plot.Build(string.Join("; ", steps.Select(step =>
            $"{step.Name}: {Text(step.Share.Fraction, step.Share.Interval95)}")) + ".");
    }

    /// <summary>Returns a plot of accuracy over cost, in which a line joins the settings that no other setting betters in both.</summary>
    /// <param name="accuracy">What the shares are, with its unit, percent.</param>
    /// <param name="cost">What the costs are, with their unit.</param>
    public static Figure Pareto(string name, string title, string caption, string accuracy, string cost,
        IReadOnlyList<CostedShare> settings)
    {
        var plot = new FigureBuilder(name, title, caption, 420);
        plot.Numbers(AxisPosition.Bottom, cost, settings.Max(each => each.Most) > MostOnLinearAxis * settings.Min(each => each.Least));
        plot.Numbers(AxisPosition.Left, accuracy);
        var front = FrontOf(settings);
        plot.Segments(front.Zip(front.Skip(1), (one, next) => (new DataPoint(one.Least, 100 * one.Share),
            new DataPoint(next.Least, 100 * next.Share))), PlotPalette.Muted.Light, style: LineStyle.Dash, label: "Pareto front");
        bool areNamed = settings.Count <= MostNamed;
        for (int i = 0; i < settings.Count; i++)
        {
            var setting = settings[i];
            bool isOnFront = front.Contains(setting);
            int series = areNamed ? i : isOnFront ? SeriesOfFront : SeriesOfOthers;
            if (setting.Interval95 is { } interval)
                plot.UprightIntervals([(setting.Least, 100 * interval.Low, 100 * interval.High)], series);
            if (areNamed || isOnFront) plot.FlatIntervals([(100 * setting.Share, setting.Least, setting.Most)], series);
            plot.Line([new(setting.Least, 100 * setting.Share)], series, areNamed ? setting.Name : null, hasLine: false);
            plot.Mark(PlotMark.At(setting.Least, 100 * setting.Share,
                $"{setting.Name}\n{Text(setting.Share, setting.Interval95)}\n{Costs(setting)}"));
        }
        return plot.Build($"{settings.Count} settings. The Pareto front: "
            + string.Join("; ", front.Select(each => $"{each.Name}: {Text(each.Share, null)} at {Costs(each)}")) + ".");

        string Costs(CostedShare each) => each.Least == each.Most ? $"{Number(each.Least)} {UnitOf(cost)}"
            : $"{Number(each.Least)} to {Number(each.Most)} {UnitOf(cost)}";
    }

    /// <summary>Returns a plot with a line for each series.</summary>
    /// <param name="axis">What is varied, with its unit.</param>
    /// <param name="accuracy">What the shares are, with its unit, percent.</param>
    public static Figure Over(string name, string title, string caption, string axis, string accuracy,
        IReadOnlyList<(string Name, IReadOnlyList<(double X, double Share, Interval? Interval95)> Points)> series)
    {
        double[] xs = [.. series.SelectMany(each => each.Points).Select(point => point.X).Distinct()];
        var plot = new FigureBuilder(name, title, caption, 420);
        plot.Numbers(AxisPosition.Bottom, axis, xs.Min() > 0 && xs.Max() > MostOnLinearAxis * xs.Min(),
            areWhole: xs.All(x => x == Math.Floor(x)));
        plot.Numbers(AxisPosition.Left, accuracy);
        for (int i = 0; i < series.Count; i++)
        {
            var (label, points) = series[i];
            plot.UprightIntervals(points.Where(point => point.Interval95 is not null)
                .Select(point => (point.X, 100 * point.Interval95!.Value.Low, 100 * point.Interval95.Value.High)), i);
            plot.Line(points.Select(point => new DataPoint(point.X, 100 * point.Share)), i, label.Length == 0 ? null : label);
            foreach (var (x, share, interval) in points)
                plot.Mark(PlotMark.At(x, 100 * share,
                    $"{(label.Length == 0 ? "" : label + "\n")}{axis} {Number(x)}\n{Text(share, interval)}"));
        }
        return plot.Build(string.Join(" ", series.Select(each => $"{(each.Name.Length == 0 ? axis : each.Name)}: "
            + string.Join(", ", each.Points.Select(point => $"{Number(point.X)}: {FigureText.Percent(point.Share)}")) + ".")));
    }

    /// <summary>Returns the settings than which no other is both cheaper and at least as accurate, the cheapest first.</summary>
    internal static List<CostedShare> FrontOf(IEnumerable<CostedShare> settings)
    {
        var front = new List<CostedShare>();
        foreach (var setting in settings.OrderBy(each => each.Least).ThenByDescending(each => each.Share))
            if (front.Count == 0 || setting.Share > front[^1].Share) front.Add(setting);
        return front;
    }

    private static string Text(double share, Interval? interval) => FigureText.Percent(share)
        + (interval is null ? "" : $" ({FigureText.PercentInterval(interval)})");

    private static string Number(double number) => number.ToString("G4", CultureInfo.InvariantCulture);

    /// <summary>The unit of an axis's title stands in brackets at its end.</summary>
    private static string UnitOf(string title) => title.EndsWith(')') ? title[(title.LastIndexOf('(') + 1)..^1] : "";
}
