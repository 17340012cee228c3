using ImcEngine.Evaluation.MonteCarlo;
using OxyPlot;
using OxyPlot.Axes;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>The distribution of accuracies over dies.</summary>
internal static class DiesPlot
{
    private const double HeightOfSetting = 56, Spread = 0.24;
    private const int SeriesOfDies = 0, SeriesOfMean = 3;

    /// <param name="accuracy">What the accuracies are, with their unit, percent.</param>
    public static Figure Create(string name, string title, string caption, string accuracy,
        IReadOnlyList<(string Label, DieSeries Dies)> settings)
    {
        var plot = new FigureBuilder(name, title, caption, 90 + HeightOfSetting * settings.Count);
        plot.Numbers(AxisPosition.Bottom, accuracy);
        plot.Names(AxisPosition.Left, [.. settings.Select(setting => setting.Label)]);
        var dies = settings.SelectMany((setting, row) => setting.Dies.Dies.Select((die, i) => (
            Setting: setting.Label, Die: die, At: new DataPoint(100 * die.Top1, row + Spread + OffsetOf(i))))).ToList();
        plot.Line(dies.Select(die => die.At), SeriesOfDies, "dies", hasLine: false);
        foreach (var (setting, die, at) in dies)
            plot.Mark(PlotMark.At(at.X, at.Y, $"{setting}\ndie {die.Die}: {FigureText.Percent(die.Top1)}"));
        var means = settings.Select((setting, row) => (Row: row - Spread / 2, Mean: setting.Dies.Top1)).ToList();
        plot.FlatIntervals(means.Where(each => each.Mean.Interval95 is not null).Select(each =>
            (each.Row, 100 * each.Mean.Interval95!.Value.Low, 100 * each.Mean.Interval95.Value.High)), SeriesOfMean);
        plot.Line(means.Select(each => new DataPoint(100 * each.Mean.Mean, each.Row)), SeriesOfMean, "mean", hasLine: false);
        return plot.Build(string.Join(" ", settings.Select(setting => $"{setting.Label}: {setting.Dies.Dies.Count} dies, mean "
            + $"{FigureText.Percent(setting.Dies.Top1.Mean)}, worst {FigureText.Percent(setting.Dies.Worst.Top1)}, best "
            + $"{FigureText.Percent(setting.Dies.Dies.Max(die => die.Top1))}.")));
    }

    /// <summary>Neighbouring dies lie a little above each other, so that equal accuracies stay visible.</summary>
    private static double OffsetOf(int die) => (die % 5 - 2) * Spread / 5;
}
