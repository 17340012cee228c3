using System.CommandLine;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Data;
using ImcEngine.Images.Pictures;
using ImcEngine.Images.Sources;

namespace ImcEngine.Cli.Reports;

/// <summary>The options that write what a command found as a page and as plots.</summary>
internal sealed class ReportOptions
{
    private readonly TextFileOption _html = new("--html", "Write a page with plots and sortable tables, one file that needs no network");
    private readonly Option<string?> _plots = new("--plots")
    {
        Description = "Write the page's plots into this folder, each as SVG and as PNG; files of these names there are replaced",
        HelpName = "DIR",
    };

    private ReportOptions()
    {
    }

    public IReadOnlyList<Option> Options => [_html, _plots];

    public static ReportOptions AddTo(Command command)
    {
        var options = new ReportOptions();
        foreach (var option in options.Options) command.Options.Add(option);
        return options;
    }

    /// <summary>Whether a page or plots are asked for.</summary>
    public bool IsGiven(ParseResult parse) => parse.GetValue(_html) is not null || parse.GetValue(_plots) is not null;

    /// <summary>Returns the options that are given, with full paths, for a command line of another process.</summary>
    public IReadOnlyList<string> Given(ParseResult parse) =>
    [
        .. parse.GetValue(_html) is { } file ? new[] { _html.Name, Path.GetFullPath(file) } : [],
        .. parse.GetValue(_plots) is { } folder ? new[] { _plots.Name, Path.GetFullPath(folder) } : [],
    ];

    /// <summary>Makes the folder of plots. To be called before any work, so that a folder that cannot be made costs none.</summary>
    /// <exception cref="ImcException">The folder cannot be made, or takes no files.</exception>
    public void Prepare(ParseResult parse)
    {
        if (parse.GetValue(_plots) is { } folder) OutputFolder.Make(folder);
    }

    /// <summary>Writes page and plots if they are asked for, then the report; the report is written even where they cannot be.</summary>
    /// <exception cref="ImcException">A file cannot be written.</exception>
    public void WriteBefore(Action report, ParseResult parse, Func<ReportPage> create)
    {
        try
        {
            if (IsGiven(parse)) Write(parse, create());
        }
        finally
        {
            report();
        }
    }

    private void Write(ParseResult parse, ReportPage page)
    {
        _html.Write(parse, () => HtmlPage.Compose(page, CommandLine(parse)));
        if (parse.GetValue(_plots) is not { } folder) return;
        foreach (var figure in page.Figures)
        {
            AtomicFile.Write(Path.Combine(folder, figure.Name + ".svg"), SvgPlot.ForFile(figure));
            var pixels = figure.ToPixels();
            AtomicFile.Write(Path.Combine(folder, figure.Name + ".png"), stream =>
                PictureEncoder.WritePng(new RawImage(new ImageShape(3, pixels.Height, pixels.Width), pixels.ToPlanes()), stream));
        }
    }

    /// <summary>Returns the command as it can be typed again.</summary>
    private static string CommandLine(ParseResult parse) =>
        string.Join(' ', parse.Tokens.Select(token => Quoted(token.Value)).Prepend("imc"));

    private static string Quoted(string word) =>
        word.Length > 0
        && word.All(each => char.IsAsciiLetterOrDigit(each) || "-_=./:,+@%\\".Contains(each, StringComparison.Ordinal)) ? word
            : $"'{word.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
