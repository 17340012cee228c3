using System.Text.Json.Nodes;
using ImcEngine.Evaluation;

namespace ImcEngine.Cli;

/// <summary>The conversions that were clamped to the end lines of a measured table, as text and as JSON.</summary>
internal static class ClampReport
{
    private const double LeastShown = 0.0001;

    /// <param name="setting">Name of the setting; empty if there is only one.</param>
    public static void Write(Report report, ClampedShare? share, string setting = "")
    {
        if (share is null) return;
        var most = share.Layers.MaxBy(layer => layer.Fraction)!;
        report.Line($"{(setting.Length == 0 ? "" : $"{setting}: ")}{Percent(share.Fraction)} of the conversions by a measured "
            + "table "
            + "had partial sums beyond it and were clamped to its end lines "
            + $"(adc.beyondTable clamp; counted over the first {share.Images} images); "
            + $"most in layer '{most.Name}', {Percent(most.Fraction)}.");
    }

    /// <summary>Adds the field <c>clampedConversions</c>; adds nothing if no table clamps.</summary>
    public static void AddTo(JsonObject document, ClampedShare? share)
    {
        if (share is null) return;
        document["clampedConversions"] = new JsonObject
        {
            ["images"] = share.Images,
            ["fraction"] = share.Fraction,
            ["layers"] =
                new JsonArray([.. share.Layers.Select(layer => new JsonObject { ["name"] = layer.Name, ["fraction"] = layer.Fraction })]),
        };
    }

    private static string Percent(double fraction) =>
        fraction is > 0 and < LeastShown ? $"less than {FigureText.Percent(LeastShown)}" : FigureText.Percent(fraction);
}
