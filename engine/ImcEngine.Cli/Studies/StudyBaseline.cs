using System.Text.Json.Nodes;
using ImcEngine.Importer.Comparisons;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>The classes that the float and the digital network name, which points are compared with.</summary>
internal static class StudyBaseline
{
    /// <summary>Returns the stored baseline of a run, or runs both networks and stores it.</summary>
    /// <param name="run">As in the study's file.</param>
    public static async Task<JsonObject> FindOrMakeAsync(StudyPlan plan, StudyFolder folder, RunSpec run, StudySubject subject,
        Report report, CancellationToken cancellation)
    {
        string key = plan.KeyOf(NetworkSpec.PartOf(run));
        var (known, damage) = folder.Baseline(key);
        if (known is not null && subject.Takes(known)) return known;
        if (damage is not null || known is not null)
            report.Line($"'{folder.BaselineFile(key)}' is damaged ({damage ?? "its classes are not those of the images"}); "
                + "the float and the digital network are run again.");
        var baseline = await subject.BaselineAsync(key, cancellation);
        folder.WriteBaseline(key, baseline);
        return baseline;
    }

    /// <summary>Returns the classes that the digital network names, one per evaluated image.</summary>
    public static int[] DigitalClasses(JsonObject baseline) => Classes(baseline, "digitalClasses");

    /// <summary>Returns the classes that the float network names, one per evaluated image.</summary>
    public static int[] FloatClasses(JsonObject baseline) => Classes(baseline, "floatClasses");

    private static int[] Classes(JsonObject baseline, string field) => [.. baseline[field]!.AsArray().Select(each => (int)each!)];
}
