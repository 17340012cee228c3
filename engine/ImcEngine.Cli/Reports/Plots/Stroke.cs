using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>The outlines of lines: a quadrangle for each piece and a disc at each joint, all with the same sense of rotation.</summary>
internal static class Stroke
{
    private const int CornersOfDisc = 16;

    public static List<IReadOnlyList<ScreenPoint>> Of(IReadOnlyList<ScreenPoint> line, double width)
    {
        var outlines = new List<IReadOnlyList<ScreenPoint>>();
        for (int i = 0; i + 1 < line.Count; i++)
        {
            var (from, to) = (line[i], line[i + 1]);
            double length = Math.Sqrt((to.X - from.X) * (to.X - from.X) + (to.Y - from.Y) * (to.Y - from.Y));
            if (length == 0) continue;
            double x = (to.X - from.X) / length * width / 2, y = (to.Y - from.Y) / length * width / 2;
            outlines.Add([new(from.X - y, from.Y + x), new(from.X + y, from.Y - x), new(to.X + y, to.Y - x), new(to.X - y, to.Y + x)]);
            if (i > 0) outlines.Add(Ellipse(from.X, from.Y, width / 2, width / 2));
        }
        return outlines;
    }

    public static ScreenPoint[] Ellipse(double x, double y, double radiusX, double radiusY) =>
        [.. Enumerable.Range(0, CornersOfDisc).Select(i => 2 * Math.PI * i / CornersOfDisc)
            .Select(angle => new ScreenPoint(x + radiusX * Math.Cos(angle), y + radiusY * Math.Sin(angle)))];

    /// <summary>Cuts a line into dashes.</summary>
    /// <param name="pattern">Lengths of dash and gap, in turn.</param>
    public static IEnumerable<IReadOnlyList<ScreenPoint>> Dashes(IReadOnlyList<ScreenPoint> line, double[] pattern)
    {
        int part = 0;
        double left = pattern[0];
        List<ScreenPoint> dash = [line[0]];
        for (int i = 1; i < line.Count; i++)
        {
            var (from, to) = (line[i - 1], line[i]);
            double length = Math.Sqrt((to.X - from.X) * (to.X - from.X) + (to.Y - from.Y) * (to.Y - from.Y)), done = 0;
            while (length - done > left)
            {
                done += left;
                ScreenPoint at = new(from.X + (to.X - from.X) * done / length, from.Y + (to.Y - from.Y) * done / length);
                if (part % 2 == 0) yield return [.. dash, at];
                dash = [at];
                left = pattern[++part % pattern.Length];
            }
            left -= length - done;
            dash.Add(to);
        }
        if (part % 2 == 0 && dash.Count > 1) yield return dash;
    }
}
