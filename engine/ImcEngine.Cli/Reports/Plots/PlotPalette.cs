using OxyPlot;

namespace ImcEngine.Cli.Reports.Plots;

/// <summary>A colour of plots, which is a variable of the page's style: it differs between light and dark.</summary>
/// <param name="Variable">The variable's name, without dashes in front.</param>
internal sealed record PlotColour(string Variable, OxyColor Light, OxyColor Dark);

/// <summary>
/// The colours of plots. Series differ for readers with any kind of colour blindness, after the hues of Okabe and Ito, Color Universal
/// Design (2008), darkened so that each stands out from white by a contrast of 3 at least, and lightened for a dark page.
/// </summary>
internal static class PlotPalette
{
    public static PlotColour Surface { get; } = Of("surface", 0xFDFDFC, 0x16191D);
    public static PlotColour Ink { get; } = Of("ink", 0x1C2024, 0xE9ECEF);
    public static PlotColour Muted { get; } = Of("muted", 0x5A636C, 0xA5AEB8);
    public static PlotColour Grid { get; } = Of("grid", 0xE2E5E8, 0x2F353C);

    /// <summary>The colours of series, in the order of their use.</summary>
    public static IReadOnlyList<PlotColour> Series { get; } =
    [
        Of("series-1", 0x0070B0, 0x5FB3EE), Of("series-2", 0xC24E00, 0xFF9152), Of("series-3", 0x007F60, 0x35C9A0),
        Of("series-4", 0xA3447A, 0xE89BC6), Of("series-5", 0x7A6900, 0xD8C243), Of("series-6", 0x55606B, 0xB9C2CC),
    ];

    public static IReadOnlyList<PlotColour> All { get; } = [Surface, Ink, Muted, Grid, .. Series];

    public static OxyColor OfSeries(int series) => Series[series % Series.Count].Light;

    /// <summary>Returns the variables of a page's style.</summary>
    public static string Variables(bool isDark) => string.Concat(All.Select(colour =>
        $"--{colour.Variable}:{Hex(isDark ? colour.Dark : colour.Light)};"));

    /// <summary>Returns the variable with the colour that a plot is drawn in; null for any other colour.</summary>
    public static string? VariableOf(string colour) => All.FirstOrDefault(each => Drawn(each) == colour)?.Variable;

    /// <summary>Returns the contrast of two colours by the Web Content Accessibility Guidelines, 1 to 21.</summary>
    public static double Contrast(OxyColor one, OxyColor other)
    {
        double[] both = [Luminance(one), Luminance(other)];
        return (both.Max() + 0.05) / (both.Min() + 0.05);
    }

    /// <summary>A colour as the plotting library writes it into an SVG.</summary>
    private static string Drawn(PlotColour colour) => $"rgb({colour.Light.R},{colour.Light.G},{colour.Light.B})";

    private static string Hex(OxyColor colour) => $"#{colour.R:x2}{colour.G:x2}{colour.B:x2}";

    private static double Luminance(OxyColor colour) =>
        0.2126 * Linear(colour.R) + 0.7152 * Linear(colour.G) + 0.0722 * Linear(colour.B);

    private static double Linear(byte channel)
    {
        double share = channel / 255.0;
        return share <= 0.04045 ? share / 12.92 : Math.Pow((share + 0.055) / 1.055, 2.4);
    }

    private static PlotColour Of(string variable, uint light, uint dark) =>
        new(variable, OxyColor.FromUInt32(0xFF000000 | light), OxyColor.FromUInt32(0xFF000000 | dark));
}
