using System.Xml.Linq;
using SixLabors.ImageSharp;
using SixLabors.ImageSharp.PixelFormats;

namespace ImcEngine.Tests.Cli.Reports;

/// <summary>What every page and every plot must be, whichever command wrote it.</summary>
internal static class ReportFiles
{
    private static readonly byte[] SignatureOfPng = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>Reads a page and checks what holds for all: well-formed, of one file, with a text for whoever cannot see a plot.</summary>
    public static XElement Page(string file)
    {
        string text = File.ReadAllText(file);
        Assert.StartsWith("<!DOCTYPE html>\n", text, StringComparison.Ordinal);
        var page = XDocument.Parse(text[text.IndexOf('\n', StringComparison.Ordinal)..]).Root!;
        Assert.DoesNotContain("http", text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("url(", text.Replace("url(#", "", StringComparison.Ordinal), StringComparison.Ordinal);
        Assert.DoesNotContain("@import", text, StringComparison.Ordinal);
        Assert.DoesNotContain(page.Descendants(), element => element.Name.LocalName is "link" or "img" or "iframe" or "object");
        Assert.DoesNotContain(page.Descendants().Attributes(), each => each.Name.LocalName is "src" or "href");
        string[] addresses = [.. page.Descendants().Attributes("id").Select(id => id.Value)];
        Assert.Equal(addresses.Distinct(), addresses);
        foreach (var figure in page.Descendants("figure")) IsTold(page, figure);
        return page;
    }

    /// <summary>Returns the cells of a page's tables, row by row.</summary>
    public static string[][] Rows(XElement page) =>
        [.. page.Descendants("tr").Select(row => row.Elements().Select(cell => cell.Value).ToArray())];

    /// <summary>Checks the plots of a folder, each an SVG and a PNG of the same size, and returns their names.</summary>
    public static string[] Plots(string folder)
    {
        string[] names = [.. Directory.GetFiles(folder, "*.svg").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal)!];
        Assert.Equal(names.SelectMany(name => new[] { $"{name}.png", $"{name}.svg" }).Order(StringComparer.Ordinal),
            Directory.GetFiles(folder).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        foreach (string name in names)
        {
            var svg = XDocument.Load(Path.Combine(folder, name + ".svg")).Root!;
            Assert.Equal("http://www.w3.org/2000/svg", svg.Name.NamespaceName);
            Assert.NotEmpty(svg.Descendants(svg.Name.Namespace + "text"));
            Assert.DoesNotContain("var(", svg.ToString(), StringComparison.Ordinal);
            byte[] png = File.ReadAllBytes(Path.Combine(folder, name + ".png"));
            Assert.Equal(SignatureOfPng, png[..SignatureOfPng.Length]);
            using var picture = Image.Load<Rgb24>(png);
            Assert.Equal((3 * (int)svg.Attribute("width")!, 3 * (double)svg.Attribute("height")!), (picture.Width, picture.Height));
            Assert.True(IsDrawn(picture), $"{name}.png is blank.");
        }
        return names;
    }

    private static bool IsDrawn(Image<Rgb24> picture)
    {
        var colours = new HashSet<Rgb24>();
        for (int y = 0; y < picture.Height; y++)
            for (int x = 0; x < picture.Width; x++) colours.Add(picture[x, y]);
        return colours.Count > 8;
    }

    private static void IsTold(XElement page, XElement figure)
    {
        var svg = figure.Element("svg")!;
        Assert.Equal("img", (string)svg.Attribute("role")!);
        foreach (string address in ((string)svg.Attribute("aria-labelledby")!).Split(' '))
            Assert.True(page.Descendants().Single(element => (string?)element.Attribute("id") == address).Value.Length > 5);
        Assert.NotEmpty(figure.Element("figcaption")!.Value);
        Assert.NotEmpty(svg.Descendants("text"));
        // Every colour of a plot is a variable of the style, so that it follows light and dark.
        Assert.DoesNotContain("rgb(", svg.ToString(), StringComparison.Ordinal);
        Assert.Contains("var(--", svg.ToString(), StringComparison.Ordinal);
    }
}
