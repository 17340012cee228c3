using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using ImcEngine.Cli.Reports.Plots;

namespace ImcEngine.Cli.Reports;

/// <summary>
/// Composes a page as one HTML file that needs no other file and no network. The page is well-formed XML too: its elements are built as a
/// tree, so that names from files are escaped wherever they stand.
/// </summary>
internal static class HtmlPage
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <param name="commandLine">What the user typed.</param>
    public static string Compose(ReportPage page, string commandLine)
    {
        var body = Element("main", "", Head(page, commandLine), Figures(page.Figures), Tables(page.Transcript), Settings(page.Runs),
            Origin(page.Document, commandLine));
        return $"""
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8" />
            <meta name="viewport" content="width=device-width, initial-scale=1" />
            <meta name="color-scheme" content="light dark" />
            {Text(new XElement("title", $"{Printable.Escape(page.Title)} - imc"))}
            <style>
            {Style()}</style>
            </head>
            <body>
            {Text(body)}
            <div id="tip" role="status" hidden="hidden"></div>
            <script>
            {EmbeddedText.Read("page.js")}</script>
            </body>
            </html>

            """.ReplaceLineEndings("\n");
    }

    private static string Style() =>
        $":root{{{PlotPalette.Variables(isDark: false)}}}\n"
            + $"@media screen and (prefers-color-scheme: dark){{:root{{{PlotPalette.Variables(isDark: true)}}}}}\n"
            + EmbeddedText.Read("page.css");

    private static XElement Head(ReportPage page, string commandLine) => Element("header", "",
        Element("h1", "", page.Title), Element("p", "subject", page.Subject),
        Element("pre", "command", Element("code", "", commandLine)),
        page.KeyFigures.Count == 0 ? null : Element("dl", "keys", page.KeyFigures.Select(key => Element("div", "",
            Element("dt", "", key.Name), Element("dd", "number", key.Number),
            key.Detail.Length == 0 ? null : Element("dd", "detail", key.Detail)))));

    private static XElement? Figures(IReadOnlyList<Figure> figures) => figures.Count == 0 ? null
        : Section("figures", "Figures", figures.Select((figure, i) =>
        {
            var element = Element("figure", "", SvgPlot.ForPage(figure), Element("figcaption", "",
                Element("strong", "", $"Figure {i + 1}. {figure.Title}."), $" {figure.Caption}"));
            element.SetAttributeValue("id", figure.Name);
            return element;
        }));

    private static XElement Tables(ReportTranscript transcript) => Section("results", "Results", transcript.Blocks
        .Select(block => block.Table is { } table ? Table(table)
            : block.Lines.Count == 0 ? null : Element("div", "notes", block.Lines.Select(line => Element("p", "", line)))));

    private static XElement Table(TextTable table)
    {
        var head = Element("tr", "", table.Columns.Select(column =>
        {
            var button = Element("button", "", column.Title);
            button.SetAttributeValue("type", "button");
            var cell = Element("th", column.IsNumber ? "n" : "", column.Title.Length == 0 ? "" : button);
            cell.SetAttributeValue("scope", "col");
            return cell;
        }));
        var rows = table.Rows.Select(row => Element("tr", "",
            row.Select((text, c) => Element("td", table.Columns[c].IsNumber ? "n" : "", text))));
        return Element("div", "scroll", Element("table", "", Element("thead", "", head), Element("tbody", "", rows)));
    }

    private static XElement? Settings(IReadOnlyList<(string Name, JsonNode Run)> runs) => runs.Count == 0 ? null
        : Section("settings", "Settings", runs.Select(run => Element("details", "", Element("summary", "", run.Name),
            Element("pre", "", Element("code", "", run.Run.ToJsonString(Indented))))));

    private static XElement Origin(JsonObject document, string commandLine) => Section("provenance", "Provenance",
        Element("div", "scroll", Element("table", "origin", Element("tbody", "",
            Provenance.Of(document).Prepend(("command", commandLine)).Select(field =>
            {
                var name = Element("th", "", field.Item1);
                name.SetAttributeValue("scope", "row");
                return Element("tr", "", name, Element("td", "", field.Item2));
            })))));

    private static XElement Section(string address, string title, params object?[] content)
    {
        var section = Element("section", "", [Element("h2", "", title), .. content]);
        section.SetAttributeValue("id", address);
        return section;
    }

    /// <summary>Creates an element. Text within it appears as <see cref="Printable"/> has it.</summary>
    private static XElement Element(string name, string style, params object?[] content)
    {
        var element = new XElement(name, [.. content.Select(each => each is string text ? new XText(Printable.EscapeLines(text)) : each)]);
        // HTML knows no elements that end as they begin.
        if (!element.Nodes().Any()) element.Add("");
        if (style.Length > 0) element.SetAttributeValue("class", style);
        return element;
    }

    private static string Text(XElement element) => element.ToString(SaveOptions.DisableFormatting);
}
