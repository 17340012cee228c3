using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Macro;

namespace ImcEngine.Cli;

/// <summary>How converters were designed and results corrected, in words and in JSON.</summary>
internal static class CorrectionReport
{
    /// <summary>Writes nothing where all is at its default.</summary>
    /// <param name="corrections">The corrections of the die, or of the first of several; null for none.</param>
    public static void Write(Report report, RunSpec run, Corrections? corrections, string name)
    {
        if (InWords(run.Calibration, corrections) is { } words) report.Line(name.Length == 0 ? words : $"{name}: {words}");
    }

    public static void AddTo(JsonObject document, RunSpec run, Corrections? corrections)
    {
        if (corrections is null) return;
        document["correction"] = new JsonObject
        {
            ["method"] = SpecWords.WordFor(corrections.Method), ["trimmed"] = run.Calibration.TrimsDies,
            ["channels"] = corrections.Channels, ["biasOnly"] = corrections.BiasOnly,
        };
    }

    private static string? InWords(CalibrationSpec calibration, Corrections? corrections)
    {
        string? design = calibration.Design == ConverterDesign.Mse ? null : $"design {SpecWords.WordFor(calibration.Design)}";
        string? correction = corrections is null ? null : string.Create(CultureInfo.InvariantCulture,
            $"{(calibration.TrimsDies ? "trimmed, each die by itself: " : "")}correction {SpecWords.WordFor(corrections.Method)} of "
                + $"{corrections.Channels:N0} channels, {corrections.BiasOnly:N0} of them bias only");
        return design is null && correction is null ? null
            : $"Converters: {string.Join("; ", new[] { design, correction }.OfType<string>())}.";
    }
}
