using System.Text.Json.Nodes;
using ImcEngine.Evaluation;

namespace ImcEngine.Cli;

/// <summary>Conversions that took a measured table's end lines, as a line and as JSON.</summary>
internal static class ClampReport
{
    private const double LeastShown = 0.0001;

    /// <param name="setting">Whose it is; empty where there is one.</param>
    public static void Write(Report report, ClampedShare? share, string setting = "")
    {
        if (share is null) return;
        var most = share.Layers.MaxBy(layer => layer.Fraction)!;
        report.Line($"{(setting.Length == 0 ? "" : $"{setting}: ")}{Percent(share.Fraction)} of the conversions that a measured "
            + "table makes "
            + "had partial sums beyond it and took its end lines "
            + $"(adc.beyondTable clamp; counted over the first {share.Images} images); "
            + $"most in layer '{most.Name}', {Percent(most.Fraction)}.");
    }

    /// <summary>Adds the field <c>clampedConversions</c>; nothing where no table may clamp.</summary>
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
