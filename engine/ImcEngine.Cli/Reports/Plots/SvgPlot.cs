using System.Globalization;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>Writes a plot as SVG: text as text, with a title and a description for readers who cannot see it.</summary>
internal static partial class SvgPlot
{
    private const double LeastMark = 14;

    /// <summary>The elements of a file are in SVG's namespace. Those within HTML are in none: a browser knows them.</summary>
    private static readonly XNamespace OfFiles = "http://www.w3.org/2000/svg";

    /// <summary>Returns the plot for a page: its colours are variables of the page's style, and marks have the
    /// texts that a script shows.</summary>
    public static XElement ForPage(Figure figure)
    {
        var svg = Draw(figure, XNamespace.None);
        foreach (var attribute in svg.DescendantsAndSelf().Attributes())
            attribute.Value = Colour().Replace(attribute.Value, colour =>
                PlotPalette.VariableOf(colour.Value) is { } variable ? $"var(--{variable})" : colour.Value);
        foreach (var mark in figure.Marks) svg.Add(MarkOf(figure, mark));
        return svg;
    }

    /// <summary>Returns the plot as a file by itself, in the colours of a light page, which programs for drawings and papers
    /// read.</summary>
    public static string ForFile(Figure figure)
    {
        var svg = Draw(figure, OfFiles);
        svg.SetAttributeValue("width", Number(Figure.Width));
        svg.SetAttributeValue("height", Number(figure.Height));
        return $"<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{svg.ToString(SaveOptions.None).ReplaceLineEndings("\n")}\n";
    }

    private static XElement Draw(Figure figure, XNamespace space)
    {
        using var stream = new MemoryStream();
        using (var context = new SvgCanvas(stream, Figure.Width, figure.Height))
        {
            figure.Render(context);
            context.Complete();
            context.Flush();
        }
        stream.Position = 0;
        var drawn = XDocument.Load(stream).Root!;
        string title = figure.Name + "-title", description = figure.Name + "-description";
        var svg = new XElement(space + "svg", new XAttribute("viewBox", $"0 0 {Number(Figure.Width)} {Number(figure.Height)}"),
            new XAttribute("role", "img"), new XAttribute("aria-labelledby", $"{title} {description}"),
            new XAttribute("font-family", PlotFont.Families),
            new XElement(space + "title", new XAttribute("id", title), figure.Title),
            new XElement(space + "desc", new XAttribute("id", description), figure.Alternative),
            drawn.Elements().Select(element => In(space, element)));
        // Addresses of all plots of a page differ; the whole plot has one font.
        foreach (var attribute in svg.Descendants().Attributes().ToList())
            if (attribute is { Name.LocalName: "font-family" or "dominant-baseline" or "shape-rendering" }
                or { Name.LocalName: "font-weight", Value: "400" })
                attribute.Remove();
            else attribute.Value = ClipAddress().Replace(attribute.Value, $"{figure.Name}-clip$1");
        return svg;
    }

    private static XElement In(XNamespace space, XElement element) =>
        new(space + element.Name.LocalName, element.Attributes().Where(attribute => !attribute.IsNamespaceDeclaration),
            element.HasElements ? element.Elements().Select(child => In(space, child)) : element.Value.Length > 0 ? element.Value : null);

    private static XElement MarkOf(Figure figure, PlotMark mark)
    {
        var (x, y) = (figure.Model.DefaultXAxis, figure.Model.DefaultYAxis);
        double[] across = [x.Transform(mark.From.X), x.Transform(mark.To.X)], down = [y.Transform(mark.From.Y), y.Transform(mark.To.Y)];
        double width = Math.Max(LeastMark, Math.Abs(across[1] - across[0])), height = Math.Max(LeastMark, Math.Abs(down[1] - down[0]));
        return new("rect", new XAttribute("class", "mark"), new XAttribute("x", Number(across.Average() - width / 2)),
            new XAttribute("y", Number(down.Average() - height / 2)), new XAttribute("width", Number(width)),
            new XAttribute("height", Number(height)), new XAttribute("data-tip", Printable.EscapeLines(mark.Text)));
    }

    private static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    [GeneratedRegex(@"rgb\(\d+,\d+,\d+\)")]
    private static partial Regex Colour();

    [GeneratedRegex(@"clipPath(\d+)")]
    private static partial Regex ClipAddress();
}
