using System.Text.Json.Nodes;
using ImcEngine.Evaluation.MonteCarlo;
using ImcEngine.Evaluation.Studies;
using ImcEngine.Macro;

namespace ImcEngine.Cli.Studies;

/// <summary>One setting of a study over all its dies and seeds.</summary>
/// <param name="Grid">The number of the grid, from 1.</param>
/// <param name="Set">The fields that the axes set, without those that are summarized.</param>
/// <param name="First">The row of the first run in <c>results.json</c>: what does not depend on die and seed.</param>
/// <param name="Dies">The runs, die by die; estimates about other dies on these images.</param>
/// <param name="Images">Estimates about other images on these dies; null if an older version stored one of the runs.</param>
/// <param name="LeastTop1">The accuracy of the worst run.</param>
/// <param name="MostTop1">The accuracy of the best run.</param>
internal sealed record SummarizedSetting(int Grid, JsonObject Set, JsonObject First, DieSeries Dies, ImageEstimates? Images,
    double LeastTop1, double MostTop1)
{
    public double DigitalTop1 => (double)First["digitalTop1"]!;

    /// <summary>The mean loss against the digital network, with its interval over dies.</summary>
    public MeanEstimate Loss => Dies.LossAgainst(DigitalTop1);

    /// <summary>The dies that differ: the first alone if no static error is on.</summary>
    public DieSeries DifferentDies => Dies.DiesAreEqual ? new([Dies.Dies[0]]) : Dies;
}

/// <summary>A study's results over dies and seeds: a line for each setting of its other axes.</summary>
/// <param name="Paths">The fields that the axes set, in order of appearance, without those that are summarized.</param>
/// <param name="Settings">The settings whose runs are all finished, in canonical order.</param>
/// <param name="Unfinished">The number of settings that lack a run.</param>
/// <param name="YieldAbove">The accuracy that a good die exceeds; null: dies are not counted.</param>
internal sealed record StudySummary(IReadOnlyList<string> Paths, IReadOnlyList<SummarizedSetting> Settings, int Unfinished,
    double? YieldAbove)
{
    /// <summary>One point of the plan.</summary>
    /// <param name="Planned">As in the plan.</param>
    /// <param name="Row">Its row in <c>results.json</c>; null if it is not finished.</param>
    /// <param name="Correct">The images that it classifies correctly; null if an older version stored it.</param>
    public sealed record Point(JsonObject Planned, JsonObject? Row, CorrectImages? Correct);

    /// <summary>Returns the axes that a plan summarizes; none for a plan without a summary.</summary>
    public static string[] AxesOf(JsonObject plan) =>
        plan[StudyAggregate.Field] is JsonArray axes ? [.. axes.Select(axis => (string)axis!)] : [];

    /// <param name="plan">A plan that summarizes axes.</param>
    /// <param name="points">All points of the plan, in canonical order.</param>
    public static StudySummary Of(JsonObject plan, IReadOnlyList<Point> points)
    {
        string[] axes = AxesOf(plan);
        var settings = points.GroupBy(point => (Grid: (int)point.Planned["grid"]!, Set: RestOf(point, axes).ToJsonString())).ToList();
        var finished = settings.Where(setting => setting.All(point => point.Row is not null)).ToList();
        return new([.. points.SelectMany(point => RestOf(point, axes).Select(field => field.Key)).Distinct()],
            [.. finished.Select(setting => SettingOf(setting.Key.Grid, RestOf(setting.First(), axes), [.. setting]))],
            settings.Count - finished.Count, (double?)plan[StudyAggregate.YieldField]);
    }

    private static JsonObject RestOf(Point point, string[] axes) =>
        new(point.Planned["set"]!.AsObject().Where(field => !axes.Contains(field.Key))
            .Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));

    private static SummarizedSetting SettingOf(int grid, JsonObject set, Point[] runs)
    {
        var run = RunSpecJson.ReadRun(runs[0].Row!["run"]!.DeepClone());
        var dies = runs.GroupBy(each => DieOf(each.Row!)).OrderBy(die => die.Key).ToList();
        var series = new DieSeries([.. dies.Select(die => new DieResult(die.Key, [.. die.Select(each => RunOf(each.Row!))]))],
            DiesAreEqual: dies.Count > 1 && !run.HasStaticErrors);
        var different = (series.DiesAreEqual ? dies[..1] : dies).SelectMany(die => run.HasTemporalNoise ? die : die.Take(1)).ToList();
        double[] top1 = [.. runs.Select(each => (double)each.Row!["imcTop1"]!)];
        return new(grid, set, runs[0].Row!, series, ImagesOf([.. different.Select(each => each.Correct)]), top1.Min(), top1.Max());
    }

    private static ImageEstimates? ImagesOf(CorrectImages?[] runs) => Array.IndexOf(runs, null) >= 0 ? null
        : ImageEstimates.Of(runs[0]!.Digital, [.. runs.Select(run => run!.Imc)]);

    private static uint DieOf(JsonObject row) => (uint)row["die"]!;

    private static DieRun RunOf(JsonObject row) => new((double)row["imcTop1"]!, (string)row["imcLogitsSha256"]!);
}
