using System.Text.Json.Nodes;
using ImcEngine.Cli.Reports.Plots;

namespace ImcEngine.Cli.Reports;

/// <summary>A number that the head of a page shows in large.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Number">The number with its unit.</param>
/// <param name="Detail">Its interval, or of what it is; may be empty.</param>
internal sealed record KeyFigure(string Name, string Number, string Detail = "");

/// <summary>What a page of a command shows, from top to bottom.</summary>
/// <param name="Title">What was asked, e.g. <c>Comparison of 5 settings</c>.</param>
/// <param name="Subject">Network and images, in a sentence.</param>
/// <param name="KeyFigures">The answer in a few numbers.</param>
/// <param name="Figures">The plots.</param>
/// <param name="Transcript">What the command reports on the terminal.</param>
/// <param name="Runs">The run specifications, each with its name.</param>
/// <param name="Document">The JSON document of the command, of which the page shows where the numbers come from.</param>
internal sealed record ReportPage(
    string Title, string Subject, IReadOnlyList<KeyFigure> KeyFigures, IReadOnlyList<Figure> Figures, ReportTranscript Transcript,
    IReadOnlyList<(string Name, JsonNode Run)> Runs, JsonObject Document);
