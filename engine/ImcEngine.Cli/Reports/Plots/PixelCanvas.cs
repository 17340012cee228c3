using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>Draws a plot into pixels, and measures text for the SVG of the same plot.</summary>
/// <param name="raster">The image; null to measure text alone.</param>
/// <param name="scale">Pixels per unit of the plot.</param>
internal sealed class PixelCanvas(Raster? raster, double scale) : ClippingRenderContext
{
    private static readonly OxyRect Everywhere = new(0, 0, 1e6, 1e6);

    private OxyRect _clip = Everywhere;

    public override void DrawLine(IList<ScreenPoint> points, OxyColor stroke, double thickness, EdgeRenderingMode edgeRenderingMode,
        double[] dashArray, LineJoin lineJoin)
    {
        if (points.Count < 2 || !stroke.IsVisible() || thickness <= 0) return;
        double width = thickness * scale;
        var line = Scaled(points);
        if (edgeRenderingMode != EdgeRenderingMode.PreferGeometricAccuracy && points.Count == 2) line = OnPixels(line, width);
        var dashes = dashArray is { Length: > 0 } ? Stroke.Dashes(line, Array.ConvertAll(dashArray, part => part * width)) : [line];
        Fill([.. dashes.SelectMany(dash => Stroke.Of(dash, width))], stroke);
    }

    public override void DrawPolygon(IList<ScreenPoint> points, OxyColor fill, OxyColor stroke, double thickness,
        EdgeRenderingMode edgeRenderingMode, double[] dashArray, LineJoin lineJoin)
    {
        if (points.Count < 2) return;
        if (fill.IsVisible()) Fill([Scaled(points)], fill);
        if (stroke.IsVisible() && thickness > 0) Fill(Stroke.Of(Scaled([.. points, points[0]]), thickness * scale), stroke);
    }

    public override void DrawEllipse(OxyRect extents, OxyColor fill, OxyColor stroke, double thickness,
        EdgeRenderingMode edgeRenderingMode) =>
        DrawPolygon(Stroke.Ellipse(extents.Center.X, extents.Center.Y, extents.Width / 2, extents.Height / 2), fill, stroke, thickness,
            edgeRenderingMode, null!, LineJoin.Round);

    public override void DrawText(ScreenPoint p, string text, OxyColor fill, string fontFamily, double fontSize, double fontWeight,
        double rotation, HorizontalAlignment horizontalAlignment, VerticalAlignment verticalAlignment, OxySize? maxSize)
    {
        if (string.IsNullOrEmpty(text)) return;
        double angle = rotation * Math.PI / 180, cos = Math.Cos(angle), sin = Math.Sin(angle);
        string[] lines = text.Split('\n');
        double height = HeightOf(fontSize), y = fontSize * PlotFont.Shared.AscentEms - height * lines.Length * verticalAlignment switch
        {
            VerticalAlignment.Top => 0, VerticalAlignment.Middle => 0.5, _ => 1,
        };
        var outlines = new List<IReadOnlyList<ScreenPoint>>();
        foreach (string line in lines)
        {
            double x = -PlotFont.Shared.WidthEms(line) * fontSize * horizontalAlignment switch
            {
                HorizontalAlignment.Left => 0, HorizontalAlignment.Center => 0.5, _ => 1,
            };
            foreach (char character in line)
            {
                double left = x, baseLine = y;
                outlines.AddRange(PlotFont.Shared.OutlinesOf(character).Select(outline => Array.ConvertAll(outline, point =>
                {
                    double across = left + point.X * fontSize, down = baseLine - point.Y * fontSize;
                    return new ScreenPoint((p.X + across * cos - down * sin) * scale, (p.Y + across * sin + down * cos) * scale);
                })));
                x += PlotFont.Shared.WidthEms(character) * fontSize;
            }
            y += height;
        }
        Fill(outlines, fill);
    }

    public override OxySize MeasureText(string text, string fontFamily, double fontSize, double fontWeight)
    {
        if (string.IsNullOrEmpty(text)) return OxySize.Empty;
        string[] lines = text.Split('\n');
        return new(lines.Max(PlotFont.Shared.WidthEms) * fontSize, HeightOf(fontSize) * lines.Length);
    }

    protected override void SetClip(OxyRect clippingRectangle) => _clip = new(clippingRectangle.Left * scale,
        clippingRectangle.Top * scale, clippingRectangle.Width * scale, clippingRectangle.Height * scale);

    protected override void ResetClip() => _clip = Everywhere;

    private static double HeightOf(double fontSize) => fontSize * (PlotFont.Shared.AscentEms + PlotFont.Shared.DescentEms);

    private ScreenPoint[] Scaled(IEnumerable<ScreenPoint> points) =>
        [.. points.Select(point => new ScreenPoint(point.X * scale, point.Y * scale))];

    /// <summary>Moves a line across or upright so that its edges lie between pixels.</summary>
    private static ScreenPoint[] OnPixels(ScreenPoint[] line, double width)
    {
        double Moved(double centre) => Math.Round(centre - width / 2) + width / 2;
        bool isUpright = line[0].X == line[1].X, isAcross = line[0].Y == line[1].Y;
        return [.. line.Select(point => new ScreenPoint(isUpright ? Moved(point.X) : point.X, isAcross ? Moved(point.Y) : point.Y))];
    }

    private void Fill(IReadOnlyList<IReadOnlyList<ScreenPoint>> outlines, OxyColor colour) => raster?.Fill(outlines, colour, _clip);
}
