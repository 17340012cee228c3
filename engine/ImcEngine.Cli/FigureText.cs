using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Cli;

/// <summary>Accuracies, differences and their intervals: percent and points in tables, fractions in JSON.</summary>
internal static class FigureText
{
    public const string AccuracyFormula = "Wilson score interval over images",
        PairedFormula = "Tango score interval for paired proportions, lost minus won";

    /// <summary>The note under a table of differences between settings on the same images.</summary>
    public static IReadOnlyList<string> PairedNote { get; } =
    [
        "Points lost: images lost minus images won, in percent of all images; worse is positive. The interval is Tango's.",
        "Exact p: two-sided binomial test on the images that only one of the two classifies correctly; below 0.05 the two differ.",
    ];

    private const string NotDistinguishable = "not distinguishable from 0";
    private const double LeastP = 0.0001;

    public static string Percent(double fraction) => Hundredfold(fraction) + " %";

    public static string Percent(double? fraction) => fraction is { } given ? Percent(given) : "";

    public static string PercentInterval(Interval? interval) =>
        interval is { } given ? $"{Hundredfold(given.Low)} .. {Hundredfold(given.High)} %" : "";

    public static string Points(double fraction) => Hundredfold(fraction);

    public static string PointsInterval(Interval? interval) =>
        interval is { } given ? $"{Hundredfold(given.Low)} .. {Hundredfold(given.High)}" : "";

    public static string P(PairedDifference difference) =>
        difference.ExactP is var p && p < LeastP ? string.Create(CultureInfo.InvariantCulture, $"< {LeastP}")
            : p.ToString("F4", CultureInfo.InvariantCulture);

    /// <summary>Empty if the difference is distinguishable from 0.</summary>
    public static string Verdict(PairedDifference difference) => difference.IsDistinguishable ? "" : NotDistinguishable;

    /// <summary>The same for a mean over dies.</summary>
    public static string Verdict(Interval? interval) => interval is { } given && given.Holds(0) ? NotDistinguishable : "";

    public static JsonArray? ToJson(Interval? interval) => interval is { } given ? [given.Low, given.High] : null;

    public static JsonObject ToJson(PairedDifference difference) => new()
    {
        ["lossTop1"] = difference.Loss,
        ["interval95"] = ToJson(difference.Interval95),
        ["intervalFormula"] = PairedFormula,
        ["imagesLost"] = difference.Lost,
        ["imagesWon"] = difference.Won,
        ["exactP"] = difference.ExactP,
        ["distinguishable"] = difference.IsDistinguishable,
    };

    /// <summary>Returns a fraction in percent. What rounds to 0 has no sign.</summary>
    private static string Hundredfold(double fraction) => (fraction * 100).ToString("0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
