using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Cli.Reports.Plots;
using ImcEngine.Evaluation;

namespace ImcEngine.Cli.Reports;

/// <summary>The page of <c>imc profile</c>.</summary>
internal static class ProfilePage
{
    /// <summary>Steps that take less are left out of the plot once it has this many.</summary>
    private const int MostSteps = 40;

    public static ReportPage Create(NetworkProfile profile, ReportTranscript transcript, JsonObject document)
    {
        double seconds = profile.Steps.Sum(step => step.SecondsPerImage);
        return new($"Where the time of {document["model"]!["file"]} goes",
            $"{document["images"]} images of {document["data"]}; {document["threads"]} threads, batch {document["batch"]}",
            [
                new("time of an image and thread", $"{Text(seconds * 1e3)} ms"),
                .. profile.Steps.GroupBy(step => step.Kind).Select(kind => new KeyFigure($"{ProfileReport.Word(kind.Key)} steps",
                    $"{Text(100 * kind.Sum(step => step.Share))} %", $"{kind.Count()} steps")),
            ],
            [.. Figures(profile)], transcript, [("run specification", document["run"]!.DeepClone())], document);
    }

    private static IEnumerable<Figure> Figures(NetworkProfile profile)
    {
        var shown = profile.Steps.OrderByDescending(step => step.SecondsPerImage).Take(MostSteps).ToHashSet();
        StepProfile[] steps = [.. profile.Steps.Where(shown.Contains)];
        yield return LayerPlots.Bars("time", "Time of every step", steps.Length == profile.Steps.Count ? "In the order of the network."
            : $"The {MostSteps} steps that take longest, in the order of the network.", "Time of an image (ms)",
            [.. steps.Select(step => step.Name)],
            [.. steps.Select(step => step.Kind).Distinct().Select(kind => (ProfileReport.Word(kind), (IReadOnlyList<double>)
                [.. steps.Select(step => step.Kind == kind ? step.SecondsPerImage * 1e3 : double.NaN)]))]);
        StepProfile[] layers = [.. profile.Steps.Where(step => step.Macro is not null)];
        if (layers.Length > 0)
            yield return LayerPlots.Bars("speed", "Speed of every layer on the macro",
                "Products of one input bit with one weight bit per second, of the threads that share an image.", "Speed (G binary MAC/s)",
                [.. layers.Select(step => step.Name)], ("speed", [.. layers.Select(step => step.Macro!.BinaryMacsPerSecond / 1e9)]));
    }

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
