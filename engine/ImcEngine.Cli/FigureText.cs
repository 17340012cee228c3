using System.Globalization;
using System.Text.Json.Nodes;
using ImcEngine.Evaluation.Intervals;

namespace ImcEngine.Cli;

/// <summary>Accuracies, differences and their intervals: percent and points in tables, fractions in JSON.</summary>
internal static class FigureText
{
    public const string AccuracyFormula = "Wilson score interval over images",
        PairedFormula = "Tango score interval for paired proportions, lost minus won";

    /// <summary>Under a table of differences between settings on the same images.</summary>
    public static IReadOnlyList<string> PairedNote { get; } =
    [
        "Points lost: images lost less images won, of all: what is worse is positive. With Tango's 95 % interval. Exact p: two-sided",
        "binomial test on the images that one of the two alone classifies correctly; it decides, below 0.05, whether the two differ.",
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

    /// <summary>Empty where a difference is shown.</summary>
    public static string Verdict(PairedDifference difference) => difference.IsDistinguishable ? "" : NotDistinguishable;

    /// <summary>The same of a mean over dies.</summary>
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

    /// <summary>A difference that rounds to nothing has no sign.</summary>
    private static string Hundredfold(double fraction) => (fraction * 100).ToString("0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
