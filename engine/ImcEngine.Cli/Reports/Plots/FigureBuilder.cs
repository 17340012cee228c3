using OxyPlot;
using OxyPlot.Axes;
using OxyPlot.Legends;
using OxyPlot.Series;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>Draws a figure in the style of all figures: two axes, then lines, points, intervals and bars.</summary>
/// <param name="name">As <see cref="Figure.Name"/>.</param>
/// <param name="height">As <see cref="Figure.Height"/>.</param>
internal sealed class FigureBuilder(string name, string title, string caption, double height = 360)
{
    private const double TextSize = 13, LineWidth = 2, IntervalWidth = 1.5, MarkerSize = 4.5;
    private const double RoomOfNames = 0.6;

    /// <summary>An axis of percent spans this much at least: where all numbers are equal, nothing is enlarged.</summary>
    private const double LeastPercent = 2;

    /// <summary>Longer names would leave a plot no room; the page's tables have them whole.</summary>
    private const int MostOfName = 34;

    private static readonly MarkerType[] Markers =
        [MarkerType.Circle, MarkerType.Square, MarkerType.Triangle, MarkerType.Diamond, MarkerType.Custom, MarkerType.Custom];

    /// <summary>The outlines of the markers that the library does not have: a triangle on its tip, and a bar.</summary>
    private static readonly ScreenPoint[] TriangleOnTip = [new(-1, -0.8), new(1, -0.8), new(0, 0.95)],
        Bar = [new(-0.45, -1.1), new(0.45, -1.1), new(0.45, 1.1), new(-0.45, 1.1)];

    private readonly List<PlotMark> _marks = [];
    private readonly PlotModel _model = new()
    {
        DefaultFont = PlotFont.Families,
        DefaultFontSize = TextSize,
        TextColor = PlotPalette.Ink.Light,
        PlotAreaBorderThickness = new(0),
        Padding = new(4, 6, 14, 4),
    };

    /// <summary>Returns the height of a figure with a bar or an interval for each name.</summary>
    public static double HeightFor(int names) => 84 + 22 * names;

    /// <summary>Adds an axis of numbers.</summary>
    /// <param name="titleWithUnit">What is counted, and its unit.</param>
    public void Numbers(AxisPosition position, string titleWithUnit, bool isLogarithmic = false, double? least = null, double? most = null,
        bool areWhole = false)
    {
        Axis axis = isLogarithmic ? new LogarithmicAxis { UseSuperExponentialFormat = false } : new LinearAxis();
        if (least is { } low) axis.Minimum = low;
        if (most is { } high) axis.Maximum = high;
        if (areWhole) axis.MinimumMajorStep = 1;
        if (least is null && titleWithUnit.EndsWith("(%)", StringComparison.Ordinal)) axis.MinimumRange = LeastPercent;
        axis.MinimumPadding = axis.MaximumPadding = 0.05;
        axis.Title = titleWithUnit;
        axis.MajorGridlineStyle = LineStyle.Solid;
        axis.MajorGridlineColor = PlotPalette.Grid.Light;
        axis.MajorGridlineThickness = 1;
        Add(axis, position);
    }

    /// <summary>Adds an axis of names, of which the first is on top or on the left.</summary>
    public void Names(AxisPosition position, IReadOnlyList<string> names)
    {
        bool isUpright = position is AxisPosition.Left or AxisPosition.Right;
        Add(new LinearAxis
        {
            Minimum = -RoomOfNames,
            Maximum = names.Count - 1 + RoomOfNames,
            StartPosition = isUpright ? 1 : 0,
            EndPosition = isUpright ? 0 : 1,
            MajorStep = 1,
            LabelFormatter = at => at >= 0 && at < names.Count && at == Math.Floor(at) ? Shown(names[(int)at]) : "",
        }, position);
    }

    /// <summary>Adds a line with a marker at every point.</summary>
    /// <param name="series">Chooses colour and marker.</param>
    /// <param name="label">Its name in the legend; null for none.</param>
    public void Line(IEnumerable<DataPoint> points, int series, string? label, bool hasMarkers = true, bool hasLine = true)
    {
        var line = new LineSeries
        {
            Title = label is null ? null : Shown(label),
            Color = hasLine ? PlotPalette.OfSeries(series) : OxyColors.Transparent,
            StrokeThickness = LineWidth,
            MarkerType = hasMarkers ? Markers[series % Markers.Length] : MarkerType.None,
            MarkerOutline = series % Markers.Length == Markers.Length - 1 ? Bar : TriangleOnTip,
            MarkerSize = MarkerSize,
            MarkerFill = PlotPalette.OfSeries(series),
            MarkerStroke = PlotPalette.OfSeries(series),
            MarkerStrokeThickness = LineWidth / 2,
        };
        line.Points.AddRange(points);
        _model.Series.Add(line);
    }

    /// <summary>Adds lines from point to point, with nothing between one pair and the next.</summary>
    public void Segments(IEnumerable<(DataPoint From, DataPoint To)> pairs, OxyColor colour, double width = IntervalWidth,
        LineStyle style = LineStyle.Solid, string? label = null)
    {
        var line = new LineSeries { Color = colour, StrokeThickness = width, LineStyle = style, Title = label };
        foreach (var (from, to) in pairs) line.Points.AddRange([from, to, DataPoint.Undefined]);
        _model.Series.Add(line);
    }

    /// <summary>Adds the interval of each point, upright.</summary>
    public void UprightIntervals(IEnumerable<(double X, double Low, double High)> intervals, int series) =>
        Segments(intervals.Select(each => (new DataPoint(each.X, each.Low), new DataPoint(each.X, each.High))),
            PlotPalette.OfSeries(series));

    /// <summary>Adds the interval of each point, from left to right.</summary>
    public void FlatIntervals(IEnumerable<(double Y, double Low, double High)> intervals, int series) =>
        Segments(intervals.Select(each => (new DataPoint(each.Low, each.Y), new DataPoint(each.High, each.Y))),
            PlotPalette.OfSeries(series));

    /// <summary>Adds rectangles.</summary>
    /// <param name="alpha">255 covers what is below.</param>
    public void Bars(IEnumerable<(DataPoint From, DataPoint To)> corners, int series, string? label, byte alpha = byte.MaxValue)
    {
        var bars = new RectangleBarSeries
        {
            Title = label is null ? null : Shown(label),
            FillColor = OxyColor.FromAColor(alpha, PlotPalette.OfSeries(series)),
            StrokeThickness = 0,
        };
        foreach (var (from, to) in corners)
            bars.Items.Add(new(Math.Min(from.X, to.X), Math.Min(from.Y, to.Y), Math.Max(from.X, to.X), Math.Max(from.Y, to.Y)));
        _model.Series.Add(bars);
    }

    /// <summary>Adds a text that a reader sees who points there.</summary>
    public void Mark(PlotMark mark) => _marks.Add(mark);

    /// <param name="alternative">As <see cref="Figure.Alternative"/>.</param>
    public Figure Build(string alternative)
    {
        if (_model.Series.Count(series => series.Title is not null) > 1)
            _model.Legends.Add(new Legend
            {
                LegendPlacement = LegendPlacement.Outside,
                LegendPosition = LegendPosition.TopLeft,
                LegendOrientation = LegendOrientation.Horizontal,
                LegendTextColor = PlotPalette.Ink.Light,
                LegendPadding = 0,
                LegendMargin = 6,
                LegendColumnSpacing = 18,
                LegendLineSpacing = 5,
            });
        return new(name, title, caption, Printable.Escape(alternative), _model, _marks, height);
    }

    private static string Shown(string text)
    {
        string whole = Printable.Escape(text);
        return whole.Length <= MostOfName ? whole : $"{whole[..(MostOfName / 3)]}...{whole[^(MostOfName * 2 / 3 - 3)..]}";
    }

    private void Add(Axis axis, AxisPosition position)
    {
        axis.Position = position;
        axis.MinorTickSize = 0;
        axis.MajorTickSize = 0;
        axis.AxislineStyle = LineStyle.Solid;
        axis.AxislineColor = axis.TicklineColor = PlotPalette.Grid.Light;
        axis.TextColor = PlotPalette.Muted.Light;
        axis.TitleColor = PlotPalette.Ink.Light;
        axis.AxisTitleDistance = 8;
        axis.AxisTickToLabelDistance = 6;
        _model.Axes.Add(axis);
    }
}
